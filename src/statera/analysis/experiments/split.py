"""The sample-ratio check: are units split over the arms as the design says?

Sequential, so that it may be looked at whenever one likes; each slice of the ramp has its own
weights and a test of its own, and they are multiplied. It reads exposed units, closed or not.
"""

from collections.abc import Mapping

import numpy as np

from statera.analysis.experiments import looks
from statera.analysis.experiments.causes import causes
from statera.analysis.experiments.result import Ratio
from statera.analysis.experiments.units import Units
from statera.experiment.assignment import splits
from statera.experiment.design import Design
from statera.records.live import Aside
from statera.stats.sampleratio import SOURCE, sequential_ratio

ALPHA = 0.001
METHOD = "sequential multinomial test by slice, Dirichlet mixture"


def shares(design: Design) -> np.ndarray:
    """Return the arms' weights in each slice of the ramp, shape (slices, arms)."""
    ends = np.minimum([split.ends for split in splits(design)], 1.0)
    return np.diff(ends, axis=1, prepend=0.0)


def ratio(design: Design, units: Units, aside: Aside) -> Ratio:
    """Return the check with its likely causes.

    A loss in one slice or segment's value may hide in the whole, so both are checked, each at half
    of alpha: `p` is twice that of the whole, or twice the least of the parts times their number.
    """
    weights = shares(design)
    names = [arm.name for arm in design.arms]
    counts = np.zeros_like(weights)
    np.add.at(counts, (units.slice, units.arm), 1)
    by = _by(design, units, weights)
    p = _joined(_p(units.arm, weights, units.slice), by, _parts(units, len(weights)))
    seen = dict(zip(names, counts.sum(axis=0).astype(int).tolist(), strict=True))
    return Ratio(
        seen=seen,
        expected=dict(zip(names, (counts.sum(axis=1) @ weights).tolist(), strict=True)),
        p=p,
        alpha=ALPHA,
        failed=p < ALPHA,
        causes=causes(aside, seen, by, alpha=ALPHA / 2) if p < ALPHA else (),
        by=by,
        method=METHOD,
        source=SOURCE,
    )


def _parts(units: Units, slices: int) -> int:
    """Return in how many slices and segment values units are checked, those without any too."""
    values = sum(len(codes.values) for codes in units.segments.values())
    return values + (slices if slices > 1 else 0)


def _joined(whole: float, by: Mapping[str, float], parts: int) -> float:
    """Return the p value of the whole and its parts together (Bonferroni, half and half)."""
    if not parts:
        return whole
    return min(1.0, 2 * whole, 2 * parts * min(by.values(), default=1.0))


def _by(design: Design, units: Units, weights: np.ndarray) -> dict[str, float]:
    found = {}
    if len(weights) > 1:
        for number in np.unique(units.slice).tolist():
            found[f"slice={number}"] = _p_of(units, units.slice == number, weights)
    for name, codes in units.segments.items():
        for number, value in enumerate(codes.values):
            if np.any(inside := codes.codes == number):
                found[f"{name}={value}"] = _p_of(units, inside, weights)
    return found


def _p_of(units: Units, inside: np.ndarray, weights: np.ndarray) -> float:
    return _p(units.arm[inside], weights, units.slice[inside])


def _p(arm: np.ndarray, weights: np.ndarray, stratum: np.ndarray) -> float:
    """Return the p value at the last look of the grid, its least so far; 1 without units."""
    if not len(arm):
        return 1.0
    found = looks.open_looks(len(arm))
    counts = found.counts[found.decides] if found.decides.any() else found.counts
    return float(sequential_ratio(arm, weights, stratum, counts.tolist())[-1])
