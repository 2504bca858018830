"""Trials with what people and the judge made of them, and the classes that both speak in.

    trials = seen_trials(store.scores(run), "support", "reference", "reference_people")
    confusion_of(trials, class_names((1, 2, 3, 4, 5)), (1, 2, 3, 4, 5))

A rubric's classes are its levels, a pair's are win, tie and loss; a reply is good enough or not.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from statera.analysis.frame import Frame
from statera.analysis.standing import Standing
from statera.records.scores import Score
from statera.stats.confusion import Confusion, confusion
from statera.stats.results import LEVEL
from statera.stats.votes import plurality
from statera.store.rows import ScoreRow

GOOD = ("good", "not good")
PAIRS = ("win", "tie", "loss")


class Seen(NamedTuple):
    """A trial with what people and the judge made of it; `said` is None without a verdict.

    Values are shares of the scale, or 1, 0.5 and 0 for win, tie and loss. `good` says of each
    whether the reply is good enough. `words` are what was said in words, empty where only the value
    tells: of several labels or repeats the one that they come to, or all of them (`tie|tie|win`).
    """

    item: str
    unit: str
    kind: str
    label: float
    said: float | None
    good: tuple[bool, bool]
    words: tuple[str, str] = ("", "")


class Side(NamedTuple):
    """One run's labelled trials of a task under one score, and what is known of the judge there."""

    frame: Frame
    standing: Standing
    seen: Sequence[Seen]


def seen_trials(rows: Iterable[ScoreRow], task: str, score: str, people: str) -> list[Seen]:
    """Return a task's trials that have a label.

    `rows` are ordered by task, sample and epoch; `score` is the judge's and `people` theirs.
    """
    found = []
    of_task = (row for row in rows if row.task == task)
    for _, trial in groupby(of_task, key=lambda row: (row.sample_id, row.epoch)):
        known = {row.score.metric: row for row in trial}
        labelled, judged = known.get(people), known.get(score)
        if labelled is None or labelled.score.value is None:
            continue
        verdict = None if judged is None else judged.score
        found.append(
            Seen(
                item=labelled.sample_id,
                unit=labelled.unit,
                kind=labelled.category or "",
                label=labelled.score.value,
                said=None if verdict is None else verdict.value,
                good=(_good(labelled.score), verdict is not None and _good(verdict)),
                words=(labelled.score.extracted or "", _word(verdict)),
            )
        )
    return found


def _good(score: Score) -> bool:
    return score.outcome == "right"


def _word(verdict: Score | None) -> str:
    return "" if verdict is None else verdict.extracted or ""


def class_names(levels: Sequence[int], *, pairs: bool = False) -> tuple[str, ...]:
    """Return the classes of a scale's levels, of yes or no where there are none, or of pairs."""
    if pairs:
        return PAIRS
    return tuple(map(str, levels)) if len(levels) > 1 else GOOD


def _class(value: float, word: str, names: tuple[str, ...], levels: Sequence[int]) -> str:
    """Return the class of a verdict: the one that is named, or of several the commonest.

    Of a number between levels it is the nearest level, the upper one of two that are as near.
    """
    if word in names:
        return word
    if names == PAIRS:
        return _side(value, word)
    point = levels[0] + value * (levels[-1] - levels[0])
    return str(min(reversed(levels), key=lambda one: abs(one - point)))


def _side(value: float, word: str) -> str:
    """Return win, tie or loss: of repeats that differ what most of them say, or else a tie."""
    said = word.split("|")
    if value not in (0.0, 0.5, 1.0) and set(said) <= {*PAIRS}:
        return plurality(said) or "tie"
    return "win" if value > 0.5 else "loss" if value < 0.5 else "tie"


def _classes(seen: Seen, names: tuple[str, ...], levels: Sequence[int]) -> tuple[str, str | None]:
    """Return the class that people gave a trial, and the judge's."""
    if names == GOOD:
        said, told = (GOOD[not good] for good in seen.good)
        return said, None if seen.said is None else told
    label = _class(seen.label, seen.words[0], names, levels)
    return label, None if seen.said is None else _class(seen.said, seen.words[1], names, levels)


def ratings_of(
    pooled: Sequence[Seen], names: tuple[str, ...], levels: Sequence[int]
) -> list[list[float | str | None]]:
    """Return a row of both ratings for each trial, as numbers where classes have an order."""
    rows: list[list[float | str | None]] = []
    for seen in pooled:
        pair = _classes(seen, names, levels)
        if names in (GOOD, PAIRS):
            rows.append(list(pair))
        else:
            rows.append([None if one is None else float(one) for one in pair])
    return rows


def confusion_of(
    seen: Sequence[Seen],
    names: tuple[str, ...],
    levels: Sequence[int],
    *,
    level: float = LEVEL,
    kinds: bool = False,
) -> Confusion:
    """Return which class is taken for which, also within each kind of content if `kinds`.

    Trials of one cluster are not independent.
    """
    pairs = [_classes(one, names, levels) for one in seen]
    of_kind = kinds and len({one.kind for one in seen}) > 1
    units = [one.unit for one in seen]
    return confusion(
        [label for label, _ in pairs],
        [said for _, said in pairs],
        classes=names,
        kinds=[one.kind or "(none)" for one in seen] if of_kind else None,
        clusters=None if len(set(units)) == len(units) else units,
        level=level,
    )
