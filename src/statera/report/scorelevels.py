"""The scorecard as a page sets it: a table a level, in words and numbers."""

from typing import NamedTuple

import msgspec

from statera.report import numbers, plaintext
from statera.report.rules import SIGNS
from statera.report.scorecard import NOT_MEASURED, Figure, Line, Scorecard


class LevelLine(NamedTuple):
    """A metric beside its counter-metric; what a gate said is empty where no rule reads it."""

    metric: str
    value: str
    n: str
    counter: str
    counter_value: str
    threshold: str
    verdict: str
    sign: str


class LevelTable(NamedTuple):
    """One level; without lines it was not measured."""

    question: str
    lines: tuple[LevelLine, ...]
    ruled: bool


def levels(card: Scorecard) -> list[LevelTable]:
    """Return the five levels, ready to be set."""
    return [
        LevelTable(
            part.question,
            tuple(_line(line) for line in part.lines),
            any(line.verdict for line in part.lines),
        )
        for part in card.parts
    ]


def _line(line: Line) -> LevelLine:
    other = line.counter
    return LevelLine(
        _named(line.figure),
        _value(line.figure),
        f"{line.figure.n:,}",
        "" if other is None else _beside(other, line.figure),
        "" if other is None else _value(other),
        plaintext.name(line.threshold),
        line.verdict or "",
        SIGNS[line.verdict] if line.verdict else "",
    )


def _beside(other: Figure, own: Figure) -> str:
    """Return the name of a counter-metric, without the task where it is the same one."""
    task = own.metric.split("/", 1)[0]
    return _named(msgspec.structs.replace(other, metric=other.metric.removeprefix(f"{task}/")))


def _named(figure: Figure) -> str:
    if figure.why == NOT_MEASURED:
        return plaintext.name(figure.metric)
    marks = "".join(f", at {mark}" for mark in figure.marks)
    return f"{plaintext.name(figure.metric)} {'↑' if figure.higher_is_better else '↓'}{marks}"


def _value(figure: Figure) -> str:
    if figure.estimate is None:
        return plaintext.name(figure.why) or numbers.NONE
    spread = numbers.span(figure.low, figure.high)
    told = spread or f"no interval: {plaintext.name(figure.why)}"
    return f"{numbers.share(figure.estimate)} ({told})"
