"""The win rate that a judge would give if both answers were equally long.

    logit P(win) = w_length * tanh((base length - length) / sd) + w_difficulty * difficulty
                   + w_candidate

with sd the sample deviation of the length differences, fitted to the judge's verdicts or soft
preferences; the controlled rate is the mean over pairs of the model's chance with the first term
left out (Dubois, Galambosi, Liang and Hashimoto, arXiv 2404.04475 (2024), section 3). Difficulty is
a number an item, known from other models; without it the model has two terms.

What one candidate's pairs can tell: `w_length` comes from how its wins go with its own length
differences, and whatever else goes with them goes into it too. If its answers are nearly all longer
than the base's, or all shorter, equal length is hardly seen: `note` says so. Controlling takes
away association, also where better answers are truly longer: so both rates are shown.

| pairs | controlled rate and w_length |
|---|---|
| fewer than 8 clusters, all won or lost, one length difference, no finite fit | none, and why |
| fewer than 40 clusters, or fewer than 10 wins or losses | without interval, and why |
| more than 1 % of the resamples have no finite fit | without interval, and why |
| others | expanded percentiles over refits to resampled clusters |

The error that AlpacaEval 2 prints is that of the fitted values, not of the rate: it leaves out that
the weights are estimated, and is less than half as wide where it could be checked.
"""

from statistics import NormalDist
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec
import numpy as np

from statera.stats import logistic
from statera.stats.bootstrap import ENOUGH, percentile_interval
from statera.stats.clusterrobust import MIN_CLUSTERS
from statera.stats.lengthslope import length_slope, log_lengths
from statera.stats.means import ENOUGH_EVENTS, mean
from statera.stats.multinomial import resample_counts
from statera.stats.proportion import student_quantile
from statera.stats.results import LEVEL, Estimate, Items
from statera.stats.winrate import UNPARSED

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

RESAMPLES = 1_000
UNFIT = 0.01
ONE_SIDED = 0.05
HESTERBERG = "Hesterberg, The American Statistician 69 (2015) 371-386"
NO_FIT = "no single finite fit: the terms separate wins from losses, or go together themselves"
DUBOIS = "Dubois, Galambosi, Liang and Hashimoto, arXiv 2404.04475 (2024), section 3"


class PairLengths(NamedTuple):
    """Judged pairs with the lengths of both answers, one entry a pair.

    `wins` is the candidate's value: 1, 0.5, 0, or a probability in [0, 1]; `UNPARSED` (-1) is left
    out. `lengths` are the candidate's, `base_lengths` the base's, in one unit. `clusters` names the
    item. `difficulty` is a number an item, higher where candidates win more easily; None if nobody
    knows.
    """

    wins: "ArrayLike"
    lengths: "ArrayLike"
    base_lengths: "ArrayLike"
    clusters: "ArrayLike"
    difficulty: "ArrayLike | None" = None


class Anchors(NamedTuple):
    """Pairs of other models, that hold w_length and w_difficulty to what is known of the judge.

    `lengths` are already tanh((base length - length) / sd). They have no w_candidate. AlpacaEval 2
    weighs each 0.1.
    """

    lengths: "ArrayLike"
    difficulty: "ArrayLike"
    labels: "ArrayLike"
    weights: "ArrayLike"


class LengthControlled(msgspec.Struct, frozen=True, kw_only=True):
    """A win rate raw and at equal length, with what tells how the judge takes length.

    `w_length` is in the published sign: below 0, longer answers win. `slope` is the plain one: the
    change of the log odds of a win when the candidate's answer grows by a factor of e against the
    base's; above 0, longer answers win. `length_ratio` is the geometric mean of candidate length /
    base length. `error` is the standard error of the controlled rate over `resamples` refits that
    had a fit. Of `n` pairs the candidate is `shorter` in some and `longer` in others. `note` is
    empty unless equal length is hardly seen.
    """

    raw: Estimate
    controlled: Estimate
    w_length: Estimate
    w_difficulty: float | None
    w_candidate: float | None
    slope: Estimate
    length_ratio: Estimate
    error: float | None
    resamples: int
    n: int
    clusters: int
    shorter: int
    longer: int
    note: str = ""


class Known(NamedTuple):
    """Judged pairs as arrays (n,); `cluster` counts from 0; `difficulty` has no column if unknown.

    `gaps` are base length - length, `ratios` log(length / base length).
    """

    wins: np.ndarray
    gaps: np.ndarray
    ratios: np.ndarray
    cluster: np.ndarray
    difficulty: np.ndarray

    @property
    def sizes(self) -> tuple[int, int]:
        """The numbers of pairs and of clusters."""
        return len(self.wins), int(self.cluster.max(initial=-1)) + 1


class Design(NamedTuple):
    """The pairs as rows of a regression, anchors last.

    The first column of the terms is length, the last the candidate; difficulty stands between them
    if known. `extra` (m,) are the anchors' weights, `penalty` is 1 / C.
    """

    rows: logistic.Rows
    extra: np.ndarray
    penalty: float


class Draws(NamedTuple):
    """Refits that have a finite fit: weights (r, terms) and controlled rates (r,), of `asked`."""

    weights: np.ndarray
    rates: np.ndarray
    asked: int


def length_controlled(
    data: PairLengths,
    *,
    anchors: Anchors | None = None,
    l1: float | None = None,
    level: float = LEVEL,
    rng: np.random.Generator,
    resamples: int = RESAMPLES,
) -> LengthControlled:
    """Return the win rate raw and controlled for length, with intervals.

    `l1` is the C of an L1 penalty on every weight: sum |w| + C * losses is made least (upstream
    chooses C by cross-validation); None is no penalty. With 0 `resamples` the
    controlled rate has no interval. ValueError for parts of different length, wins outside [0, 1],
    NaN, lengths below 0, a C that is not above 0, or a level outside (0, 1).
    """
    if not 0 < level < 1:
        raise ValueError(f"a level lies in (0, 1), got {level}")
    known = _known(data)
    found = _solved(known, _design(known, anchors, l1), rng, resamples)
    weights, draws = found.weights, found.draws
    shorter, longer = int(np.sum(known.gaps > 0)), int(np.sum(known.gaps < 0))
    return LengthControlled(
        raw=_mean(known, known.wins, level),
        controlled=_estimate(known, found, level, "controlled"),
        w_length=_estimate(known, found, level, "w_length"),
        w_difficulty=float(weights[1]) if len(weights) > 2 else None,
        w_candidate=float(weights[-1]) if len(weights) else None,
        slope=length_slope(known.wins, known.ratios, known.cluster, level=level),
        length_ratio=_length_ratio(known, level),
        error=None if draws is None else float(draws.rates.std(ddof=1)),
        resamples=0 if draws is None else len(draws.rates),
        n=known.sizes[0],
        clusters=known.sizes[1],
        shorter=shorter,
        longer=longer,
        note=_note(known.sizes[0], shorter, longer),
    )


class _Solved(NamedTuple):
    """Weights (terms,) and rate of the fit, and draws; `why` says what is missing, if any is."""

    why: str
    weights: np.ndarray = np.empty(0)
    rate: float | None = None
    draws: Draws | None = None


def _solved(known: Known, design: Design, rng: np.random.Generator, resamples: int) -> _Solved:
    if why := _refusal(known):
        return _Solved(why)
    every = np.ones((1, len(known.wins)))
    fits = _fits(design, every)
    if not fits.found[0]:
        return _Solved(NO_FIT)
    weights = fits.weights[0]
    rate = float(_rates(design, fits.weights, every)[0])
    if why := _too_few(known) or ("" if resamples else "no resamples"):
        return _Solved(why, weights, rate)
    draws = _refits(design, known, weights, rng, resamples)
    unfit = draws.asked - len(draws.rates)
    if unfit > UNFIT * draws.asked:
        return _Solved(f"{unfit} of {draws.asked} resamples have no finite fit", weights, rate)
    return _Solved("", weights, rate, draws)


def _known(data: PairLengths) -> Known:
    wins = np.asarray(data.wins, np.float64)
    lengths = [np.asarray(part, np.float64) for part in (data.lengths, data.base_lengths)]
    logs = [log_lengths(part) for part in lengths]
    names = np.asarray(data.clusters)
    more = np.empty((len(wins), 0))
    if data.difficulty is not None:
        more = np.asarray(data.difficulty, np.float64)[:, None]
    sizes = {len(part) for part in (wins, *lengths, names, more)}
    if len(sizes) > 1:
        raise ValueError(f"pairs need parts of one length, got {sorted(sizes)}")
    if not np.all(((wins >= 0) & (wins <= 1)) | (wins == UNPARSED)):
        raise ValueError("a win is a number in [0, 1], or -1 (unparsed)")
    if not np.all(np.isfinite(more)):
        raise ValueError("difficulties must be numbers")
    kept = wins != UNPARSED
    cluster = np.unique(names[kept], return_inverse=True)[1]
    gaps, ratios = lengths[1] - lengths[0], logs[0] - logs[1]
    return Known(wins[kept], gaps[kept], ratios[kept], cluster, more[kept])


def _refusal(known: Known) -> str:
    if known.sizes[1] < MIN_CLUSTERS:
        return f"fewer than {MIN_CLUSTERS} clusters"
    if known.wins.min() == known.wins.max() and known.wins[0] in (0.0, 1.0):
        return "every pair was won" if known.wins[0] else "every pair was lost"
    return "all length differences are the same" if np.ptp(known.gaps) == 0 else ""


def _too_few(known: Known) -> str:
    """Return why there is no bootstrap interval."""
    rarer = min(float(known.wins.sum()), float(np.sum(1 - known.wins)))
    if rarer < ENOUGH_EVENTS:
        return f"fewer than {ENOUGH_EVENTS:g} wins or losses"
    return f"fewer than {ENOUGH} clusters" if known.sizes[1] < ENOUGH else ""


def _design(known: Known, anchors: Anchors | None, l1: float | None) -> Design:
    if l1 is not None and not (np.isfinite(l1) and l1 > 0):
        raise ValueError(f"C of a penalty is above 0, got {l1}")
    penalty = 0.0 if l1 is None else 1 / l1
    count = len(known.wins)
    deviation = float(known.gaps.std(ddof=1)) if count > 1 else 0.0
    steps = np.tanh(known.gaps / deviation) if deviation > 0 else np.zeros(count)
    own = np.column_stack([steps, known.difficulty, np.ones(count)])
    if anchors is None:
        return Design(logistic.Rows(own, known.wins), np.empty(0), penalty)
    parts = [np.asarray(part, np.float64) for part in anchors]
    lengths, difficulty, labels, extra = parts
    if len({len(part) for part in parts}) > 1 or not all(np.all(np.isfinite(p)) for p in parts):
        raise ValueError("anchors need numbers, in parts of one length")
    if np.any((labels < 0) | (labels > 1)) or np.any(extra < 0):
        raise ValueError("anchors need labels in [0, 1] and weights of at least 0")
    more = difficulty[:, None][:, : known.difficulty.shape[1]]
    held = np.column_stack([lengths, more, np.zeros(len(lengths))])
    rows = logistic.Rows(np.concatenate([own, held]), np.concatenate([known.wins, labels]))
    return Design(rows, extra, penalty)


def _fits(design: Design, copies: np.ndarray, start: np.ndarray | None = None) -> logistic.Fits:
    """Return the fits for copies (c, n) of the pairs' own weights; anchors keep theirs."""
    held = np.broadcast_to(design.extra, (len(copies), len(design.extra)))
    whole = np.concatenate([copies, held], axis=1)
    return logistic.fit(design.rows, whole, penalty=design.penalty, start=start)


def _rates(design: Design, weights: np.ndarray, copies: np.ndarray) -> np.ndarray:
    """Return the mean chance at equal length in each copy, (c,)."""
    own = design.rows.terms[: copies.shape[1], 1:]
    chances = logistic.chances(weights[:, 1:] @ own.T)
    found: np.ndarray = np.einsum("cn,cn->c", copies, chances) / copies.sum(axis=1)
    return found


def _refits(
    design: Design, known: Known, start: np.ndarray, rng: np.random.Generator, resamples: int
) -> Draws:
    """Return the refits to resampled clusters; the scale of length and the anchors stay."""
    weights, rates = [], []
    for counts in resample_counts(known.sizes[1], resamples, rng):
        copies = counts[:, known.cluster].astype(np.float64)
        fits = _fits(design, copies, start)
        weights.append(fits.weights[fits.found])
        rates.append(_rates(design, fits.weights[fits.found], copies[fits.found]))
    return Draws(np.concatenate(weights), np.concatenate(rates), resamples)


def _estimate(
    known: Known, found: _Solved, level: float, what: Literal["controlled", "w_length"]
) -> Estimate:
    value = found.rate
    if what == "w_length":
        value = float(found.weights[0]) if len(found.weights) else None
    low, high = None, None
    if found.draws is not None:
        draws = found.draws.rates if what == "controlled" else found.draws.weights[:, 0]
        low, high = (float(x) for x in percentile_interval(draws, _expanded(level, known.sizes[1])))
    return Estimate(
        value=value,
        low=low,
        high=high,
        level=level,
        method=found.why or "refit bootstrap, expanded percentile",
        n=known.sizes[0],
        clusters=known.sizes[1],
        source="" if found.why else f"{DUBOIS}; {HESTERBERG}",
    )


def _expanded(level: float, clusters: int) -> float:
    """Return the level of percentiles that are as wide as t and n - 1 make a mean's interval."""
    reach = student_quantile(level, clusters - 1.0) * (clusters / (clusters - 1)) ** 0.5
    return 2 * NormalDist().cdf(reach) - 1


def _mean(known: Known, values: np.ndarray, level: float) -> Estimate:
    count = len(values)
    return mean(Items(values, known.cluster, np.zeros(count), np.ones(count)), level=level)


def _length_ratio(known: Known, level: float) -> Estimate:
    logs = _mean(known, known.ratios, level)
    back = {
        name: None if bound is None else float(np.exp(bound))
        for name, bound in (("value", logs.value), ("low", logs.low), ("high", logs.high))
    }
    return msgspec.structs.replace(logs, **back, method=f"geometric mean, {logs.method}")


def _note(count: int, shorter: int, longer: int) -> str:
    """Return a warning where equal length lies at the edge of the data, or nothing."""
    if not count or min(count - shorter, count - longer) >= ONE_SIDED * count:
        return ""
    which = "longer" if longer > shorter else "shorter"
    share = f"{100 * max(longer, shorter) / count:.0f} %"
    return f"{share} of the candidate's answers are {which}: equal length is hardly seen"
