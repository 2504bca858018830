"""Where it moved: the declared categories, each tested, and corrected for how many there are.

Categories are a search, so their p values are adjusted by Benjamini-Hochberg; those that are
declared safety categories are claims, by Holm, and come first.
"""

from collections.abc import Sequence

import msgspec

from statera.analysis.comparison import ComparisonRow
from statera.analysis.pairing import Pairing
from statera.diagnosis.scopes import Terms, lead
from statera.stats.multiplicity import benjamini_hochberg, holm


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A category whose primary metric surely moved: `row` compares it, `samples` are to be read.

    `p_adjusted` is by Holm among safety categories, by Benjamini-Hochberg among the others.
    """

    task: str
    category: str
    safety: bool
    difference: float | None
    low: float | None
    high: float | None
    n: int
    p_adjusted: float
    samples: tuple[str, ...]


class Readable(msgspec.Struct, frozen=True, kw_only=True):
    """A sample on which the two runs differ, with the share of its trials that was right."""

    task: str
    sample_id: str
    base: float
    candidate: float


MOST = 10
EACH = 5


def places(
    rows: Sequence[ComparisonRow], pairings: Sequence[Pairing], terms: Terms
) -> tuple[Place, ...]:
    """Return the categories that moved, safety first, then those that lost most."""
    found: list[Place] = []
    for pairing in pairings:
        name = f"{pairing.task}/{lead(pairing)}"
        mine = [row for row in rows if row.metric == name and row.category is not None]
        safe = [row for row in mine if row.category in terms.safety]
        rest = [row for row in mine if row.category not in terms.safety]
        safe_p, rest_p = holm([r.p for r in safe]), benjamini_hochberg([r.p for r in rest])
        for row, p in zip([*safe, *rest], [*safe_p, *rest_p], strict=True):
            marked = row.category in terms.safety
            if p is not None and p < (terms.alpha if marked else terms.search):
                found.append(_place(row, p, pairing, marked))
    return tuple(sorted(found, key=lambda place: (not place.safety, place.difference or 0.0)))


def _place(row: ComparisonRow, p: float, pairing: Pairing, safety: bool) -> Place:
    category = row.category or ""
    changed = pairing.changed(lead(pairing), category)
    return Place(
        task=pairing.task,
        category=category,
        safety=safety,
        difference=row.difference,
        low=row.low,
        high=row.high,
        n=row.n,
        p_adjusted=p,
        samples=tuple(item.sample_id for item in changed[:EACH]),
    )


def to_read(pairings: Sequence[Pairing], most: int = MOST) -> tuple[Readable, ...]:
    """Return the samples of each task on which the runs differ, those that lost most first."""
    return tuple(
        Readable(
            task=pairing.task,
            sample_id=item.sample_id,
            base=item.base,
            candidate=item.candidate,
        )
        for pairing in pairings
        for item in pairing.changed(lead(pairing))[:most]
    )
