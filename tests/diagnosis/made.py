"""Pairs of runs made of outcomes, for tests of what is said about them."""

from collections.abc import Mapping, Sequence

from statera.analysis.frame import Frame, frames
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


def frame(items: Items, *, task: str = "t", clusters: int | None = None) -> Frame:
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
    return next(frames(rows, {task: METRICS}))


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
) -> Pairing:
    """Return the pairing of two runs that are spelled out, of the same length."""
    sides = (spelled(letters, times=times) for letters in (candidate, base))
    new, old = (frame(side, task=task, clusters=clusters) for side in sides)
    return Pairing.of(new, old)
