"""A judge with known faults, for trying out whatever measures judges: `judge:` in a script.

```yaml
judge:
  prefers: longer               # better, first, second, longer, shorter, family, random,
                                # constant (always the top grade, or a tie), never (no verdict)
  strength: 0.8                 # share of judgements that this decides; the rest are honest
  quality: "quality=(\\\\d+)"      # how an honest verdict reads the graded text
  family_marker: "As Acme-1,"   # what marks the replies of its own family
  style: reasoned               # or bare, json; a prompt that asks for JSON or for less gets it
  noise: 0.05                   # share of honest verdicts that are wrong
  unparsed: 0.0                 # share of judgements without a verdict, asked again or not
  shift: 0                      # so many levels are added to a grade
  words_per_level: 50           # what `longer` and `shorter` make of a reply that stands alone
  slope: 0                      # above 0 `longer` takes the longer of a pair with a chance whose
                                # log odds grow so much for each factor of e in length, not always
  seed: 0
```

It knows a judgement by its fences and by the form of reply that it asks for. An honest verdict
compares the numbers that `quality` finds: of a pair the higher wins; a rubric's level is the
nearest; of a checklist's points the first so many are confirmed. A text without a number is worse
than any with one.

What it does is decided by hashes: the same request gets the same reply, and another seed in the
request changes only noise and what is random. A pair that its preference decides in one order it
decides in the other.
"""

import json
import math
import re
from collections.abc import Callable, Sequence
from typing import Annotated, Literal, NamedTuple

import msgspec

from statera.codec.canonical import digest
from statera.codec.patterns import compiled
from statera.seeds import unit

Prefers = Literal[
    "better",
    "first",
    "second",
    "longer",
    "shorter",
    "family",
    "random",
    "constant",
    "never",
]
Style = Literal["reasoned", "bare", "json"]
Kind = Literal["rubric", "pairwise", "checklist"]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Draw = Callable[[str], float]

NO_VERDICT = "No verdict comes to mind."

_FIVE = (1, 2, 3, 4, 5)
_FENCED = re.compile(r"<<<(\w{8,})\n(.*?)\n?\1>>>", re.S)
_NOT_GRADED = re.compile(r"(?i)\b(?:request|question|prompt|reference|ideal)\b")
_LEVEL = re.compile(r"^\[(-?\d+)\] ", re.M)
_POINT = re.compile(r"^(\d+): (?!(?:yes|no)$)", re.M)
_FORMS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("pairwise", re.compile(r"\[\[A\]\]|\"winner\"")),
    ("rubric", re.compile(r"\[n\]|\"score\"")),
    ("checklist", re.compile(r"(?i)\byes\b")),
)
_JSON = re.compile(r"\bJSON\b")
_SHORT = re.compile(r"\bone line\b[^.\n]*\bnothing else\b")

_REASONS: dict[Kind, Sequence[str]] = {
    "rubric": (
        "The reply takes up what was asked. Measured by the criterion, this is where it stands.",
        "What matters here is the criterion. The reply was read twice with that in mind.",
        "The reply is easy to follow. How far it meets the criterion decides.",
    ),
    "pairwise": (
        "Both replies take up what was asked. They do not go equally far.",
        "The two were read side by side. What decides is how well each serves the request.",
        "Either would do for a hurried reader. A careful one sees where they part.",
    ),
    "checklist": (
        "The reply was gone through once for each point.",
        "Each point was looked up in the reply.",
    ),
}


class ScriptedJudge(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the judge prefers, how strongly, and how it replies."""

    prefers: Prefers = "better"
    strength: Share = 1.0
    quality: str = r"quality=(\d+(?:\.\d+)?)"
    family_marker: str = ""
    style: Style = "reasoned"
    noise: Share = 0.0
    unparsed: Share = 0.0
    shift: int = 0
    words_per_level: Annotated[int, msgspec.Meta(ge=1)] = 50
    slope: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        try:
            groups = compiled(self.quality).groups
        except ValueError as error:
            raise ValueError(f"`quality` is not valid RE2 ({error})") from None
        if groups != 1:
            raise ValueError(f"`quality` has {groups} groups, expected one: the number")
        if self.slope and self.prefers not in ("longer", "shorter"):
            raise ValueError("`slope` needs `prefers: longer` or `shorter`")
        if self.prefers == "family" and not self.family_marker:
            raise ValueError("`prefers: family` needs a `family_marker`")


class Judgement(NamedTuple):
    """What a prompt asks to be judged.

    `levels` are a rubric's, `points` counts a checklist's. `key` stands for what is shown, in this
    order; `either` for the same in any order.
    """

    kind: Kind
    graded: tuple[str, ...]
    levels: tuple[int, ...]
    points: int
    short: bool
    json: bool
    key: str
    either: str

    @property
    def steps(self) -> int:
        """How many grades a reply that stands alone can get."""
        return self.points + 1 if self.kind == "checklist" else len(self.levels)


def judge_reply(judge: ScriptedJudge, text: str, seed: int | None) -> str | None:
    """Return the judge's reply to a prompt, None where the prompt asks for no judgement."""
    asked = read_judgement(text)
    if asked is None:
        return None
    if judge.prefers == "never" or unit(judge.seed, "unparsed", asked.either) < judge.unparsed:
        return NO_VERDICT
    asking = "" if seed is None else str(seed)

    def draw(what: str) -> float:
        return unit(judge.seed, what, asked.key, asking)

    if asked.kind == "pairwise":
        return _written(judge, asked, _winner(judge, asked, draw))
    step = _step(judge, asked, draw) + judge.shift
    return _written(judge, asked, _shown(asked, min(max(step, 0), asked.steps - 1)))


def read_judgement(text: str) -> Judgement | None:
    """Return what a prompt asks to be judged, None where it has no fenced text or no form."""
    fences = list(_FENCED.finditer(text))
    around = _FENCED.sub("\n", text)
    kind = next((kind for kind, form in _FORMS if form.search(around)), None)
    wanted = 2 if kind == "pairwise" else 1
    if kind is None or len(fences) < wanted:
        return None
    labels = [_label(text[: fence.start()]) for fence in fences]
    graded = [
        f[2] for f, label in zip(fences, labels, strict=True) if not _NOT_GRADED.search(label)
    ]
    graded = (graded if len(graded) >= wanted else [fence[2] for fence in fences])[-wanted:]
    head = text[: fences[0].start()].replace(fences[0][1], "")
    texts = [fence[2] for fence in fences]
    as_json = _JSON.search(around) is not None
    return Judgement(
        kind=kind,
        graded=tuple(graded),
        levels=_levels(around),
        points=_points(around),
        short=not as_json and _SHORT.search(around) is not None,
        json=as_json,
        key=digest([head, texts]),
        either=digest([head, sorted(texts)]),
    )


def _label(before: str) -> str:
    """Return the last line with words before a fence."""
    return before.rstrip().rpartition("\n")[2]


def _levels(around: str) -> tuple[int, ...]:
    return tuple(sorted({int(one) for one in _LEVEL.findall(around)})) or _FIVE


def _points(around: str) -> int:
    """Return how many points are numbered from 1 on."""
    numbers = [int(one) for one in _POINT.findall(around)]
    start = numbers.index(1) if 1 in numbers else len(numbers)
    counted = 0
    for number in numbers[start:]:
        if number != counted + 1:
            break
        counted = number
    return max(counted, 1)


def _decides(judge: ScriptedJudge, asked: Judgement) -> bool:
    """True when the preference decides, whatever the order."""
    return unit(judge.seed, "strength", asked.either) < judge.strength


def _winner(judge: ScriptedJudge, asked: Judgement, draw: Draw) -> str:
    """Return A, B or TIE."""
    said = _preferred(judge, asked, draw) if _decides(judge, asked) else None
    return _better(judge, asked, draw) if said is None else said


def _preferred(judge: ScriptedJudge, asked: Judgement, draw: Draw) -> str | None:
    """Return which reply the preference alone would take, None where it has nothing to say."""
    first, second = asked.graded
    match judge.prefers:
        case "first":
            return "A"
        case "second":
            return "B"
        case "random":
            return "A" if draw("random") < 0.5 else "B"
        case "constant":
            return "TIE"
        case "longer" | "shorter":
            sign = 1 if judge.prefers == "longer" else -1
            if judge.slope:
                return _by_odds(judge, asked, sign * judge.slope)
            return _greater(sign * len(first), sign * len(second))
        case "family":
            return _greater(judge.family_marker in first, judge.family_marker in second)
        case _:
            return None


def _by_odds(judge: ScriptedJudge, asked: Judgement, slope: float) -> str:
    """Return A or B by lengths and chance, the same reply in either order."""
    first, second = sorted(asked.graded)
    odds = ((len(first) or 1) / (len(second) or 1)) ** slope
    won = first if unit(judge.seed, "length", asked.either) * (1 + odds) < odds else second
    return "A" if won == asked.graded[0] else "B"


def _better(judge: ScriptedJudge, asked: Judgement, draw: Draw) -> str:
    """Return the reply of higher quality; of those, the share `noise` wrong."""
    first, second = (_quality(judge, text) for text in asked.graded)
    honest = _greater(first, second) or "TIE"
    if draw("noise") >= judge.noise:
        return honest
    others = [one for one in ("A", "B") if one != honest]
    return others[int(draw("wrong") * len(others))]


def _greater(first: float, second: float) -> str | None:
    if first == second:
        return None
    return "A" if first > second else "B"


def _quality(judge: ScriptedJudge, text: str) -> float:
    """Return the last quality that a text states; minus infinity where it states none."""
    try:
        return float(compiled(judge.quality).findall(text)[-1])
    except (IndexError, ValueError):
        return -math.inf


def _step(judge: ScriptedJudge, asked: Judgement, draw: Draw) -> int:
    """Return the grade of a reply that stands alone, counted from the lowest."""
    said = _liked(judge, asked, draw) if _decides(judge, asked) else None
    return _honest(judge, asked, draw) if said is None else said


def _liked(judge: ScriptedJudge, asked: Judgement, draw: Draw) -> int | None:
    """Return the grade by the preference alone, None where it has nothing to say."""
    top = asked.steps - 1
    by_length = min(len(asked.graded[0].split()) // judge.words_per_level, top)
    match judge.prefers:
        case "random":
            return int(draw("random") * asked.steps)
        case "constant":
            return top
        case "longer":
            return by_length
        case "shorter":
            return top - by_length
        case "family":
            return top if judge.family_marker in asked.graded[0] else None
        case _:
            return None


def _honest(judge: ScriptedJudge, asked: Judgement, draw: Draw) -> int:
    """Return the grade of the reply's quality; of those, the share `noise` wrong."""
    ladder = asked.levels if asked.kind == "rubric" else range(asked.steps)
    quality = min(max(_quality(judge, asked.graded[0]), ladder[0]), ladder[-1])
    honest = min(range(asked.steps), key=lambda step: abs(ladder[step] - quality))
    if draw("noise") >= judge.noise or asked.steps < 2:
        return honest
    others = [step for step in range(asked.steps) if step != honest]
    return others[int(draw("wrong") * len(others))]


def _shown(asked: Judgement, step: int) -> str:
    """Return a grade as it is named: the level, or how many points are confirmed."""
    return str(asked.levels[step]) if asked.kind == "rubric" else str(step)


def _written(judge: ScriptedJudge, asked: Judgement, verdict: str) -> str:
    reasons = _REASONS[asked.kind]
    reason = reasons[int(unit(judge.seed, "reason", asked.key) * len(reasons))]
    if asked.json or judge.style == "json":
        return json.dumps({"reasoning": reason, **_as_json(asked, verdict)})
    line = _as_lines(asked, verdict)
    return line if asked.short or judge.style == "bare" else f"{reason}\n\n{line}"


def _as_json(asked: Judgement, verdict: str) -> dict[str, object]:
    if asked.kind == "pairwise":
        return {"winner": verdict}
    return {"score": int(verdict)} if asked.kind == "rubric" else dict(_points_said(asked, verdict))


def _as_lines(asked: Judgement, verdict: str) -> str:
    if asked.kind == "pairwise":
        return f"[[{verdict}]]"
    if asked.kind == "rubric":
        return f"[{verdict}]"
    return "\n".join(f"{number}: {said}" for number, said in _points_said(asked, verdict))


def _points_said(asked: Judgement, verdict: str) -> list[tuple[str, str]]:
    confirmed = int(verdict)
    return [(str(n), "yes" if n <= confirmed else "no") for n in range(1, asked.points + 1)]
