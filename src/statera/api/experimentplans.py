"""How many units an experiment needs, for how long, and what they can show.

past = {"solved": stated(design, "solved", value=0.4)}
found = planned(design, past, per_day=1000)
found.needs[0].units, found.needs[0].days, found.guardrails[0].units

Both analyses stand side by side, as the choice between them is made here: a confidence sequence may
be looked at every day and takes more units, a group-sequential design has looks at fixed numbers.
The chances are computed (`statera.stats.experimentpower`), not simulated. Guardrails are watched by
a confidence sequence whatever the analysis; events, and shares of first answers, by exact bounds,
which take about `EXACT` times the units (by simulation: `python -m benchmarks peeking`) and have no
burn-in.
"""

from collections.abc import Mapping
from math import ceil
from typing import get_args

import msgspec

from statera.analysis.experiments.guardrails import exact
from statera.api.experimentpast import Past
from statera.errors import DeclarationError
from statera.experiment.assignment import splits
from statera.experiment.design import Analysis, Design, Guardrail
from statera.experiment.durations import seconds
from statera.stats.experimentpower import Asked, Spread, detectable, of_mean, of_rate, plan

DAY = 86_400.0
EXACT = 1.3
"""Units that exact bounds take for each one of an asymptotic confidence sequence, arms alike."""


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """What one analysis needs to show the minimum effect with the design's power.

    `units` of all arms together and `arms` by name; `days` until the last unit's outcome is known,
    None without a rate of arrivals. `expected`: units until it is shown, if the effect is the
    minimum. `fixed`: units of a single look at the end. `power` and `detectable` are those of the
    design's planned units, None where none are planned or too few. `why` where no number will do.
    """

    analysis: Analysis
    units: int | None
    arms: dict[str, int] = {}
    days: float | None = None
    expected: int | None = None
    fixed: int | None = None
    power: float | None = None
    detectable: float | None = None
    why: str = ""


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """What a guardrail needs to be shown not worse, if the arm is as the base.

    `value` of the base, None where nothing is known of it. `units` of all arms for the design's
    power, `days` likewise; `power` by analysis at its end: the planned units, or what the primary
    outcome needs.
    """

    outcome: str
    margin: float
    value: float | None = None
    units: int | None = None
    days: float | None = None
    power: dict[str, float] = {}
    why: str = ""


class ExperimentPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A whole plan; `needs` has the design's own analysis first.

    `advised` units are what a pass by the design's analysis takes: the primary outcome shown better
    and every known guardrail not worse, each with the design's power. None where no number will do.
    """

    experiment: str
    primary: Past
    minimum: float
    alpha: float
    power: float
    weights: dict[str, float]
    planned: int | None
    per_day: float | None
    needs: tuple[Need, ...]
    guardrails: tuple[Watch, ...] = ()
    advised: int | None = None
    notes: tuple[str, ...] = ()


def planned(
    design: Design, past: Mapping[str, Past], *, per_day: float | None = None
) -> ExperimentPlan:
    """Return the plan of a design, given what is known of its outcomes.

    `past` has the primary outcome. `per_day`: new units a day, of all traffic. DeclarationError
    where the minimum effect leads out of the outcome's range.
    """
    known, weights = past[design.primary.outcome], _weights(design)
    sign = 1 if design.better(known.outcome) == "higher" else -1
    if known.binary and not 0 <= known.value + sign * design.primary.minimum <= 1:
        reached = f"{known.value:g} {'+' if sign > 0 else '-'} {design.primary.minimum:g}"
        raise DeclarationError(f"primary.minimum: {reached} is no share: no arm can be that good")
    other = next(name for name in get_args(Analysis) if name != design.analysis)
    analyses: tuple[Analysis, ...] = (design.analysis, other)
    needs = tuple(_need(design, known, name, per_day) for name in analyses)
    ends = {need.analysis: design.planned or need.units for need in needs}
    watched = [_watch(design, one, past.get(one.outcome), ends) for one in design.guardrails]
    return ExperimentPlan(
        experiment=design.experiment,
        primary=known,
        minimum=design.primary.minimum,
        alpha=design.alpha,
        power=design.power,
        weights=weights,
        planned=design.planned,
        per_day=per_day,
        needs=needs,
        guardrails=tuple(
            msgspec.structs.replace(one, days=_days(design, one.units, per_day)) for one in watched
        ),
        advised=_advised(needs[0], watched),
        notes=(*_notes(design, known), *_lasting(design, per_day)),
    )


def _weights(design: Design) -> dict[str, float]:
    """Return the arms' weights, those of a ramp's last step; arms without one are left out."""
    own = {arm.name: arm.weight for arm in design.arms}
    last = (design.ramp[-1].weights or own) if design.ramp else own
    return {name: last[name] for name in own if last.get(name, 0.0) > 0}


def _asked(design: Design, known: Past, analysis: Analysis) -> Asked:
    sign = 1 if design.better(known.outcome) == "higher" else -1
    effect = design.primary.minimum
    return Asked(
        effect=effect,
        spread=_spread(known, sign * effect),
        weights=tuple(_weights(design).values()),
        alpha=design.alpha,
        analysis=analysis,
        looks=design.looks,
        correlation=abs(known.correlation) if design.history else 0.0,
        planned=_counted(design.planned, known),
    )


def _spread(known: Past, effect: float) -> Spread:
    if known.binary:
        return of_rate(known.value, effect)
    return of_mean(known.value, known.sd, skewness=known.skewness)


def _counted(units: int | None, known: Past) -> int | None:
    """Return how many of so many units report the outcome."""
    return None if units is None else max(1, int(units * known.reporting))


def _need(design: Design, known: Past, analysis: Analysis, per_day: float | None) -> Need:
    asked = _asked(design, known, analysis)
    found = plan(asked, power=design.power)
    power, effect = _at_the_end(design, known, asked)
    if found.units is None:
        return Need(analysis=analysis, units=None, power=power, detectable=effect, why=found.why)
    units = ceil(found.units / known.reporting)
    return Need(
        analysis=analysis,
        units=units,
        arms={name: ceil(units * weight) for name, weight in _weights(design).items()},
        days=_days(design, units, per_day),
        expected=None if found.expected is None else ceil(found.expected / known.reporting),
        fixed=None if found.fixed is None else ceil(found.fixed / known.reporting),
        power=power,
        detectable=effect,
    )


def _at_the_end(design: Design, known: Past, asked: Asked) -> tuple[float | None, float | None]:
    """Return power for, and smallest effect seen by, the planned units."""
    counted = _counted(design.planned, known)
    if counted is None or counted < asked.least:
        return None, None
    power = plan(asked, power=design.power, units=counted).power
    return power, detectable(asked, counted, power=design.power)


def _days(design: Design, units: int | None, per_day: float | None) -> float | None:
    """Return days of arrivals in the experiment's part of the traffic, and the window after."""
    if per_day is None or units is None:
        return None
    window = max(design.window_of(name) for name in design.read)
    return units / (per_day * _part(design)) + window / DAY


def _watch(
    design: Design, one: Guardrail, known: Past | None, ends: Mapping[Analysis, int | None]
) -> Watch:
    if known is None:
        return Watch(
            outcome=one.outcome,
            margin=one.margin,
            why=f"unknown: --value {one.outcome}=RATE or MEAN:SD",
        )
    sure = exact(design, one.outcome)
    spread = _spread(known, 0.0)
    asked = Asked(
        effect=one.margin,
        spread=msgspec.structs.replace(spread, skewness=0.0) if sure else spread,
        weights=tuple(_weights(design).values()),
        alpha=design.alpha,
        planned=_counted(design.planned, known),
        sides=1,
    )
    more = EXACT if sure else 1.0
    found = plan(asked, power=design.power)
    return Watch(
        outcome=one.outcome,
        margin=one.margin,
        value=known.value,
        units=None if found.units is None else ceil(more * found.units / known.reporting),
        power={
            name: _power(design, asked, None if end is None else end * known.reporting / more)
            for name, end in ends.items()
        },
        why=found.why,
    )


def _power(design: Design, asked: Asked, counted: float | None) -> float:
    """Return the power after so many units; 0 where that is before the burn-in."""
    if counted is None or counted < max(asked.least, 2):
        return 0.0
    return plan(asked, power=design.power, units=int(counted)).power or 0.0


def _notes(design: Design, known: Past) -> list[str]:
    """Return what the numbers suppose."""
    notes = []
    if len(design.ramp) > 1:
        notes.append(
            "the weights of the ramp's last step; earlier steps of other weights need more"
        )
    if known.reporting < 1:
        share = f"{100 * known.reporting:.0f} %"
        notes.append(f"{share} of the units report '{known.outcome}'; the others are counted in")
    elif _asks_people(design, known):
        notes.append(
            f"every unit is taken to report '{known.outcome}': say --reporting SHARE if fewer do"
        )
    saved = known.correlation**2
    if design.history and known.units is not None:
        notes.append(f"CUPED: the past explains {100 * saved:.0f} % of the variance")
    elif saved >= 0.01:
        notes.append(f"`history: 30d` would save about {100 * saved:.0f} % of the units (CUPED)")
    if len(_weights(design)) > 2:
        notes.append(f"alpha over {len(_weights(design)) - 1} arms; units for the smallest arm")
    return notes


def _lasting(design: Design, per_day: float | None) -> list[str]:
    """Return how many units have closed when the design's length is over."""
    if not design.length or per_day is None:
        return []
    days = seconds(design.length, place="length") / DAY
    window = max(design.window_of(name) for name in design.read) / DAY
    units = int(per_day * _part(design) * max(0.0, days - window))
    return [f"in the planned {design.length} some {units:,} units close"]


def _part(design: Design) -> float:
    """Return the experiment's share of all traffic, once its ramp is over."""
    part = splits(design)[-1].traffic
    return part * (design.layer.end - design.layer.start) if design.layer else part


def _asks_people(design: Design, known: Past) -> bool:
    """Return whether who stays silent does not count, and nothing was said of how many do."""
    outcome = design.outcome(known.outcome)
    return known.units is None and (outcome.kind, outcome.source) == ("mean", "feedback")


def _advised(need: Need, watched: list[Watch]) -> int | None:
    """Return the units that the primary outcome and every known guardrail take."""
    units = [need.units, *(one.units for one in watched if one.value is not None)]
    return None if None in units else max(one for one in units if one is not None)
