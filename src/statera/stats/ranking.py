"""A ranking of models: strengths, ranks and the chance to win, each with what is known of it.

Strengths are on the log scale with mean 0. Their interval is the estimate and Student's t times the
spread of the resamples, which is half the width of their central 68 %: it covers where percentiles
fall short, needs few resamples, and the few wild ones do not move it. Ranks come from simultaneous
intervals of the differences to all others.
"""

from typing import Any, NamedTuple

import msgspec
import numpy as np

from statera.stats.bootstrap import ENOUGH
from statera.stats.connectedness import apart, groups
from statera.stats.games import Played, tally, whole
from statera.stats.proportion import student_quantile
from statera.stats.results import Estimate

STUDENT = "interval: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 12"
RANKS = "ranks: Mogstad, Romano, Shaikh and Wilhelm, Review of Economic Studies 91 (2024) 476-518"
CENTRAL = (0.15865525393145707, 0.8413447460685429)
SAME = 1e-9
UNRANKED = "no two models have won against each other, even by a chain of others"


class Strength(msgspec.Struct, frozen=True, kw_only=True):
    """How strong one model is: `value` is its log-strength, `score` its share of all strength.

    `value`, `score` and `rank` are None where the model cannot be compared with the ranked group,
    the bounds (of the strength `low` and `high`, of the rank `best` and `worst`) also where no
    valid interval exists; `method` says why. `games` adds up the weights of its games.
    """

    model: int
    value: float | None
    low: float | None
    high: float | None
    score: float | None
    rank: int | None
    best: int | None
    worst: int | None
    games: float
    method: str

    def __str__(self) -> str:
        """Return `model 2: +0.520 [+0.310, +0.730], rank 1 (1 to 2)`."""
        if self.value is None:
            return f"model {self.model}: no strength ({self.method})"
        if self.low is None or self.high is None:
            return f"model {self.model}: {self.value:+.3f}, rank {self.rank} ({self.method})"
        bounds = f"[{self.low:+.3f}, {self.high:+.3f}]"
        ranks = f"rank {self.rank} ({self.best} to {self.worst})"
        return f"model {self.model}: {self.value:+.3f} {bounds}, {ranks}"


class Ranking(msgspec.Struct, frozen=True, kw_only=True):
    """Many models compared by their games with each other.

    `models` are in order of their index. `groups` holds the sets of models joined by chains of wins
    both ways, the largest first: that one is ranked, and no strength is comparable across groups.
    `win[i][j]` is the probability that i beats j, given no tie where ties are modelled, with its
    interval from `win_low[i][j]` to `win_high[i][j]`, `better` the share of resamples in which i is
    the stronger (these three None without an interval); entries are None where not known. `tie` is
    Davidson's nu: 0 never ties, 2 is half of the games of equals. `n` counts games in the ranked
    group, `clusters` the items. Of `resamples`, `disconnected` had no finite strengths.
    """

    models: tuple[Strength, ...]
    win: tuple[tuple[float | None, ...], ...]
    win_low: tuple[tuple[float | None, ...], ...] | None
    win_high: tuple[tuple[float | None, ...], ...] | None
    better: tuple[tuple[float | None, ...], ...] | None
    tie: Estimate | None
    groups: tuple[tuple[int, ...], ...]
    level: float
    method: str
    source: str
    n: int
    clusters: int
    resamples: int
    disconnected: int

    def __str__(self) -> str:
        """Return a line for each model, the strongest first, and what they rest on."""
        order = sorted(self.models, key=lambda one: (one.rank is None, one.rank, one.model))
        last = f"{100 * self.level:g} %, {self.n} games, {self.clusters} items; {self.method}"
        return "\n".join([*map(str, order), last])


class Fitted(NamedTuple):
    """Strengths (m,) of the ranked group and those of resamples (resamples, m).

    `why` says why there is no interval, or, where `strengths` is empty, no ranking.
    """

    strengths: np.ndarray
    draws: np.ndarray
    why: str = ""
    disconnected: int = 0


class Setting(NamedTuple):
    """What a ranking says beside its numbers: of all models, and of the games in the ranked group.

    `reasons` are why models outside the group have no strength.
    """

    groups: tuple[tuple[int, ...], ...]
    ranked: tuple[int, ...]
    reasons: dict[int, str]
    games: np.ndarray
    n: int
    clusters: int
    level: float
    method: str
    source: str


def setting_of(played: Played, level: float, method: str, source: str) -> tuple[Setting, Played]:
    """Return what can be ranked of games, and the games in it: none where no two models can.

    ValueError for a level outside (0, 1).
    """
    if not 0 < level < 1:
        raise ValueError(f"a level lies in (0, 1), got {level}")
    wins = whole(tally(played, ties="half")).wins[0]
    found = groups(wins)
    ranked = found[0] if found and len(found[0]) > 1 else ()
    reasons = apart(wins, ranked) if ranked else _alone(wins)
    inside = played.among(ranked)
    games = wins.sum(axis=0) + wins.sum(axis=1)
    sizes = len(inside.score), inside.clusters
    return Setting(found, ranked, reasons, games, *sizes, level, method, source), inside


def _alone(wins: np.ndarray) -> dict[int, str]:
    """Return what each model's games say where no chain of wins comes back to anyone."""
    won, lost = wins.sum(axis=1) > 0, wins.sum(axis=0) > 0
    words = {(0, 0): "no games", (0, 1): "never won", (1, 0): "never beaten", (1, 1): UNRANKED}
    return {k: words[int(won[k]), int(lost[k])] for k in range(len(wins))}


def unranked(why: str) -> Fitted:
    """Return no strengths at all, and why."""
    return Fitted(np.zeros(0), np.zeros((0, 0)), why)


def refusal(setting: Setting, disconnected: float) -> str:
    """Return why there is no interval; nothing where there is. `disconnected` is a share."""
    if setting.clusters < ENOUGH:
        return f"fewer than {ENOUGH} items"
    if disconnected > (1 - setting.level) / 2:
        return f"{disconnected:.0%} of resamples have no finite strengths"
    return ""


def ranking(fitted: Fitted, setting: Setting, tie: Estimate | None = None) -> Ranking:
    """Return the ranking of the group, in whose order the strengths are."""
    known = bool(len(fitted.strengths))
    bounded = known and not fitted.why
    shown = setting.ranked if known else ()
    why = f"no interval: {fitted.why}" if known and fitted.why else fitted.why
    count, gaps = len(setting.games), np.subtract.outer(fitted.strengths, fitted.strengths)
    half = _half_gaps(fitted.draws) * _quantile(setting) if bounded else None
    methods = {model: why or setting.method for model in setting.ranked}
    return Ranking(
        models=_strengths(fitted, setting, shown, {**methods, **setting.reasons}),
        win=_square(_chance(gaps), shown, count),
        win_low=None if half is None else _square(_chance(gaps - half), shown, count),
        win_high=None if half is None else _square(_chance(gaps + half), shown, count),
        better=_square(_better(fitted.draws), shown, count) if bounded else None,
        tie=tie,
        groups=setting.groups,
        level=setting.level,
        method=f"{setting.method}; {why}" if why else setting.method,
        source=f"{setting.source}; {STUDENT}; {RANKS}" if bounded else setting.source,
        n=setting.n,
        clusters=setting.clusters,
        resamples=len(fitted.draws),
        disconnected=fitted.disconnected,
    )


def _strengths(
    fitted: Fitted, setting: Setting, shown: tuple[int, ...], methods: dict[int, str]
) -> tuple[Strength, ...]:
    found, count = fitted.strengths, len(setting.games)
    bounded = bool(shown) and not fitted.why
    half = spread(fitted.draws) * _quantile(setting) if bounded else np.zeros(0)
    spans = rank_bounds(found, fitted.draws, level=setting.level) if bounded else np.zeros((0, 2))
    shares = np.exp(found - found.max(initial=-np.inf))
    columns = (
        _placed(found, shown, count),
        _placed(found[: len(half)] - half, shown, count),
        _placed(found[: len(half)] + half, shown, count),
        _placed(shares / shares.sum(), shown, count),
        _placed(_ranks(found), shown, count),
        _placed(spans[:, 0], shown, count),
        _placed(spans[:, 1], shown, count),
        setting.games.tolist(),
    )
    return tuple(
        Strength(
            model=model,
            value=value,
            low=low,
            high=high,
            score=score,
            rank=rank,
            best=best,
            worst=worst,
            games=games,
            method=methods[model],
        )
        for model, (value, low, high, score, rank, best, worst, games) in enumerate(
            zip(*columns, strict=True)
        )
    )


def _placed(found: np.ndarray, group: tuple[int, ...], count: int) -> list[Any]:
    """Return a list with what was found at the places of the group, None elsewhere."""
    held: list[Any] = [None] * count
    for model, value in zip(group, found.tolist(), strict=False):
        held[model] = value
    return held


def _square(
    found: np.ndarray, group: tuple[int, ...], count: int
) -> tuple[tuple[float | None, ...], ...]:
    held: list[list[float | None]] = [[None] * count for _ in range(count)]
    for k, row in enumerate(group):
        for j, column in enumerate(group):
            held[row][column] = None if j == k else float(found[k, j])
    return tuple(tuple(row) for row in held)


def _ranks(strengths: np.ndarray) -> np.ndarray:
    ahead = strengths[None, :] > strengths[:, None] + SAME
    found: np.ndarray = 1 + ahead.sum(axis=1)
    return found


def _chance(gaps: np.ndarray) -> np.ndarray:
    found: np.ndarray = 1 / (1 + np.exp(-gaps))
    return found


def _half_gaps(draws: np.ndarray) -> np.ndarray:
    """Return the spread of the difference of every two models over draws, (m, m)."""
    return np.stack([spread(draws[:, [k]] - draws) for k in range(draws.shape[1])])


def _better(draws: np.ndarray) -> np.ndarray:
    """Return how often row is stronger than column, a draw of equal ones counted half."""
    ahead = [np.mean(draws[:, [k]] > draws + SAME, axis=0) for k in range(draws.shape[1])]
    found: np.ndarray = (1 + np.array(ahead) - np.array(ahead).T) / 2
    return found


def _quantile(setting: Setting) -> float:
    return student_quantile(setting.level, setting.clusters - 1)


def spread(draws: np.ndarray) -> np.ndarray:
    """Return half the width of the central 68 % of draws (resamples, ...): a normal's deviation."""
    low, high = np.quantile(draws, CENTRAL, axis=0)
    found: np.ndarray = (high - low) / 2
    return found


def interval(
    name: str, value: float, draws: np.ndarray, setting: Setting, *, why: str = ""
) -> Estimate:
    """Return a number fitted beside the strengths with its interval by the spread of draws."""
    half = None if why else float(spread(draws)) * _quantile(setting)
    return Estimate(
        value=value,
        low=None if half is None else value - half,
        high=None if half is None else value + half,
        level=setting.level,
        method=why or name,
        n=setting.n,
        clusters=setting.clusters,
        source=setting.source if why else f"{setting.source}; {STUDENT}",
    )


def rank_bounds(strengths: np.ndarray, draws: np.ndarray, *, level: float) -> np.ndarray:
    """Return the best and the worst rank of each model that its games leave open, (m, 2).

    For each model the differences to all others get intervals that hold together with probability
    `level`, by the largest deviation of the resamples in units of each difference's spread; those
    surely ahead count above it, those surely behind below (Mogstad et al. 2024, theorem 3.1).
    """
    found = []
    for k in range(len(strengths)):
        gaps = np.delete(strengths - strengths[k], k)
        drawn = np.delete(draws - draws[:, [k]], k, axis=1)
        scale = np.maximum(spread(drawn), SAME)
        furthest = np.max(np.abs(drawn - gaps) / scale, axis=1)
        reach = np.quantile(furthest, level) * scale
        found.append((1 + np.sum(gaps > reach), len(strengths) - np.sum(gaps < -reach)))
    return np.array(found)
