"""The experiments whose truth is known, and what each must come to.

| scene | planted | must be found |
|---|---|---|
| `effect` | more is solved in the candidate | pass, the interval covers the truth |
| `alike` | nothing: two endpoints of one manner | no alarm |
| `lost` | users of the candidate on tv vanish | void, and the causes name the device |
| `breach` | the candidate offends, in a canary | a stop by itself, everybody at the base |
| `killed` | as `effect`; the database dies and returns | every fact there once, the same answer |
| `servile` | the candidate flatters and offends | a warning, whatever the verdict |
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from benchmarks.population.endpoint import Manner


class Scene(NamedTuple):
    """One experiment. `warm` is the manner of the second endpoint, with the prompt if `prompted`.

    `margins` by guardrail; `window` seconds; `television`: the share of people on tv; `vanish`: the
    share of the candidate's people on tv who never come.
    """

    name: str
    users: int
    warm: Manner
    base: Manner = Manner(0.5)
    prompted: bool = True
    primary: str = "solved"
    margins: dict[str, float] = {}  # noqa: RUF012 - never changed
    mode: str = "ab"
    window: float = 3.0
    television: float = 0.2
    vanish: float = 0.0


COMPLAINT = {"complaint": 0.05}


def scenes(users: int) -> list[Scene]:
    """Return all of them with so many users each, in full size."""
    better = Manner(0.625)
    return [
        Scene("effect", users, better, margins=COMPLAINT | {"error": 0.02}),
        Scene("alike", users, Manner(0.5), prompted=False, margins=COMPLAINT),
        Scene("lost", users, better, margins=COMPLAINT, vanish=0.85),
        Scene("servile", users, Manner(0.5, 0.8, 0.12), primary="thumb",
              margins={"complaint": 0.3}),
        Scene("breach", users, Manner(0.625, 0.2, 0.6), margins={"complaint": 0.1}, mode="canary",
              window=1.0),
        Scene("killed", users, better, margins=COMPLAINT),
    ]  # fmt: skip


def design(scene: Scene, second: str, part: tuple[int, int]) -> dict[str, Any]:
    """Return a scene's design; `second` is the URL of the second endpoint, `part` (k, of n)."""
    number, parts = part
    warm = {"name": "warm", "weight": 0.5, "model": f"{second}#{scene.name}-warm"}
    if scene.prompted:
        warm["system_prompt"] = "warm.txt"
    error = {"source": "answer", "better": "lower", "low": 0, "high": 1, "window": "0s"}
    return {
        "experiment": scene.name,
        "arms": [{"name": "base", "weight": 0.5}, warm],
        "primary": {"outcome": scene.primary, "minimum": 0.02},
        "guardrails": [{"outcome": o, "margin": margin} for o, margin in scene.margins.items()],
        "outcomes": {"error": error} if "error" in scene.margins else {},
        "mode": scene.mode,
        "window": f"{scene.window:g}s",
        "planned": scene.users,
        "layer": {"name": "all", "start": number / parts, "end": (number + 1) / parts},
        "segments": {"device": {"header": "x-device", "values": ["phone", "web", "tv"]}},
    }


def manners(scenes: Iterable[Scene]) -> list[dict[str, Manner]]:
    """Return the manners of both endpoints, by model.

    The second has its own with the prompt alone where there is one, and else answers as the base.
    """
    first, second = {}, {}
    for scene in scenes:
        first[scene.name] = scene.base
        if scene.prompted:
            second[f"{scene.name}-warm"] = scene.base
        second[f"{scene.name}-warm{'+prompt' * scene.prompted}"] = scene.warm
    return [first, second]
