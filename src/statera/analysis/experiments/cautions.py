"""What makes a number mean less than it seems: one line each."""

import numpy as np

from statera.analysis.experiments.columns import Column
from statera.analysis.experiments.contrasts import planned
from statera.analysis.experiments.guardrails import betting
from statera.analysis.experiments.units import Units
from statera.experiment.design import Design
from statera.records.live import Aside
from statera.stats import asymptotic, ratios

LATE = 0.05
MANY = 0.001


def cautions(
    design: Design, units: Units, aside: Aside, columns: dict[str, Column]
) -> tuple[str, ...]:
    """Return the warnings of an experiment; `columns` are the outcomes that its analysis reads."""
    return (
        *_few(design, units, columns[design.primary.outcome]),
        *_crossed(aside, len(units.arm)),
        *_edited(aside),
        *_bound(design),
        *(line for seen in columns.values() for line in _late(design, units, seen)),
        *(line for seen in columns.values() for line in unequal(design, units, seen).values()),
    )


def _few(design: Design, units: Units, seen: Column) -> list[str]:
    lines = []
    if design.planned and seen.closed < design.planned:
        lines.append(
            f"{seen.closed:,} of {design.planned:,} planned units have closed"
            f" ({seen.closed / design.planned:.0%})"
        )
    if design.planned and seen.closed > design.planned and design.analysis == "group-sequential":
        lines.append(
            f"{seen.closed - design.planned:,} units closed after the planned end: not read"
        )
    counts = np.bincount(units.arm[: seen.closed][seen.reported], minlength=len(design.arms))
    for arm, count in zip(design.arms, counts.tolist(), strict=True):
        if count < ratios.LEAST:
            lines.append(f"only {count} closed units of '{arm.name}' reported {seen.name}")
    return lines


def _crossed(aside: Aside, units: int) -> list[str]:
    count = sum(aside.crossed.values())
    if not count or count < MANY * units:
        return []
    share = count / (count + units)
    return [f"{count:,} units were shown more than one arm and are left out ({share:.2%})"]


def _edited(aside: Aside) -> list[str]:
    if len(aside.designs) < 2:
        return []
    return [
        f"the design was edited after the start: {len(aside.designs)} versions were exposed; the"
        " analysis reads all units by the present one"
    ]


def _bound(design: Design) -> list[str]:
    """Say what it does to the numbers that requests, or sessions, of one user are alike."""
    kind = design.units.kind
    if kind == "user":
        return []
    if design.units.cluster:
        return [f"segments, cohorts and late reports take each {kind} for itself: their intervals"
                " are too narrow where users differ in what an arm does to them"]  # fmt: skip
    return [f"{kind}s are randomised and no `cluster` names their user: the intervals hold for the"
            " users seen, not for users like them"]  # fmt: skip


def _late(design: Design, units: Units, seen: Column) -> list[str]:
    """Say how many reports of the closed units came after the window; answers have no delay."""
    if design.outcome(seen.name).source == "answer":
        return []
    reports = units.outcomes[seen.name]
    late = float(reports.late_number[: seen.closed].sum())
    share = late / max(1.0, late + float(reports.number[: seen.closed].sum()))
    if share < LATE:
        return []
    window = design.outcome(seen.name).window or design.window
    return [
        f"{share:.0%} of the reports of {seen.name} came after its window of {window}: they are"
        " not in the decision"
    ]


def unequal(design: Design, units: Units, seen: Column) -> dict[str, str]:
    """Return a line for each arm that surely differs in who reports at all: a mean leaves them out.

    Half of alpha is the normal approximation's, half the exact bounds', which need no burn-in:
    where all of one arm reported, there is no variance to approximate.
    """
    if seen.kind != "mean" or not seen.closed or seen.reported.all():
        return {}
    arm, stratum = units.arm[: seen.closed], units.slice[: seen.closed]
    shape = (len(design.arms), max(1, len(design.ramp)))
    said = seen.reported.astype(np.float64)
    sums = ratios.cumulated(
        ratios.Columns(said, np.ones(seen.closed), arm, stratum), [seen.closed], shape
    )
    alpha = design.alpha / (2 * (len(design.arms) - 1))
    lines = {}
    for number, each in enumerate(design.arms[1:], 1):
        path = ratios.contrast(sums, number)
        low, high = asymptotic.mixture_bounds(
            path.value,
            np.where(path.ready, path.error, np.nan),
            seen.closed,
            planned=planned(design),
            alpha=alpha,
        )
        event = seen._replace(kind="event", total=said, number=np.ones(seen.closed))
        exact = betting(design, event, units, number, np.array([seen.closed]))(alpha / 2)
        if max(low[0], exact[0][0]) > 0 or min(high[0], exact[1][0]) < 0:
            lines[each.name] = (
                f"{path.candidate[0]:.1%} of '{each.name}' reported {seen.name}, but"
                f" {path.base[0]:.1%} of '{design.base.name}': its mean is over different people"
            )
    return lines
