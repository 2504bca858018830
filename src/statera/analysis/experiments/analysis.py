"""Everything that an experiment's units say: checks first, then numbers, then the decision.

The order: are units split as designed; the primary outcome by the design's analysis; guardrails;
the answer; then what is no part of it: segments, cohorts, late reports, users compared with
themselves, a Bayesian view, and warnings.
"""

from collections.abc import Iterable

import msgspec
import numpy as np
from msgspec.structs import replace

from statera.analysis.experiments import looks as at
from statera.analysis.experiments import views
from statera.analysis.experiments.cautions import cautions, unequal
from statera.analysis.experiments.columns import Column, column, history, known
from statera.analysis.experiments.contrasts import (
    UNSHOWN,
    Reading,
    looks_of,
    planned,
    primary,
    read,
)
from statera.analysis.experiments.guardrails import guarded
from statera.analysis.experiments.responses import responses
from statera.analysis.experiments.result import Bayes, Contrast, Ratio, Result
from statera.analysis.experiments.servility import servility
from statera.analysis.experiments.split import ratio
from statera.analysis.experiments.units import Units
from statera.analysis.experiments.verdicts import ruled
from statera.experiment.design import Design
from statera.records.live import Aside
from statera.stats.posterior import posterior

VOID = "void: units are not split as designed"


class View(msgspec.Struct, frozen=True, kw_only=True):
    """How an experiment is looked at; nothing here changes what a design decides but `cuped`.

    `cuped`: adjust the primary outcome by the units' history; None: where the design names a
    history. `prior`: standard deviation of the effect for the Bayesian view, in place of the
    design's. `detail`: with segments, cohorts, late reports and users within.
    """

    cuped: bool | None = None
    prior: float | None = None
    detail: bool = True


def analysed(
    design: Design, units: Units, aside: Aside, *, now: float, view: View | None = None
) -> Result:
    """Return the result of an experiment at `now`, seconds since 1970.

    `units` have the outcomes that the design reads, sorted by first exposure. Units of an arm or a
    slice that the design does not know are left out with a warning. KeyError for an outcome that
    is missing.
    """
    view = view or View()
    units, foreign = known(design, units)
    columns = {name: column(design, units, name, now=now) for name in design.read}
    checked = ratio(design, units, aside)
    seen = columns[design.primary.outcome]
    reading = read(
        design,
        seen,
        looks_of(design, seen.closed),
        units,
        _covariates(design, units, seen, view),
    )
    found = [primary(design, reading, arm) for arm in range(1, len(design.arms))]
    contrasts = _voided(checked, (each for each, _ in found))
    guardrails = _voided(checked, guarded(design, units, now=now))
    ruling = ruled(checked, contrasts, guardrails, unequal(design, units, seen))
    left_out = f"{foreign:,} units of arms or slices that the design lacks are left out"
    warnings = (
        *([left_out] if foreign else []),
        *cautions(design, units, aside, columns),
        *(() if checked.failed else servility(design, units, now=now)),
    )
    plain = Result(
        experiment=design.experiment,
        verdict=ruling.verdict,
        reasons=ruling.reasons,
        analysis=design.analysis,
        alpha=design.alpha,
        planned=design.planned,
        closed=seen.closed,
        exposed=len(units.arm),
        ratio=checked,
        primary=contrasts,
        guardrails=guardrails,
        bayes=_bayes(design, contrasts, view, seen.sign),
        responses=responses(columns.values(), units.arm, reading.arms),
        warnings=warnings,
        aside={
            name: dict(counts) for name, counts in msgspec.structs.asdict(aside).items() if counts
        },
        next_look=_next(design, seen.closed),
        path=() if checked.failed else tuple(path for _, path in found),
    )
    return _detailed(plain, design, units, reading, now=now) if view.detail else plain


def _detailed(
    plain: Result, design: Design, units: Units, reading: Reading, *, now: float
) -> Result:
    """Return the result with the views that take no part in the decision."""
    unheard = any(each.why == UNSHOWN for each in plain.primary)
    if plain.ratio.failed or unheard or not len(reading.looks.counts):
        return plain
    scene = views.Scene(design, reading.column, units, int(reading.looks.counts[-1]))
    segmented = views.segmented(scene)
    late = column(design, units, design.primary.outcome, now=now, late=True)
    some = units.outcomes[design.primary.outcome].late_number[: scene.size].any()
    clustered = design.units.kind == "request" and design.units.cluster
    return replace(
        plain,
        segments=segmented.parts,
        homogeneity=segmented.homogeneity,
        novelty=views.novelty(scene),
        late=views.whole(scene._replace(column=late)) if some else (),
        within=views.within_users(scene) if clustered else (),
    )


def _covariates(design: Design, units: Units, seen: Column, view: View) -> np.ndarray | None:
    """Return each unit's history and whether it has one, (n, 2); None where it is not asked for."""
    wanted = bool(design.history) if view.cuped is None else view.cuped
    before, there = history(units.outcomes[seen.name], seen.kind, seen.closed)
    if not wanted or not there.any():
        return None
    return np.column_stack([before, there.astype(np.float64)])


def _voided(checked: Ratio, contrasts: Iterable[Contrast]) -> tuple[Contrast, ...]:
    """Return the contrasts, without bounds and answers where the sample ratio fails."""
    if not checked.failed:
        return tuple(contrasts)
    return tuple(
        replace(each, low=None, high=None, standing="void", decided_at=None, why=VOID)
        for each in contrasts
    )


def _bayes(
    design: Design, contrasts: Iterable[Contrast], view: View, sign: int
) -> tuple[Bayes, ...]:
    prior = view.prior or design.prior
    if prior is None:
        return ()
    found = []
    for each in contrasts:
        if each.value is None or each.error is None or each.low is None or each.standing == "void":
            continue
        turned = posterior(sign * each.value, each.error, prior=prior)
        ends = sorted((sign * turned.low, sign * turned.high))
        found.append(
            Bayes(
                arm=each.arm,
                better=turned.above,
                loss=turned.loss,
                mean=sign * turned.mean,
                low=ends[0],
                high=ends[1],
                prior=prior,
            )
        )
    return tuple(found)


def _next(design: Design, closed: int) -> int | None:
    """Return the next planned look of a group-sequential design."""
    if design.analysis != "group-sequential":
        return None
    ahead = at.every_look(planned=planned(design), looks=design.looks)
    later = ahead[ahead > closed]
    return int(later[0]) if len(later) else None
