"""Pairs of runs made of outcomes, for tests of what is said about them."""

from collections.abc import Mapping, Sequence

from statera.analysis.frame import Early, Frame, frames
from statera.analysis.pairing import Pairing
from statera.metrics.catalogue import AnyMetric
from statera.metrics.means import Accuracy
from statera.records.scores import Outcome, Score
from statera.store.rows import ScoreRow

Items = Mapping[str, Sequence[Outcome]]
LETTERS: dict[str, Outcome] = {
    "r": "right",
    "w": "wrong",
    "u": "unparsed",
    "f": "refused",
    "t": "truncated",
    "i": "infra_error",
}
METRICS: tuple[AnyMetric, ...] = (Accuracy(score="accuracy"),)


def frame(
    items: Items,
    *,
    task: str = "t",
    clusters: int | None = None,
    early: Early = "",
    blind: frozenset[Outcome] = frozenset(),
) -> Frame:
    """Return one run; `category/name` names the category, `clusters` binds every so many items."""
    rows = (
        ScoreRow(
            task,
            name,
            epoch,
            name.split("/")[0] if "/" in name else None,
            None,
            name if clusters is None else f"k{place // clusters}",
            Score(metric="accuracy", value=float(outcome == "right"), outcome=outcome),
        )
        for place, (name, outcomes) in enumerate(items.items())
        for epoch, outcome in enumerate(outcomes)
    )
    return next(frames(rows, {task: METRICS}, early=early, blind=blind))


def spelled(letters: str, *, times: int = 1, category: str = "") -> dict[str, list[Outcome]]:
    """Return items by letter, each asked `times` times: `rrwf` is right, right, wrong, refused."""
    prefix = f"{category}/" if category else ""
    return {
        f"{prefix}{place:05d}": [LETTERS[letter] for letter in letters[start : start + times]]
        for place, start in enumerate(range(0, len(letters), times))
    }


def paired(
    candidate: str,
    base: str,
    *,
    times: int = 1,
    task: str = "t",
    clusters: int | None = None,
    early: Early = "",
) -> Pairing:
    """Return the pairing of two runs that are spelled out, of the same length.

    `early` is how the candidate stopped.
    """
    new, old = (spelled(letters, times=times) for letters in (candidate, base))
    return Pairing.of(
        frame(new, task=task, clusters=clusters, early=early),
        frame(old, task=task, clusters=clusters),
    )


BLIND: frozenset[Outcome] = frozenset({"truncated", "refused", "unparsed", "infra_error"})
"""What a log of right and wrong cannot tell."""


def imported(
    candidate: str, base: str, *, times: int = 1, blind: frozenset[Outcome] = BLIND
) -> Pairing:
    """Return the pairing of two runs whose logs cannot tell the `blind` outcomes from wrong."""
    new, old = (spelled(letters, times=times) for letters in (candidate, base))
    return Pairing.of(frame(new, blind=blind), frame(old, blind=blind))
