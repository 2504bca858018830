"""A change of accuracy split exactly into four factors, each with a paired interval.

    accuracy = P(complete) * P(not refused | complete) * P(parsed | not refused) * P(right | parsed)

so the log of the ratio of two accuracies is the sum of four log-ratios. In points, a factor gets
the part L(new, old) * its log-ratio, with the logarithmic mean L(a, b) = (a - b) / (log a - log b):
the four parts add up exactly to new - old (logarithmic-mean Divisia index: Ang, Energy Policy 32
(2004) 1131-1139, eq. 6 and 12).

A run without a right answer has no logarithm: half an item is then counted as right (Haldane,
Annals of Human Genetics 20 (1956) 309-311) to find the factors' parts, which still add up to the
change. What the log of an imported run cannot tell from wrong has no factor: it is in the last one.
"""

from typing import NamedTuple

import msgspec
import numpy as np

from statera.analysis.pairing import Pairing
from statera.diagnosis.counts import LOST, STAGES, Floats, PairedCounts, Side, Stage, paired_counts
from statera.records.scores import Outcome
from statera.stats.bootstrap import percentile_interval, resampled_means
from statera.stats.results import LEVEL

RESAMPLES = 10_000
FEWER = 2_000
"""Resamples where items are asked several times, and so have too many patterns to be counted."""
ENOUGH_CLUSTERS = 8
ENOUGH_MOVED = 10
"""With fewer moved items percentiles lie: 4 of any number that moved one way leave out 0, and the
interval of a rare loss misses it in up to 11 % instead of 5 %; from 10 on in at most 6.2 %
(enumerated for 300 items)."""
STOPPED = "none for a run that stopped early"
SHOWN = 20
STILL = 1e-12
NONE_LEFT = 1e-12
"""A smaller share is none: what is left of resampling's rounding."""


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One factor of the change. `base` and `candidate` are its conditional shares in [0, 1].

    `points` is its part of the change of accuracy, `low` to `high` the interval; `log_ratio` with
    `log_low` and `log_high` the same in logarithms. Bounds are None where there is no valid one,
    and `method` says why. `moved` counts the items with more trials lost here than in the base,
    `back` those with fewer; `samples` names the first of `moved`.
    """

    stage: Stage
    lost: Outcome
    base: float | None
    candidate: float | None
    log_ratio: float
    log_low: float | None
    log_high: float | None
    points: float
    low: float | None
    high: float | None
    method: str
    moved: int
    back: int
    samples: tuple[str, ...]


class Decomposition(msgspec.Struct, frozen=True, kw_only=True):
    """Why the accuracy of a task moved, in bars whose points add up to `change`.

    `base` and `candidate` are the accuracies over the `n` items with a trial that got through in
    both runs, every item counting the same. `smoothed` says that a run had no right answer.
    `base_failed` and `candidate_failed` count infrastructure errors, which are in no bar, and
    `left_out` the items that they left without a pair. `untold` are the outcomes that the log of an
    imported run cannot tell from wrong: they have no bar, and are in the last, `right`.
    """

    task: str
    n: int
    clusters: int
    base: float
    candidate: float
    change: float
    log_ratio: float
    bars: tuple[Bar, ...]
    level: float
    smoothed: bool
    base_failed: int
    candidate_failed: int
    left_out: int
    untold: tuple[Outcome, ...] = ()

    def bar(self, stage: Stage) -> Bar:
        """Return the bar of a stage; KeyError for one that the log does not tell."""
        return {bar.stage: bar for bar in self.bars}[stage]


class Parts(NamedTuple):
    """The log-ratios and points of the four factors, each (4,) or (resamples, 4)."""

    logs: Floats
    points: Floats


Drawn = Parts | str
"""The parts of every resample, or why there are none."""


def split(candidate: Floats, base: Floats, n: int) -> Parts:
    """Return the exact parts of a change.

    `candidate` and `base` hold the shares left after each stage, (..., 4), the last being the
    accuracy; `n` is the number of items behind them.
    """
    logs = _log_factors(candidate, n) - _log_factors(base, n)
    total = logs.sum(axis=-1, keepdims=True)
    change = (candidate - base)[..., -1:]
    level = (candidate + base)[..., -1:] / 2
    flat = np.abs(total) < STILL
    weight = np.where(flat, level, change / np.where(flat, 1.0, total))
    return Parts(logs, weight * logs)


def _log_factors(left: Floats, n: int) -> Floats:
    """Return the logs of the conditional shares; half an item is right where none is."""
    empty = left[..., -1:] < NONE_LEFT
    left = np.where(empty, (left * n + 0.5) / (n + 0.5), left)
    before = np.concatenate([np.ones_like(left[..., :1]), left[..., :-1]], axis=-1)
    found: Floats = np.log(left) - np.log(before)
    return found


def decompose(
    pairing: Pairing,
    *,
    counts: PairedCounts | None = None,
    level: float = LEVEL,
    resamples: int | None = None,
    rng: np.random.Generator,
) -> Decomposition | None:
    """Return the decomposition of the primary accuracy's change, None without a pair of answers.

    `counts` narrows it to a part of the shared items. The interval resamples whole clusters of
    items, both runs together (paired percentile bootstrap); `level` is two-sided in (0, 1). There
    is none where a run stopped early, with fewer than 8 clusters of items, or with fewer than 10 of
    which any item moved at that stage. `resamples` None is 10,000, or 2,000 where items are asked
    several times.
    """
    every = paired_counts(pairing) if counts is None else counts
    found = every.kept(every.through)
    if not len(found):
        return None
    sides = (found.candidate.survivors(), found.base.survivors())
    means = (sides[0].mean(axis=0), sides[1].mean(axis=0))
    parts = split(*means, len(found))
    times = resamples or (FEWER if np.any(found.base.trials > 1) else RESAMPLES)
    drawn = STOPPED if pairing.early else _drawn(found, np.concatenate(sides, axis=1), times, rng)
    return Decomposition(
        task=pairing.task,
        n=len(found),
        clusters=len(np.unique(found.clusters)),
        base=float(means[1][-1]),
        candidate=float(means[0][-1]),
        change=float(means[0][-1] - means[1][-1]),
        log_ratio=float(parts.logs.sum()),
        bars=tuple(_bar(k, found, means, parts, (drawn, level)) for k in _told(found)),
        level=level,
        smoothed=bool(min(means[0][-1], means[1][-1]) <= 0),
        base_failed=int(every.base.failed.sum()),
        candidate_failed=int(every.candidate.failed.sum()),
        left_out=len(every) - len(found),
        untold=tuple(sorted(found.untold)),
    )


def _told(counts: PairedCounts) -> list[int]:
    """Return the stages that both runs tell."""
    return [stage for stage, lost in enumerate(LOST) if lost not in counts.untold]


def _drawn(counts: PairedCounts, table: Floats, resamples: int, rng: np.random.Generator) -> Drawn:
    """Return the parts of every resample, or why there are none."""
    _, index = np.unique(counts.clusters, return_inverse=True)
    if index.max() + 1 < ENOUGH_CLUSTERS:
        return f"fewer than {ENOUGH_CLUSTERS} clusters"
    means = resampled_means(table, index, resamples=resamples, rng=rng)
    return split(np.maximum(means[:, :4], 0.0), np.maximum(means[:, 4:], 0.0), len(counts))


def _bar(
    stage: int,
    counts: PairedCounts,
    means: tuple[Floats, Floats],
    parts: Parts,
    bootstrap: tuple[Drawn, float],
) -> Bar:
    here, there = (_lost(side, stage) for side in counts[:2])
    more, fewer = np.flatnonzero(here > there + STILL), np.flatnonzero(there > here + STILL)
    moved = len(np.unique(counts.clusters[np.concatenate([more, fewer])]))
    order = more[np.argsort((there - here)[more], kind="stable")][:SHOWN]
    logs, points, method = _intervals(stage, moved, bootstrap)
    return Bar(
        stage=STAGES[stage],
        lost=LOST[stage],
        base=_conditional(means[1], stage),
        candidate=_conditional(means[0], stage),
        log_ratio=float(parts.logs[stage]),
        log_low=logs[0],
        log_high=logs[1],
        points=float(parts.points[stage]),
        low=points[0],
        high=points[1],
        method=method,
        moved=len(more),
        back=len(fewer),
        samples=tuple(counts.ids[place] for place in order),
    )


def _lost(side: Side, stage: int) -> Floats:
    """Return, by item, the share of its trials that is lost at the stage."""
    share: Floats = side.counts[:, stage] / np.maximum(side.trials, 1)
    return share


def _conditional(left: Floats, stage: int) -> float | None:
    before = 1.0 if stage == 0 else float(left[stage - 1])
    return float(left[stage]) / before if before > 0 else None


_Bounds = tuple[float | None, float | None]


def _intervals(
    stage: int, moved: int, bootstrap: tuple[Drawn, float]
) -> tuple[_Bounds, _Bounds, str]:
    """Return the intervals in logarithms and in points; `moved` counts clusters."""
    drawn, level = bootstrap
    if isinstance(drawn, str):
        return (None, None), (None, None), drawn
    if moved < ENOUGH_MOVED:
        why = f"fewer than {ENOUGH_MOVED} samples moved here" if moved else "no sample moved here"
        return (None, None), (None, None), why
    logs = percentile_interval(drawn.logs[:, stage], level)
    points = percentile_interval(drawn.points[:, stage], level)
    return (
        (float(logs[0]), float(logs[1])),
        (float(points[0]), float(points[1])),
        "paired bootstrap of items, percentile",
    )
