"""How often intervals of judged numbers hold: the judge's own, and those that labels correct.

Fresh seeds; every table says its Monte Carlo error. What is asked for: the corrected 95 % interval
covers within 1.5 points of nominal, the judge's own does not.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import sqrt
from typing import NamedTuple

import numpy as np

from benchmarks.report import table
from benchmarks.setting import Setting
from statera.stats.carrying import carried, mean_error
from statera.stats.corrected import Corrected
from statera.stats.paired import difference
from statera.stats.ppi import Judged, prediction_powered
from statera.stats.ppipaired import paired_powered
from statera.stats.proportion import normal_quantile, wilson
from statera.stats.results import Pairs
from statera.stats.rogangladen import Accuracy, rogan_gladen
from statera.stats.roganpaired import rogan_gladen_difference

LEVEL, TRIALS, DRAWS = 0.95, 1000, 4000
ERRORS = (0.9, 0.95)
RATES, LABELS = (0.1, 0.3, 0.5), (100, 200, 300)
GOOD, PAIRED, PAIR_DRAWS = (0.60, 0.60), 600, 2000
FAVOURED, EVEN = ((0.95, 0.70), (0.85, 0.90)), (0.90, 0.80)

Flags = np.ndarray
Ends = tuple[float, float] | None


class Seen(NamedTuple):
    """What is true of trials, and what a judge said of them."""

    truth: Flags
    verdicts: Flags

    def labelled(self, drawn: Flags) -> Judged:
        """Return the verdicts, with labels of those that were drawn."""
        labels = [float(y) if d else None for y, d in zip(self.truth, drawn, strict=True)]
        return Judged(_floats(self.verdicts), labels, [float(drawn.mean())] * len(drawn))

    @property
    def accuracy(self) -> Accuracy:
        """Return how often the judge was right."""
        hits, clear = self.verdicts[self.truth], ~self.verdicts[~self.truth]
        return Accuracy(int(hits.sum()), len(hits), int(clear.sum()), len(clear))


def measure(setting: Setting) -> str:
    """Return both tables."""
    rng = np.random.default_rng()
    return "\n\n".join([rates(rng), differences(rng)])


def rates(rng: np.random.Generator) -> str:
    """A rate as a judge of sensitivity 0.9 and specificity 0.95 sees it."""
    rows = [
        (f"{rate:g}", labels, *_covered(partial(_rate, rate, labels), SINGLE, rate, DRAWS, rng))
        for rate in RATES
        for labels in LABELS
    ]
    words = (
        f"### A rate that a judge saw: sensitivity {ERRORS[0]:g}, specificity {ERRORS[1]:g}\n\n"
        f"{TRIALS:,} judged trials. Share of {DRAWS:,} draws in which the 95 % interval holds"
        f"{_error(DRAWS)}; in brackets the share without an interval, which is left out. PPI++: so "
        "many labels of these trials, drawn at random. The other two: as many labels of other "
        "trials of the same kind."
    )
    return words + "\n\n" + table(("rate", "labels", *SINGLE), rows)


def differences(rng: np.random.Generator) -> str:
    """Two systems that are equally good, and a judge that favours one of them, or neither."""
    rows = [
        (name, labels, *_covered(partial(_pair, errors, labels), BOTH, 0.0, PAIR_DRAWS, rng))
        for name, errors in (("the candidate", FAVOURED), ("neither", (EVEN, EVEN)))
        for labels in LABELS
    ]
    words = (
        f"### A paired difference of two systems that are equally good\n\n{PAIRED} trials on each "
        f"side, half of them alike; share of {PAIR_DRAWS:,} draws{_error(PAIR_DRAWS)}. The judge "
        f"has sensitivity and specificity {_of(FAVOURED[0])} on the candidate and "
        f"{_of(FAVOURED[1])} on the base, or {_of(EVEN)} on both. PPI++: so many labels on each "
        "side, of the same trials or of others. Rogan-Gladen carries over what labels of the base "
        "say of the judge: that is the assumption which a ruling marks as `transported`."
    )
    return words + "\n\n" + table(("the judge favours", "labels a side", *BOTH), rows)


def _of(errors: Sequence[float]) -> str:
    return " and ".join(f"{error:g}" for error in errors)


def _judge(truth: Flags, errors: tuple[float, float], rng: np.random.Generator) -> Seen:
    hit, clear = errors
    size = len(truth)
    return Seen(truth, np.where(truth, rng.random(size) < hit, rng.random(size) > clear))


def _drawn(size: int, count: int, rng: np.random.Generator) -> Flags:
    drawn = np.zeros(size, dtype=bool)
    drawn[rng.choice(size, count, replace=False)] = True
    return drawn


class Case(NamedTuple):
    """One draw: the judged sides, which of their trials have a label, and labels of others."""

    sides: tuple[Seen, ...]
    drawn: tuple[Flags, ...]
    apart: Seen


def _rate(rate: float, labels: int, rng: np.random.Generator) -> Case:
    seen, apart = (_judge(rng.random(n) < rate, ERRORS, rng) for n in (TRIALS, labels))
    return Case((seen,), (_drawn(TRIALS, labels, rng),), apart)


def _pair(
    errors: tuple[tuple[float, float], tuple[float, float]], labels: int, rng: np.random.Generator
) -> Case:
    alike, both = rng.random(PAIRED) < 0.5, rng.random(PAIRED) < GOOD[0]
    truths = [np.where(alike, both, rng.random(PAIRED) < good) for good in GOOD]
    ours, theirs = (_judge(t, e, rng) for t, e in zip(truths, errors, strict=True))
    drawn = _drawn(PAIRED, labels, rng), _drawn(PAIRED, labels, rng)
    apart = Seen(theirs.truth[drawn[0]], theirs.verdicts[drawn[0]])
    return Case((ours, theirs), drawn, apart)


def _raw(case: Case) -> Ends:
    verdicts = case.sides[0].verdicts
    return wilson(float(verdicts.mean()), len(verdicts), normal_quantile(LEVEL))


def _ppi(case: Case) -> Ends:
    return _ends(prediction_powered(case.sides[0].labelled(case.drawn[0]), level=LEVEL))


def _rogan(case: Case) -> Ends:
    verdicts = case.sides[0].verdicts
    return _ends(rogan_gladen(int(verdicts.sum()), len(verdicts), case.apart.accuracy, level=LEVEL))


def _mean_error(case: Case) -> Ends:
    known = mean_error(_floats(case.apart.truth), _floats(case.apart.verdicts))
    if known is None:
        return None
    return _ends(carried(known, _floats(case.sides[0].verdicts), level=LEVEL))


def _raw_difference(case: Case) -> Ends:
    ours, theirs = (_floats(side.verdicts) for side in case.sides)
    ones = [1.0] * PAIRED
    found = difference(Pairs(ours, theirs, range(PAIRED), ones, ones), level=LEVEL)
    return None if found.low is None or found.high is None else (found.low, found.high)


def _ppi_difference(case: Case, *, same: bool) -> Ends:
    drawn = (case.drawn[0], case.drawn[0] if same else case.drawn[1])
    ours, theirs = (side.labelled(d) for side, d in zip(case.sides, drawn, strict=True))
    return _ends(paired_powered(ours, theirs, level=LEVEL))


def _rogan_difference(case: Case) -> Ends:
    ours, theirs = (_floats(side.verdicts) for side in case.sides)
    return _ends(rogan_gladen_difference(ours, theirs, case.apart.accuracy, level=LEVEL))


SINGLE: Mapping[str, Callable[[Case], Ends]] = {
    "judge alone (Wilson)": _raw,
    "PPI++": _ppi,
    "Rogan-Gladen": _rogan,
    "mean error carried over": _mean_error,
}
BOTH: Mapping[str, Callable[[Case], Ends]] = {
    "judge alone (Tango)": _raw_difference,
    "PPI++, same trials": partial(_ppi_difference, same=True),
    "PPI++, other trials": partial(_ppi_difference, same=False),
    "Rogan-Gladen, carried over": _rogan_difference,
}


def _covered(
    made: Callable[[np.random.Generator], Case],
    ways: Mapping[str, Callable[[Case], Ends]],
    truth: float,
    draws: int,
    rng: np.random.Generator,
) -> list[str]:
    """Return for each way the share in % of its intervals that hold, and of draws without one."""
    hits, gone = dict.fromkeys(ways, 0), dict.fromkeys(ways, 0)
    for _ in range(draws):
        case = made(rng)
        for name, way in ways.items():
            ends = way(case)
            gone[name] += ends is None
            hits[name] += ends is not None and ends[0] <= truth <= ends[1]
    return [_share(hits[name], gone[name], draws) for name in ways]


def _share(hits: int, gone: int, draws: int) -> str:
    lost = f" ({100 * gone / draws:.1f})" if gone else ""
    return f"{100 * hits / (draws - gone):.1f}{lost}" if gone < draws else "none"


def _ends(found: Corrected) -> Ends:
    return None if found.low is None or found.high is None else (found.low, found.high)


def _floats(flags: Flags) -> list[float]:
    found: list[float] = flags.astype(float).tolist()
    return found


def _error(draws: int) -> str:
    return f" (in %, standard error {100 * sqrt(LEVEL * (1 - LEVEL) / draws):.1f} points)"
