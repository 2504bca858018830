"""The sample-ratio check: are units split over the arms as the design says?

Sequential, so that it may be looked at whenever one likes; each slice of the ramp has its own
weights and a test of its own, and they are multiplied. It reads exposed units, closed or not.
"""

import numpy as np

from statera.analysis.experiments import looks
from statera.analysis.experiments.causes import causes
from statera.analysis.experiments.result import Ratio
from statera.analysis.experiments.units import Aside, Units
from statera.experiment.assignment import splits
from statera.experiment.design import Design
from statera.stats.sampleratio import SOURCE, sequential_ratio

ALPHA = 0.001
METHOD = "sequential multinomial test by slice, Dirichlet mixture"


def shares(design: Design) -> np.ndarray:
    """Return the arms' weights in each slice of the ramp, shape (slices, arms)."""
    ends = np.minimum([split.ends for split in splits(design)], 1.0)
    return np.diff(ends, axis=1, prepend=0.0)


def ratio(design: Design, units: Units, aside: Aside, *, detail: bool = True) -> Ratio:
    """Return the check with its likely causes; `detail`: by slice and segment value too."""
    weights = shares(design)
    names = [arm.name for arm in design.arms]
    counts = np.zeros_like(weights)
    np.add.at(counts, (units.slice, units.arm), 1)
    p = _p(units.arm, weights, units.slice)
    by = _by(design, units, weights) if detail or p < ALPHA else {}
    seen = dict(zip(names, counts.sum(axis=0).astype(int).tolist(), strict=True))
    return Ratio(
        seen=seen,
        expected=dict(zip(names, (counts.sum(axis=1) @ weights).tolist(), strict=True)),
        p=p,
        alpha=ALPHA,
        failed=p < ALPHA,
        causes=causes(aside, seen, by, alpha=ALPHA) if p < ALPHA else (),
        by=by,
        method=METHOD,
        source=SOURCE,
    )


def hidden(found: Ratio) -> tuple[str, ...]:
    """Return a line where a check that passes as a whole fails in a slice or a segment's value."""
    limit = found.alpha / max(1, len(found.by))
    bad = [f"{name} (p {p:.2g})" for name, p in found.by.items() if p < limit]
    if found.failed or not bad:
        return ()
    return (f"units are split as designed over all, but not in {', '.join(bad)}",)


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
