"""Where it moved: the declared categories, each tested, and corrected for how many there are.

Categories are a search, so their p values are adjusted by Benjamini-Hochberg, over those of all
tasks together; those that are declared safety categories are claims, by Holm, and come first. Where
no signal moved the search is held to alpha: with no change at all a place is seldom named.
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
    rows: Sequence[ComparisonRow], pairings: Sequence[Pairing], terms: Terms, *, moved: bool
) -> tuple[Place, ...]:
    """Return the categories that moved, safety first, then those that lost most.

    `moved` says whether any signal of the diagnosis did. The chance of any place where nothing
    moved is at most alpha for each of the two families, however many tasks there are.
    """
    of = {f"{pairing.task}/{lead(pairing)}": pairing for pairing in pairings}
    mine = [row for row in rows if row.metric in of and row.category is not None]
    safe = [row for row in mine if row.category in terms.safety]
    rest = [row for row in mine if row.category not in terms.safety]
    search = terms.search if moved else min(terms.search, terms.alpha)
    families = (
        (safe, holm([row.p for row in safe]), terms.alpha),
        (rest, benjamini_hochberg([row.p for row in rest]), search),
    )
    found = [
        _place(row, p, of[row.metric], row.category in terms.safety)
        for family, adjusted, limit in families
        for row, p in zip(family, adjusted, strict=True)
        if p is not None and p < limit
    ]
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
