"""What the policy does to harmless texts: how many it blocks, and which detector is behind it."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

import msgspec

from statera.analysis.guarding.rates import flagged_share
from statera.analysis.guarding.sightings import Sighting, by_source, labelled
from statera.guard.blockers import blockers
from statera.scorers.guarding import POLICY
from statera.stats.results import Estimate


class OverBlocking(msgspec.Struct, frozen=True, kw_only=True):
    """The harmless texts of one source under the whole policy.

    `by` counts the blocked ones by detector (a text counts for each that blocked it), `alone` those
    that one detector alone blocked: what its removal would let pass. `redacted` texts pass with
    something taken out. `unchecked` ones had no check: they are in no share.
    """

    source: str
    n: int
    blocked: Estimate
    redacted: int
    unchecked: int
    by: dict[str, int]
    alone: dict[str, int]
    shadow: int


def overblocking(found: Iterable[Sighting], lenient: Collection[str] = ()) -> list[OverBlocking]:
    """Return a row for each source that has harmless texts.

    `lenient` detectors let pass what they cannot examine (`statera.guard.blockers`).
    `shadow` counts those that would be blocked too if what only watches enforced.
    """
    rows = []
    for source, of_source in by_source(found).items():
        if harmless := labelled(of_source, POLICY, harmful=False):
            rows.append(_row(source, harmless, lenient))
    return rows


def _row(source: str, harmless: Sequence[Sighting], lenient: Collection[str]) -> OverBlocking:
    decisions = [one.decision for one in harmless if one.decision is not None]
    blocked = [blockers(one, lenient) for one in decisions if one.outcome == "block"]
    return OverBlocking(
        source=source,
        n=len(harmless),
        blocked=flagged_share(harmless),
        redacted=sum(one.outcome == "redact" for one in decisions),
        unchecked=sum(one.seen() in ("failed", "late") for one in harmless),
        by=dict(Counter(name for names in blocked for name in names).most_common()),
        alone=dict(Counter(names[0] for names in blocked if len(names) == 1).most_common()),
        shadow=sum(one.would == "block" != one.outcome for one in decisions),
    )
