"""Made traffic of two weeks: users who ask several times, countries that fare otherwise."""

from typing import Any, NamedTuple

import numpy as np

from statera.analysis.traffic import FATES, Coded, Traffic

CODE = {name: number for number, name in enumerate(FATES)}


class Week(NamedTuple):
    """What becomes of requests: conditional chances at each stage, and more."""

    complete: float = 0.98
    willing: float = 0.95
    parsed: float = 0.97
    right: float = 0.85
    failed: float = 0.01
    harm: float = 0.01
    quality: float = 0.7
    hard: float = 0.3
    slow: float = 1.0


def traffic(before: Week, after: Week, *, users: int = 1500, seed: int = 0) -> tuple[Traffic, Any]:
    """Return the requests of both weeks, and which are of the second.

    In the country `hard` fewer answers are right, and `hard` is its share.
    """
    rng = np.random.default_rng(seed)
    columns = [_week(week, users, rng) for week in (before, after)]
    fate, right, harm, quality, seconds, cell = (
        np.concatenate(both) for both in zip(*(column[:-1] for column in columns), strict=True)
    )
    sizes = [len(column[0]) for column in columns]
    unit = np.concatenate([columns[0][-1], columns[1][-1] + users // 2])
    n = sum(sizes)
    second = np.arange(n) >= sizes[0]
    facts = {
        "country": Coded(cell.astype(np.int64), ("easy", "hard")),
        "version": Coded(second.astype(np.int64), ("1", "2")),
    }
    found = Traffic(
        ids=tuple(f"r{at}" for at in range(n)),
        time=second.astype(np.float64),
        unit=unit.astype(np.int64),
        seconds=seconds,
        facts=facts,
        segments=("country",),
        fates={"answered": fate.astype(np.int8), "solved": right.astype(np.int8)},
        values={"flagged": harm, "tone": quality},
        roles={"answered": "lead", "solved": "right", "flagged": "harm", "tone": "quality"},
    )
    return found, second


def _week(week: Week, users: int, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    asks = rng.geometric(0.4, users)
    unit = np.repeat(np.arange(users), asks)
    n = len(unit)
    hard = (rng.random(users) < week.hard)[unit]
    luck = rng.normal(0, 0.5, users)[unit]
    fate = np.full(n, CODE["right"])
    fate[rng.random(n) > _tilted(week.parsed, luck)] = CODE["unparsed"]
    fate[rng.random(n) > _tilted(week.willing, luck)] = CODE["refused"]
    fate[rng.random(n) > week.complete] = CODE["truncated"]
    fate[rng.random(n) < week.failed] = CODE["infra_error"]
    good = rng.random(n) < _tilted(week.right - 0.25 * hard, luck)
    right = np.where(fate == CODE["right"], np.where(good, CODE["right"], CODE["wrong"]), fate)
    harm = (rng.random(n) < week.harm).astype(np.float64)
    quality = np.clip(rng.normal(week.quality - 0.15 * hard + 0.05 * luck, 0.2), 0, 1)
    quality[rng.random(n) > 0.3] = np.nan
    seconds = rng.lognormal(0.0, 0.5, n) * week.slow
    return fate, right, harm, quality, seconds, hard, unit


def _tilted(chance: Any, luck: np.ndarray) -> np.ndarray:
    odds = np.log(chance / (1 - chance)) + luck
    return np.asarray(1 / (1 + np.exp(-odds)))
