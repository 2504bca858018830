"""The primary contrast seen another way: by segment, by cohort, with late reports, within users.

No view takes part in the decision. Segments, late reports and the view within users have the bounds
of a confidence sequence, so that they too may be looked at at any time; cohorts, of which all but
the newest no longer change, those of one look. All read the units of the primary's last look.
"""

from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np

from statera.analysis.experiments.columns import Column
from statera.analysis.experiments.contrasts import UNREADY, number_of, planned, relative, turned
from statera.analysis.experiments.result import Contrast, Part, Side, Standing
from statera.analysis.experiments.units import Units
from statera.experiment.design import Design
from statera.stats import asymptotic, heterogeneity, ratios
from statera.stats.multiplicity import holm
from statera.stats.proportion import normal_quantile
from statera.stats.withincluster import SOURCE as WITHIN
from statera.stats.withincluster import within

DAY = 86_400.0
WEEK = 7 * DAY
MOST = 10  # stretches of time


class Scene(NamedTuple):
    """What every view reads: the primary outcome of the first `size` units, and their codes."""

    design: Design
    column: Column
    units: Units
    size: int

    @property
    def alpha(self) -> float:
        """Alpha for each arm but the base."""
        return self.design.alpha / (len(self.design.arms) - 1)

    @property
    def names(self) -> tuple[str, ...]:
        """The arms' names, base first."""
        return tuple(arm.name for arm in self.design.arms)


class Group(NamedTuple):
    """A part of the units: its name and value, and their sums at one look."""

    name: str
    value: str
    sums: ratios.Sums
    reporting: np.ndarray


class Segmented(NamedTuple):
    """The contrasts by segment value, and p of one effect in all values, by `ARM, SEGMENT`."""

    parts: tuple[Part, ...]
    homogeneity: dict[str, float]


def segmented(scene: Scene) -> Segmented:
    """Return the contrast in each declared value; p corrected by Holm, bounds by Bonferroni.

    Homogeneity is Cochran's Q, anytime-valid, corrected by Holm over segments and arms.
    """
    groups = [
        group
        for name, codes in scene.units.segments.items()
        for group in _groups(scene, name, codes.codes, codes.values)
    ]
    if not groups:
        return Segmented((), {})
    alpha = scene.alpha / len(groups)
    paths = {
        (arm, number): ratios.contrast(group.sums, arm)
        for arm in range(1, len(scene.names))
        for number, group in enumerate(groups)
    }
    adjusted = holm([_p(scene, path) for path in paths.values()])
    parts = tuple(
        Part(
            name=groups[number].name,
            value=groups[number].value,
            contrast=_contrast(scene, groups[number], path, arm, alpha),
            p=p,
        )
        for ((arm, number), path), p in zip(paths.items(), adjusted, strict=True)
    )
    return Segmented(parts, _homogeneity(scene, groups, paths))


def novelty(scene: Scene) -> tuple[Part, ...]:
    """Return the contrast by cohort of first exposure: days, weeks, or stretches of more weeks.

    At most MOST stretches; intervals of one look, Bonferroni over them; descriptive.
    """
    first = scene.units.first[: scene.size]
    if not len(first):
        return ()
    start = np.floor(first[0] / DAY) * DAY
    span = first[-1] - start
    length = DAY if span < MOST * DAY else WEEK * np.ceil((span + 1) / (MOST * WEEK))
    codes = ((first - start) // length).astype(np.int64)
    dates = tuple(_dates(start + number * length, length) for number in range(codes[-1] + 1))
    groups = _groups(scene, "cohort", codes, dates)
    alpha = scene.alpha / (int(codes[-1]) + 1)
    return tuple(
        Part(name=group.name, value=group.value, contrast=_single(scene, group, arm, alpha))
        for arm in range(1, len(scene.names))
        for group in groups
    )


def whole(scene: Scene) -> tuple[Contrast, ...]:
    """Return the contrast of all units at one look, as a view: the scene's column may be late."""
    (group,) = _groups(scene, "", np.zeros(scene.size, np.int64), ("",))
    return tuple(
        _contrast(scene, group, ratios.contrast(group.sums, arm), arm, scene.alpha)
        for arm in range(1, len(scene.names))
    )


def within_users(scene: Scene) -> tuple[Contrast, ...]:
    """Return the contrast within clusters: of users whose requests were shown both arms.

    Requests of one user are alike, but each is randomised by itself, so that the plain contrast is
    valid too; this one is sharper, and its interval allows for effects that differ by user.
    """
    return tuple(_within(scene, arm) for arm in range(1, len(scene.names)))


def _within(scene: Scene, arm: int) -> Contrast:
    column, units, size = scene.column, scene.units, scene.size
    arms = units.arm[:size]
    kept = ((arms == 0) | (arms == arm)) & (column.number[:size] > 0)
    values = column.total[:size][kept] / column.number[:size][kept]
    found = within(values, (arms[kept] == arm).astype(np.int64), units.cluster[:size][kept])
    ready = min(found.base_units, found.candidate_units, found.clusters) >= ratios.LEAST
    error = found.error if ready else np.nan
    low, high = asymptotic.mixture_bounds(
        found.value, error, max(1, size), planned=planned(scene.design), alpha=scene.alpha
    )
    sides = [
        Side(arm=scene.names[number], value=number_of(value), units=seen, reporting=seen)
        for number, value, seen in (
            (0, found.base, found.base_units),
            (arm, found.candidate, found.candidate_units),
        )
    ]
    return Contrast(
        outcome=column.name,
        arm=scene.names[arm],
        base=sides[0],
        candidate=sides[1],
        value=number_of(found.value),
        low=number_of(float(low)),
        high=number_of(float(high)),
        level=1 - scene.alpha,
        error=number_of(found.error),
        standing=_leaning(column.sign, float(low), float(high)),
        limit=scene.design.primary.minimum,
        method=f"within {found.clusters:,} users who saw both arms; confidence sequence",
        source=WITHIN,
        why="" if ready else f"fewer than {ratios.LEAST} users who saw both arms",
        adjusted="a view: not part of the decision",
    )


def _dates(start: float, length: float) -> str:
    """Return the days of a stretch, UTC, as `2026-11-02` or `2026-11-02 to 2026-11-08`."""
    days = [
        datetime.fromtimestamp(at, UTC).date().isoformat() for at in (start, start + length - DAY)
    ]
    return " to ".join(dict.fromkeys(days))


def _groups(
    scene: Scene, name: str, codes: np.ndarray, values: tuple[str, ...]
) -> tuple[Group, ...]:
    """Return the values that have units, with their sums: strata are value by slice."""
    kept = codes[: scene.size] >= 0
    cut = slice(0, scene.size) if kept.all() else np.flatnonzero(kept)
    slices = max(1, len(scene.design.ramp))
    group, arm = codes[cut], scene.units.arm[cut]
    columns = ratios.Columns(
        scene.column.total[cut],
        scene.column.number[cut],
        arm,
        group * slices + scene.units.slice[cut],
    )
    arms = len(scene.names)
    reported = scene.column.reported[cut]
    reporting = np.bincount((group * arms + arm)[reported], minlength=len(values) * arms).reshape(
        -1, arms
    )
    look = np.array([len(arm)])
    sums = ratios.cumulated(columns, look, (arms, len(values) * slices))
    return tuple(
        Group(name, value, _part(sums, slice(number * slices, (number + 1) * slices)), counts)
        for number, (value, counts) in enumerate(zip(values, reporting, strict=True))
        if sums.seen[0, :, number * slices : (number + 1) * slices].any()
    )


def _part(sums: ratios.Sums, strata: slice) -> ratios.Sums:
    return sums._replace(
        seen=sums.seen[:, :, strata],
        units=sums.units[:, :, strata],
        moments=sums.moments[:, :, strata],
        crosses=sums.crosses[:, :, strata],
    )


def _p(scene: Scene, path: ratios.Path) -> float | None:
    if not path.ready[0]:
        return None
    return heterogeneity.anytime_p(
        float(path.value[0]),
        float(path.error[0]),
        scene.size,
        planned=planned(scene.design),
        alpha=scene.alpha,
    )


def _homogeneity(
    scene: Scene, groups: list[Group], paths: dict[tuple[int, int], ratios.Path]
) -> dict[str, float]:
    found: dict[str, float | None] = {}
    for arm, name in enumerate(scene.names[1:], 1):
        for segment in dict.fromkeys(group.name for group in groups):
            ready = [
                path
                for (one, number), path in paths.items()
                if one == arm and groups[number].name == segment and path.ready[0]
            ]
            found[f"{name}, {segment}"] = heterogeneity.homogeneity_p(
                [float(path.value[0]) for path in ready],
                [float(path.error[0]) for path in ready],
                scene.size,
                planned=planned(scene.design),
                alpha=scene.alpha,
            )
    adjusted = zip(found, holm(list(found.values())), strict=True)
    return {name: p for name, p in adjusted if p is not None}


def _contrast(scene: Scene, group: Group, path: ratios.Path, arm: int, alpha: float) -> Contrast:
    """Return a view's contrast with the bounds of a confidence sequence."""
    error = float(path.error[0]) if path.ready[0] else np.nan
    low, high = asymptotic.mixture_bounds(
        float(path.value[0]), error, scene.size, planned=planned(scene.design), alpha=alpha
    )
    return _told(scene, group, path, arm, (float(low), float(high), alpha, "confidence sequence"))


def _single(scene: Scene, group: Group, arm: int, alpha: float) -> Contrast:
    """Return a view's contrast with the bounds of one look."""
    path = ratios.contrast(group.sums, arm)
    value, error = float(path.value[0]), float(path.error[0])
    reach = normal_quantile(1 - alpha) * error if path.ready[0] else np.inf
    return _told(scene, group, path, arm, (value - reach, value + reach, alpha, "one look"))


def _told(
    scene: Scene,
    group: Group,
    path: ratios.Path,
    arm: int,
    bounds: tuple[float, float, float, str],
) -> Contrast:
    low, high, alpha, method = bounds
    seen = group.sums.seen[0].sum(axis=1)
    sides = [
        Side(
            arm=scene.names[number],
            value=number_of(side[0]),
            units=int(seen[number]),
            reporting=int(group.reporting[number]),
        )
        for number, side in ((0, path.base), (arm, path.candidate))
    ]
    value = number_of(path.value[0])
    return Contrast(
        outcome=scene.column.name,
        arm=scene.names[arm],
        base=sides[0],
        candidate=sides[1],
        value=value,
        low=number_of(low),
        high=number_of(high),
        level=1 - alpha,
        error=number_of(path.error[0]),
        standing=_leaning(scene.column.sign, low, high),
        limit=scene.design.primary.minimum,
        method=f"{method}; {ratios.METHOD}",
        source=f"{asymptotic.SOURCE}; {ratios.SOURCE}",
        why="" if path.ready[0] else UNREADY,
        adjusted="a view: not part of the decision",
        relative=relative(value, sides[0].value),
    )


def _leaning(sign: int, low: float, high: float) -> Standing:
    least, most = turned(sign, low, high)
    return "better" if least > 0 else "worse" if most < 0 else "open"
