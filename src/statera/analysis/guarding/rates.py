"""How well each detector tells harmful from harmless texts: by source, and by category of it.

for row in rates(found, detectors):
    row.source, row.detector, row.recall, row.false_positive_rate, row.auroc

No number pools sources: a large easy one would hide a small hard one. For the AUROC alone, texts of
one kind only are set against the other kind: a category's against the rest of its source first, a
source's against the other sources.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from statera.analysis.guarding.sightings import Sighting, by_source, labelled
from statera.scorers.guarding import POLICY
from statera.stats.means import mean
from statera.stats.results import Estimate, Items
from statera.stats.roc import auroc

NO_SCORE = "the policy as a whole has no score"
ALL_EQUAL = "all scores are equal"


class RateRow(msgspec.Struct, frozen=True, kw_only=True):
    """One detector (empty: the policy) on one source, or on one category of it.

    `positives` and `negatives` count the texts that are harmful and harmless to it and that it
    looks at. Of these `failed` and `late` had no check and `beyond` could not be read whole without
    anything being found in the rest: they are in no rate. The AUROC leaves out `unread` texts,
    whatever was found in what could be read of them: nobody scored the whole. `against` names the
    sources whose texts it borrows; its own where a category borrows.
    """

    source: str
    category: str | None
    detector: str
    positives: int
    negatives: int
    recall: Estimate
    false_positive_rate: Estimate
    auroc: Estimate
    failed: int = 0
    late: int = 0
    beyond: int = 0
    unread: int = 0
    against: tuple[str, ...] = ()


def rates(found: Sequence[Sighting], detectors: Sequence[str]) -> list[RateRow]:
    """Return a row a source and detector, the policy first, then one for each category of it.

    A detector that looks at none of a source's texts, or of which no label speaks, has no row.
    """
    groups = by_source(found)
    rows: list[RateRow] = []
    for source, of_source in groups.items():
        others = [one for name, group in groups.items() if name != source for one in group]
        for detector in (POLICY, *detectors):
            rows += _rows(source, of_source, others, detector)
    return rows


def _rows(
    source: str, of_source: Sequence[Sighting], others: Sequence[Sighting], detector: str
) -> Iterator[RateRow]:
    categories = dict.fromkeys(one.category for one in of_source if one.category is not None)
    for category in (None, *sorted(categories)):
        chosen = [one for one in of_source if category in (None, one.category)]
        rest = [] if category is None else [one for one in of_source if one.category != category]
        row = rate_row(chosen, (rest, others), detector, source=source, category=category)
        if row.positives or row.negatives:
            yield row


def rate_row(
    chosen: Sequence[Sighting],
    lenders: Sequence[Sequence[Sighting]],
    detector: str,
    *,
    source: str,
    category: str | None = None,
) -> RateRow:
    """Return the row of these texts; the first of `lenders` that can lends what the AUROC lacks.

    It lends texts of the same side.
    """
    harmful = labelled(chosen, detector, harmful=True)
    harmless = labelled(chosen, detector, harmful=False)
    lent = _lent(harmful, harmless, lenders, detector)
    own = (*harmful, *harmless)
    seen = Counter(one.seen(detector) for one in own)
    return RateRow(
        source=source,
        category=category,
        detector=detector,
        positives=len(harmful),
        negatives=len(harmless),
        recall=flagged_share(harmful, detector),
        false_positive_rate=flagged_share(harmless, detector),
        auroc=_area((*own, *lent), detector),
        failed=seen["failed"],
        late=seen["late"],
        beyond=seen["beyond"],
        unread=sum(one.unread(detector) for one in own),
        against=tuple(dict.fromkeys(one.source for one in lent)),
    )


def flagged_share(texts: Sequence[Sighting], detector: str = POLICY) -> Estimate:
    """Return the share of those texts, among the ones that were examined, that are flagged."""
    known = [one for one in texts if one.seen(detector) in ("flagged", "passed")]
    values = np.array([one.seen(detector) == "flagged" for one in known], np.float64)
    units = [f"{one.source}\0{one.unit}" for one in known]
    ones = np.ones(len(known))
    return mean(Items(values, np.array(units), np.zeros(len(known)), ones))


def _lent(
    harmful: Sequence[Sighting],
    harmless: Sequence[Sighting],
    lenders: Sequence[Sequence[Sighting]],
    detector: str,
) -> list[Sighting]:
    """Return the texts of the other kind where there is one kind only; the policy needs none."""
    if detector == POLICY or bool(harmful) == bool(harmless):
        return []
    side = (harmful or harmless)[0].side
    offers = (
        [
            one
            for one in labelled(lender, detector, harmful=not harmful)
            if one.side == side and _area_score(one, detector) is not None
        ]
        for lender in lenders
    )
    return next(filter(None, offers), [])


def _area_score(one: Sighting, detector: str) -> float | None:
    return None if one.unread(detector) else one.score(detector)


def _area(every: Sequence[Sighting], detector: str) -> Estimate:
    """Return the AUROC of the texts that were read whole."""
    if detector == POLICY:
        return _none(NO_SCORE)
    scored = [(one, score) for one in every if (score := _area_score(one, detector)) is not None]
    if not scored:
        return _none("no scores")
    scores = [score for _, score in scored]
    area = auroc(
        scores,
        [bool(one.true_of(detector)) for one, _ in scored],
        [f"{one.source}\0{one.unit}" for one, _ in scored],
    )
    if area.value is not None and area.low is None and min(scores) == max(scores):
        return msgspec.structs.replace(area, method=ALL_EQUAL)
    return area


def _none(why: str) -> Estimate:
    return Estimate(value=None, low=None, high=None, level=0.95, method=why, n=0, clusters=0)
