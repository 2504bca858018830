"""What the analysis of an experiment reads, out of the live store.

units, aside = live_units(store, design)
"""

from statera.analysis.experiments.units import Aside, Codes, Reports, Units
from statera.experiment.design import Design
from statera.experiment.durations import seconds
from statera.store.live.opening import LiveStore
from statera.store.live.wanted import Found, Wanted, WantedOutcome


def live_units(
    store: LiveStore, design: Design, *, until: float | None = None, shadow: bool = False
) -> tuple[Units, Aside]:
    """Return the units of a design and what is beside them, as the store knew them at `until`.

    `shadow`: answers and scores are those of the candidate that nobody was shown.
    """
    wants = wanted(design, shadow=shadow)
    found = store.units(wants, until=until)
    return _units(wants, found), Aside(
        **{name: getattr(found.beside, name) for name in Aside.__struct_fields__}
    )


def wanted(design: Design, *, shadow: bool = False) -> Wanted:
    """Return what is wanted of the store for a design."""
    return Wanted(
        experiment=design.experiment,
        arms=tuple(arm.name for arm in design.arms),
        outcomes={name: _outcome(design, name) for name in design.read},
        history=seconds(design.history, place="history") if design.history else 0.0,
        segments={name: segment.values for name, segment in design.segments.items()},
        clustered=bool(design.units.cluster),
        shadow=shadow,
    )


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
