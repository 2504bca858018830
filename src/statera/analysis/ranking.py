"""Games between named models to a leaderboard: as they are, and at equal length and style.

    board = leaderboard(Tournament(models=("new", "old", "mini"), games=games), rng=rng)
    print(board.raw.models[0])     # new: rank 1 (1 to 2), strength +0.410 [+0.180, +0.640]

Who won everything, or was never compared with the others, has no finite strength: `notes` say so.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from statera.analysis.leaderboards import Coefficient, Ladder, Leaderboard, Ranked, Record
from statera.analysis.rankingwords import Seen, notes_of
from statera.analysis.style import unit
from statera.stats.bradleyterry import bradley_terry
from statera.stats.connectedness import ABOVE, BELOW
from statera.stats.controlledranking import Controlled, controlled_ranking
from statera.stats.games import Games, Ties, check_games
from statera.stats.ranking import Ranking, Strength, ranking, setting_of, unranked
from statera.stats.results import LEVEL, Estimate
from statera.stats.winrate import VOID, WARN, flipping

_COVARIATE = re.compile(r"covariate (\d+)")
_WITH_MODELS = re.compile(r"covariate (\d+) cannot be told from the models$")


class Tournament(NamedTuple):
    """Games between models, who are named in the order of their numbers.

    `games.covariates` are `controls` by name. `flips` and `unparsed` count, by model, the games
    that a judge did not decide; those without a verdict are not among the games. `same` of
    the games are of the same text on both sides: ties that no judge was asked about. `void` says
    why nothing may rest on the judge, else it is empty.
    """

    models: tuple[str, ...]
    games: Games
    controls: tuple[str, ...] = ()
    flips: Sequence[int] = ()
    unparsed: Sequence[int] = ()
    task: str = ""
    criterion: str = ""
    base: str | None = None
    void: str = ""
    same: int = 0


def leaderboard(
    played: Tournament, *, ties: Ties = "half", level: float = LEVEL, rng: np.random.Generator
) -> Leaderboard:
    """Return the ranking of a tournament; the resamples are of items (`games.cluster`).

    ValueError as for `bradley_terry`.
    """
    records = _records(played)
    asked = (sum(r.won + r.lost + r.tied + r.unparsed for r in records)) // 2
    unparsed, flips = sum(r.unparsed for r in records) // 2, sum(r.flips for r in records) // 2
    silent = f"void: more than {VOID:.0%} of the games have no verdict"
    void = played.void or (silent if unparsed > VOID * asked else "")
    kept, dropped = _varying(_without(played, played.controls) if void else played)
    found = _fitted(kept, void, ties=ties, level=level, rng=rng)
    while match := _WITH_MODELS.search(found.controlled.method):
        name = kept.controls[int(match[1])]
        dropped.append(f"{name}: goes with the models in every game, and cannot be held equal")
        kept = _without(kept, {name})
        found = _fitted(kept, void, ties=ties, level=level, rng=rng)
    raw = _ladder(found.raw, played, records)
    controlled = _named(found.controlled, kept.controls) if kept.controls else None
    return Leaderboard(
        task=played.task,
        criterion=played.criterion,
        base=played.base,
        level=level,
        raw=raw,
        controlled=None if controlled is None else _ladder(controlled, played, records),
        coefficients=tuple(
            Coefficient(control=name, unit=unit(name), estimate=_renamed(estimate, kept.controls))
            for name, estimate in zip(kept.controls, found.coefficients, strict=True)
        ),
        asked=asked,
        flips=flips,
        same=played.same,
        unparsed=unparsed,
        void=bool(void),
        warnings=(
            *filter(None, [played.void, flipping(flips, asked - unparsed - played.same, "games")]),
            *_warnings(played.models, records, unparsed, asked),
        ),
        notes=(*notes_of(_seen(played, found.raw)), *dropped, *_same(played.same, asked)),
    )


def _fitted(
    played: Tournament, void: str, *, ties: Ties, level: float, rng: np.random.Generator
) -> Controlled:
    games = played.games._replace(models=len(played.models))
    if void:
        setting, _ = setting_of(check_games(games), level, "", "")
        nothing = ranking(unranked(void), setting)
        return Controlled(raw=nothing, controlled=nothing, coefficients=())
    if played.controls:
        return controlled_ranking(games, level=level, rng=rng)
    raw = bradley_terry(games, ties=ties, level=level, rng=rng)
    return Controlled(raw=raw, controlled=raw, coefficients=())


def _varying(played: Tournament) -> tuple[Tournament, list[str]]:
    """Return the games with the covariates that differ in any game, and which do not."""
    held = _held(played)
    equal = {name for k, name in enumerate(played.controls) if not np.any(held[:, k])}
    dropped = [f"{name}: the same in every pair, nothing to hold equal" for name in sorted(equal)]
    return _without(played, equal) if equal else played, dropped


def _without(played: Tournament, names: Collection[str]) -> Tournament:
    """Return the games without some of the covariates."""
    kept = [k for k, name in enumerate(played.controls) if name not in names]
    held = _held(played)[:, kept]
    controls = tuple(played.controls[k] for k in kept)
    return played._replace(games=played.games._replace(covariates=held), controls=controls)


def _held(played: Tournament) -> np.ndarray:
    """Return the covariates, (games, controls)."""
    if not played.controls:
        return np.zeros((len(np.asarray(played.games.left)), 0))
    return np.asarray(played.games.covariates, np.float64).reshape(-1, len(played.controls))


def _records(played: Tournament) -> list[Record]:
    count, games = len(played.models), played.games
    left, right = np.asarray(games.left, np.int64), np.asarray(games.right, np.int64)
    score = np.asarray(games.score, np.float64)
    nothing = [0] * count
    columns = (
        _count(left[score > 0.5], count) + _count(right[score < 0.5], count),
        _count(left[score < 0.5], count) + _count(right[score > 0.5], count),
        _count(left[score == 0.5], count) + _count(right[score == 0.5], count),
    )
    counts = [column.tolist() for column in columns]
    return list(map(Record, *counts, played.flips or nothing, played.unparsed or nothing))


def _count(models: np.ndarray, count: int) -> np.ndarray:
    return np.bincount(models, minlength=count)


def _ladder(found: Ranking, played: Tournament, records: Sequence[Record]) -> Ladder:
    order = sorted(range(len(played.models)), key=lambda k: _height(found.models[k], records[k]))
    base = None if played.base is None else played.models.index(played.base)
    return Ladder(
        models=tuple(_ranked(k, found, played.models[k], records[k], base) for k in order),
        win=_ordered(found.win, order),
        better=None if found.better is None else _ordered(found.better, order),
        tie=found.tie,
        method=found.method,
        source=found.source,
        games=found.n,
        items=found.clusters,
        resamples=found.resamples,
        disconnected=found.disconnected,
    )


def _height(one: Strength, record: Record) -> tuple[int, float, int]:
    """Return by what models are ordered, the top first."""
    side = 1 if one.rank is not None else {ABOVE: 0, BELOW: 2}.get(one.method, 3)
    return side, one.rank or -(record.share or 0.0), one.model


def _ordered(
    found: tuple[tuple[float | None, ...], ...], order: Sequence[int]
) -> tuple[tuple[float | None, ...], ...]:
    return tuple(tuple(found[i][j] for j in order) for i in order)


def _ranked(model: int, found: Ranking, name: str, record: Record, base: int | None) -> Ranked:
    one = found.models[model]
    win, low, high = (
        None if square is None or base is None else square[model][base]
        for square in (found.win, found.win_low, found.win_high)
    )
    return Ranked(
        model=name,
        rank=one.rank,
        best=one.best,
        worst=one.worst,
        value=one.value,
        low=one.low,
        high=one.high,
        score=one.score,
        win=win,
        win_low=low,
        win_high=high,
        share=record.share,
        why="" if one.low is not None else one.method,
        **record._asdict(),
    )


def _named(found: Ranking, controls: Sequence[str]) -> Ranking:
    """Return the ranking with its covariates called by name."""
    models = tuple(
        msgspec.structs.replace(one, method=_words(one.method, controls)) for one in found.models
    )
    method = _words(found.method, controls)
    return msgspec.structs.replace(found, models=models, method=method)


def _renamed(found: Estimate, controls: Sequence[str]) -> Estimate:
    return msgspec.structs.replace(found, method=_words(found.method, controls))


def _words(method: str, controls: Sequence[str]) -> str:
    return _COVARIATE.sub(lambda match: controls[int(match[1])], method)


def _warnings(
    models: Sequence[str], records: Sequence[Record], unparsed: int, asked: int
) -> Iterable[str]:
    if unparsed > WARN * asked:
        yield f"{unparsed} of {asked} games ({unparsed / asked:.1%}) have no verdict"
    for name, record in zip(models, records, strict=True):
        share = record.unparsed_share
        if share > max(VOID, 2 * unparsed / max(1, asked)):
            yield f"{name}: {share:.0%} of its games have no verdict; its place is of the others"


def _same(same: int, asked: int) -> Iterable[str]:
    if same:
        yield f"{same} of {asked} games are of the same text on both sides: ties, not asked"


def _seen(played: Tournament, found: Ranking) -> Seen:
    games = played.games
    return Seen(
        models=played.models,
        pairs=frozenset(
            zip(np.asarray(games.left).tolist(), np.asarray(games.right).tolist(), strict=True)
        ),
        ranked=tuple(k for k, one in enumerate(found.models) if one.rank is not None),
        reasons=tuple(one.method for one in found.models),
        resamples=found.resamples,
        disconnected=found.disconnected,
    )
