"""A threshold for a stated share of false blocks, and what each other threshold costs.

    found = tuned(sightings, policy.detectors[0], limit=0.01, confidence=0.95)
    found.threshold           # None where the data cannot show it; found.why says what is missing

The threshold holds for each source of harmless texts by itself, so for the worst of them: with the
stated confidence no source is flagged more often than the limit. Texts of one conversation are one
unit, flagged when any of them is. A text that cannot be read whole counts as what becomes of it:
where the policy blocks it, it is flagged at every threshold. A detector that scores 0 or 1 and
nothing between (patterns, secrets, personal data) decides alike at every threshold above 0, and
keeps the one that it has.
"""

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np

from statera.analysis.guarding.sightings import Sighting, by_source, labelled
from statera.guard.policy import Entry
from statera.stats.proportion import clean_items_needed, clopper_pearson_bound
from statera.stats.thresholds import LEARN_THEN_TEST, lowest_threshold

POOLED = "all sources"
_CURVE = (*(at / 20 for at in range(1, 20)), 0.98, 0.99, 0.995, 0.999, 1.0)


class SourceLimit(msgspec.Struct, frozen=True, kw_only=True):
    """The harmless texts of one source: `n` units, of which `flagged` reach the threshold found.

    `threshold` is the lowest that this source alone allows, None where it allows none; `needed` is
    how many units it takes at least, all of them clean. `unscored` texts had no check. `beyond`
    texts could not be read whole. With `conversations` the units are these.
    """

    source: str
    n: int
    threshold: float | None
    flagged: int
    needed: int
    unscored: int = 0
    beyond: int = 0
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
    """A threshold, or None and why there is none; `limit` and `confidence` as they were asked.

    `unit` is what the promise is about: `texts`, `conversations`, or both in words.
    `beyond_blocks`: texts that cannot be read whole are blocked at any threshold.
    `binary`: no score lies between 0 and 1, so that every threshold above 0 is the same.
    """

    detector: str
    limit: float
    confidence: float
    threshold: float | None
    why: str
    unit: str
    beyond_blocks: bool
    binary: bool
    sources: tuple[SourceLimit, ...]
    curve: tuple[CostPoint, ...]
    source: str = LEARN_THEN_TEST


def tuned(
    found: Iterable[Sighting],
    entry: Entry,
    *,
    limit: float,
    confidence: float,
    pooled: bool = False,
) -> Tuning:
    """Return the lowest threshold that flags at most `limit` of harmless texts, in every source.

    With probability at least `confidence` that is so of every source, although the threshold is
    chosen on the same texts (see `statera.stats.thresholds`; the threshold is the highest of those
    that the sources allow, so it errs only where the one of the worst source does). Where scores
    are 0 or 1 only it is the one that `entry` has. `pooled` takes all harmless texts as one source.
    The curve shows the threshold that `entry` has, too.
    """
    every = list(found)
    binary = _is_binary(every, entry)
    harmless = labelled(every, entry.name, harmful=False)
    groups = {POOLED: harmless} if pooled and harmless else by_source(harmless)
    alpha = 1 - confidence
    limits = [_limit(name, of_source, entry, limit, alpha) for name, of_source in groups.items()]
    why = _lacking(limits, limit, confidence) if limits else "no harmless texts (label 0)"
    known = [one.threshold for one in limits if one.threshold is not None]
    threshold = None if why else entry.threshold if binary else max(known)
    if threshold is not None:
        limits = [
            msgspec.structs.replace(one, flagged=_reaching(groups[one.source], entry, threshold))
            for one in limits
        ]
    harmful = by_source(labelled(every, entry.name, harmful=True))
    own = [one for one in (entry.threshold, threshold) if one]
    return Tuning(
        detector=entry.name,
        limit=limit,
        confidence=confidence,
        threshold=threshold,
        why=why,
        unit=_units(limits),
        beyond_blocks=beyond_blocks(entry),
        binary=binary,
        sources=tuple(limits),
        curve=_curve(groups, harmful, entry, sorted({*_CURVE, *own}), alpha),
    )


def _is_binary(found: Iterable[Sighting], entry: Entry) -> bool:
    """Return whether every threshold above 0, and the entry's is, flags the same texts."""
    scores = {one.score(entry.name) for one in found} - {None}
    return entry.threshold > 0 and bool(scores) and scores <= {0.0, 1.0}


def beyond_blocks(entry: Entry) -> bool:
    """Return whether a text that the detector cannot examine is held back for that."""
    return entry.beyond == "block" and entry.action not in ("allow", "annotate")


def decided_score(one: Sighting, entry: Entry) -> float | None:
    """Return the score by which a text is decided: 1 where it is blocked whatever is found."""
    if one.unread(entry.name) and beyond_blocks(entry):
        return 1.0
    return one.score(entry.name)


def unit_scores(texts: Iterable[Sighting], entry: Entry) -> np.ndarray:
    """Return the highest score of each unit that has any, shape (units,)."""
    highest: dict[tuple[str, str], float] = {}
    for one in texts:
        score = decided_score(one, entry)
        if score is not None:
            place = one.source, one.unit
            highest[place] = max(score, highest.get(place, 0.0))
    return np.array(list(highest.values()), np.float64)


def _limit(
    source: str, texts: Sequence[Sighting], entry: Entry, limit: float, alpha: float
) -> SourceLimit:
    scores = unit_scores(texts, entry)
    unscored = sum(decided_score(one, entry) is None for one in texts)
    needed = clean_items_needed(limit, alpha)
    beyond = sum(one.unread(entry.name) for one in texts)
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
        beyond=beyond,
        conversations=chosen.n < len(texts) - unscored,
    )


def _units(limits: Sequence[SourceLimit]) -> str:
    """Return what is counted: a conversation is one unit, however many texts it has."""
    if not any(one.conversations for one in limits):
        return "texts"
    if all(one.conversations for one in limits):
        return "conversations"
    return "texts (conversations, where a source has them)"


def _lacking(limits: Sequence[SourceLimit], limit: float, confidence: float) -> str:
    """Return why there is no threshold: sources that are too small, or that none suits."""
    said = f"at most {100 * limit:g} % with {100 * confidence:g} % confidence"
    small = [f"{one.source} has {one.n}" for one in limits if one.n < one.needed]
    if small:
        return (
            f"{said} needs at least {limits[0].needed} harmless {_units(limits)} of each source, "
            f"all of them clean (rule of three): {', '.join(small)}"
        )
    never = [f"{one.source}: {one.flagged} of {one.n}" for one in limits if one.threshold is None]
    if never:
        unread = sum(one.beyond for one in limits)
        why = f" (texts that cannot be read whole: {unread})" if unread else ""
        return f"{said} holds at no threshold: even at 1 are flagged, of {'; '.join(never)}{why}"
    return ""


def _reaching(texts: Iterable[Sighting], entry: Entry, threshold: float) -> int:
    return int(np.sum(unit_scores(texts, entry) >= threshold))


def _curve(
    harmless: dict[str, list[Sighting]],
    harmful: dict[str, list[Sighting]],
    entry: Entry,
    thresholds: Iterable[float],
    alpha: float,
) -> tuple[CostPoint, ...]:
    clean = {name: unit_scores(texts, entry) for name, texts in harmless.items()}
    clean = {name: scores for name, scores in clean.items() if len(scores)}
    bad = {
        name: np.array([score for one in texts if (score := decided_score(one, entry)) is not None])
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
