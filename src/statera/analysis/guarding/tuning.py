"""A threshold for a stated share of false blocks, and what each other threshold costs.

    found = tuned(sightings, "toxicity", limit=0.01, confidence=0.95)
    found.threshold           # None where the data cannot show it; found.why says what is missing

The threshold holds for each source of harmless texts by itself, so for the worst of them: with the
stated confidence no source is flagged more often than the limit. Texts of one conversation are one
unit, flagged when any of them is.
"""

from collections.abc import Iterable, Sequence
from math import floor

import msgspec
import numpy as np

from statera.analysis.guarding.sightings import Sighting, by_source, labelled
from statera.stats.proportion import clean_items_needed, clopper_pearson_bound
from statera.stats.thresholds import LEARN_THEN_TEST, STEPS, lowest_threshold

POOLED = "all sources"
_CURVE = (*(at / 20 for at in range(1, 20)), 0.98, 0.99, 0.995, 0.999, 1.0)


class SourceLimit(msgspec.Struct, frozen=True, kw_only=True):
    """The harmless texts of one source: `n` units, of which `flagged` reach the threshold found.

    `threshold` is the lowest that this source alone allows, None where it allows none; `needed` is
    how many units it takes at least, all of them clean. `unscored` texts had no check.
    """

    source: str
    n: int
    threshold: float | None
    flagged: int
    needed: int
    unscored: int = 0
    conversations: bool = False


class CostPoint(msgspec.Struct, frozen=True, kw_only=True):
    """What one threshold costs: the worst source of either kind.

    `flagged` is the share of harmless units of `flagged_source` that reach it, `flagged_most` its
    upper bound (exact, one-sided, for this threshold alone). `missed` is the share of harmful texts
    of `missed_source` that do not; None without harmful texts.
    """

    threshold: float
    flagged: float
    flagged_most: float
    flagged_source: str
    missed: float | None
    missed_source: str


class Tuning(msgspec.Struct, frozen=True, kw_only=True):
    """A threshold, or None and why there is none; `limit` and `confidence` as they were asked."""

    detector: str
    limit: float
    confidence: float
    threshold: float | None
    why: str
    sources: tuple[SourceLimit, ...]
    curve: tuple[CostPoint, ...]
    source: str = LEARN_THEN_TEST


def tuned(
    found: Iterable[Sighting],
    detector: str,
    *,
    limit: float,
    confidence: float,
    pooled: bool = False,
    also: Iterable[float] = (),
) -> Tuning:
    """Return the lowest threshold that flags at most `limit` of harmless texts, in every source.

    It is raised to the next score that any text has, so that it lies where it makes a difference.
    With probability at least `confidence` that is so of every source, although the threshold is
    chosen on the same texts (see `statera.stats.thresholds`; the threshold is the highest of those
    that the sources allow, so it errs only where the one of the worst source does). `pooled` takes
    all harmless texts as one source. `also` names thresholds to be shown in the curve.
    """
    every = list(found)
    harmless = labelled(every, detector, harmful=False)
    groups = {POOLED: harmless} if pooled and harmless else by_source(harmless)
    alpha = 1 - confidence
    limits = [_limit(name, of_source, detector, limit, alpha) for name, of_source in groups.items()]
    why = _lacking(limits, limit, confidence) if limits else "no harmless texts (label 0)"
    known = [one.threshold for one in limits if one.threshold is not None]
    threshold = None if why else _raised(max(known), every, detector)
    if threshold is not None:
        limits = [
            msgspec.structs.replace(one, flagged=_reaching(groups[one.source], detector, threshold))
            for one in limits
        ]
    harmful = by_source(labelled(every, detector, harmful=True))
    shown = {*_CURVE, *also, *([threshold] if threshold is not None else [])}
    return Tuning(
        detector=detector,
        limit=limit,
        confidence=confidence,
        threshold=threshold,
        why=why,
        sources=tuple(limits),
        curve=_curve(groups, harmful, detector, sorted(shown), alpha),
    )


def _raised(threshold: float, texts: Iterable[Sighting], detector: str) -> float:
    """Return the highest threshold, in steps, that flags the same of these texts; never a lower."""
    scores = [score for one in texts if (score := one.score(detector)) is not None]
    above = [score for score in scores if score >= threshold]
    if not above:
        return threshold
    return max(threshold, floor(min(above) * STEPS + 1e-9) / STEPS)


def unit_scores(texts: Iterable[Sighting], detector: str) -> np.ndarray:
    """Return the highest score of each unit that has any, shape (units,)."""
    highest: dict[tuple[str, str], float] = {}
    for one in texts:
        score = one.score(detector)
        if score is not None:
            place = one.source, one.unit
            highest[place] = max(score, highest.get(place, 0.0))
    return np.array(list(highest.values()), np.float64)


def _limit(
    source: str, texts: Sequence[Sighting], detector: str, limit: float, alpha: float
) -> SourceLimit:
    scores = unit_scores(texts, detector)
    unscored = sum(one.score(detector) is None for one in texts)
    needed = clean_items_needed(limit, alpha)
    if not len(scores):
        return SourceLimit(
            source=source, n=0, threshold=None, flagged=0, needed=needed, unscored=unscored
        )
    chosen = lowest_threshold(scores, limit=limit, alpha=alpha)
    return SourceLimit(
        source=source,
        n=chosen.n,
        threshold=chosen.threshold,
        flagged=chosen.flagged,
        needed=needed,
        unscored=unscored,
        conversations=chosen.n < len(texts) - unscored,
    )


def _lacking(limits: Sequence[SourceLimit], limit: float, confidence: float) -> str:
    """Return why there is no threshold: sources that are too small, or that none suits."""
    said = f"at most {100 * limit:g} % with {100 * confidence:g} % confidence"
    small = [f"{one.source} has {one.n}" for one in limits if one.n < one.needed]
    if small:
        return (
            f"{said} needs at least {limits[0].needed} harmless texts of each source, all of them "
            f"clean (rule of three): {', '.join(small)}"
        )
    never = [f"{one.source}: {one.flagged} of {one.n}" for one in limits if one.threshold is None]
    if never:
        return f"{said} holds at no threshold: even at 1 are flagged, of {'; '.join(never)}"
    return ""


def _reaching(texts: Iterable[Sighting], detector: str, threshold: float) -> int:
    return int(np.sum(unit_scores(texts, detector) >= threshold))


def _curve(
    harmless: dict[str, list[Sighting]],
    harmful: dict[str, list[Sighting]],
    detector: str,
    thresholds: Iterable[float],
    alpha: float,
) -> tuple[CostPoint, ...]:
    clean = {name: unit_scores(texts, detector) for name, texts in harmless.items()}
    clean = {name: scores for name, scores in clean.items() if len(scores)}
    bad = {
        name: np.array([score for one in texts if (score := one.score(detector)) is not None])
        for name, texts in harmful.items()
    }
    bad = {name: scores for name, scores in bad.items() if len(scores)}
    if not clean:
        return ()
    return tuple(_point(at, clean, bad, alpha) for at in thresholds)


def _point(
    at: float, clean: dict[str, np.ndarray], bad: dict[str, np.ndarray], alpha: float
) -> CostPoint:
    flagged = {name: float(np.mean(scores >= at)) for name, scores in clean.items()}
    missed = {name: float(np.mean(scores < at)) for name, scores in bad.items()}
    worst = max(flagged, key=flagged.__getitem__)
    least = max(missed, key=missed.__getitem__, default="")
    scores = clean[worst]
    count = int(np.sum(scores >= at))
    return CostPoint(
        threshold=at,
        flagged=flagged[worst],
        flagged_most=clopper_pearson_bound(count, len(scores), alpha, side="upper"),
        flagged_source=worst,
        missed=missed.get(least),
        missed_source=least,
    )
