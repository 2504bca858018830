"""What the analysis of an experiment reads, out of the live store.

units, aside = live_units(store, design)
"""

from collections.abc import Sequence

from statera.analysis.experiments.servility import APPROVAL, HARM
from statera.analysis.experiments.units import Codes, Reports, Units
from statera.experiment.design import OTHER, Design
from statera.experiment.durations import seconds
from statera.records.live import Aside
from statera.store.live.opening import LiveStore
from statera.store.live.wanted import Found, Wanted, WantedOutcome


def live_units(
    store: LiveStore,
    design: Design,
    *,
    shadow: bool = False,
    further: Sequence[str] = (),
) -> tuple[Units, Aside]:
    """Return the units of a design and what is aside.

    `shadow`: answers and scores are those of the candidate that nobody was shown. `further`: other
    outcomes that are read too.
    """
    wants = wanted(design, shadow=shadow, further=further)
    found = store.units(wants)
    return _units(wants, found), found.aside


def wanted(design: Design, *, shadow: bool = False, further: Sequence[str] = ()) -> Wanted:
    """Return what is wanted of the store for a design; what is none of a segment is `other`."""
    return Wanted(
        experiment=design.experiment,
        arms=tuple(arm.name for arm in design.arms),
        outcomes={name: _outcome(design, name) for name in (*design.read, *further)},
        history=seconds(design.history, place="history") if design.history else 0.0,
        segments={name: (*segment.values, OTHER) for name, segment in design.segments.items()},
        clustered=bool(design.units.cluster),
        shadow=shadow,
    )


def pleasing(store: LiveStore, design: Design) -> tuple[str, ...]:
    """Return the outcomes that only the servility warning reads: approvals and harms in reports.

    None where one of the two was never reported: nothing could be warned of, and nothing is read.
    """
    known = frozenset(design.read)
    told = known | store.outcomes()
    sides = [[name for name in names if name in told] for names in (APPROVAL, HARM)]
    if design.mode == "shadow" or not all(sides):
        return ()
    more = [name for side in sides for name in side if name not in known]
    return tuple(name for name in more if design.outcome(name).source == "feedback")


def _outcome(design: Design, name: str) -> WantedOutcome:
    outcome = design.outcome(name)
    return WantedOutcome(
        outcome.kind, outcome.source, design.window_of(name), outcome.low, outcome.high
    )


def _units(wants: Wanted, found: Found) -> Units:
    return Units(
        *found[:7],
        outcomes={name: Reports(*sums) for name, sums in found.outcomes.items()},
        segments={
            name: Codes(found.segments[name], values) for name, values in wants.segments.items()
        },
    )
