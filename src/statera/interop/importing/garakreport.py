"""The rows of a garak report, in whichever form their version wrote them.

| row | since | older |
|---|---|---|
| `prompt` | a conversation, `{turns: [{role, content: {text}}]}` | `{text}`, or a text |
| `outputs` | `[{text}, None]` | `[text]` |
| `detector_results` | one number or None an output | one an output that was there |
| `notes`, `goal`, `seq`, `intent` | present | may be absent |
| last row | `digest` | `completion` |
"""

from collections.abc import Iterator
from math import isfinite
from typing import NamedTuple

from statera.errors import DeclarationError
from statera.interop.importing.documents import Object, Place, number, part, several, text
from statera.interop.importing.rendered import messages
from statera.records.requests import Message

ANSWERED = 2
"""The status of an attempt that was answered and graded."""

_ENDS = frozenset({"completion", "digest"})


class Attempt(NamedTuple):
    """One prompt with its outputs; `results` has a number or None an output, by detector."""

    where: str
    uuid: str
    probe: str
    asked: tuple[Message, ...]
    outputs: tuple[str | None, ...]
    results: dict[str, tuple[float | None, ...]]
    goal: str
    intent: str


def ended(kind: str) -> bool:
    """Return whether a row of this kind stands at the end of a whole report."""
    return kind in _ENDS


def version_of(init: Place) -> str:
    """Return garak's version; DeclarationError where `init` has none."""
    if found := text(init.value, "garak_version"):
        return found
    raise DeclarationError(f"{init.where}: 'garak_version' is missing: how to read it is unknown")


def attempt_of(place: Place) -> Attempt:
    """Return the attempt of a row; DeclarationError names what is missing or does not fit."""
    where, one = place
    probe = text(one, "probe_classname").removeprefix("probes.")
    outputs = tuple(_said(output) for output in several(one, "outputs"))
    asked = tuple(_asked(one))
    for name, there in (("probe_classname", probe), ("prompt", asked), ("outputs", outputs)):
        if not there:
            raise DeclarationError(f"{where}: an attempt of status 2 without '{name}'")
    results = part(one, "detector_results")
    return Attempt(
        where=where,
        uuid=text(one, "uuid") or where,
        probe=probe,
        asked=asked,
        outputs=outputs,
        results={
            name.removeprefix("detector."): _fitted(several(results, name), outputs, where, name)
            for name in results
        },
        goal=text(one, "goal"),
        intent=text(one, "intent"),
    )


def _said(output: object) -> str | None:
    """Return an output's text, empty where the model said nothing, None where there is none."""
    if isinstance(output, str):
        return output
    found = part({"output": output}, "output").get("text")
    return found if isinstance(found, str) else None


def _asked(one: Object) -> Iterator[Message]:
    prompt = one.get("prompt")
    if isinstance(prompt, str):
        yield Message("user", prompt)
    elif turns := several(prompt, "turns"):
        yield from messages([_turn(turn) for turn in turns])
    elif isinstance(prompt, dict) and isinstance(prompt.get("text"), str):
        yield Message("user", prompt["text"])


def _turn(turn: object) -> Object:
    found = part({"turn": turn}, "turn")
    content = found.get("content")
    return {"role": found.get("role"), "content": _said(content) or ""}


def _known(value: float | None) -> float | None:
    """Return the number, None for what is not finite: a detector that failed saw nothing."""
    return value if value is not None and isfinite(value) else None


def _fitted(
    values: list[object], outputs: tuple[str | None, ...], where: str, name: str
) -> tuple[float | None, ...]:
    """Return a detector's numbers, one an output; older reports leave out absent outputs."""
    numbers = [_known(number(value)) for value in values]
    there = [output is not None for output in outputs]
    if len(numbers) == len(outputs):
        return tuple(numbers)
    if len(numbers) != sum(there):
        raise DeclarationError(
            f"{where}: detector '{name}' has {len(numbers)} results for {len(outputs)} outputs"
        )
    rest = iter(numbers)
    return tuple(next(rest) if known else None for known in there)
