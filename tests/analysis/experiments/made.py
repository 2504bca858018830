"""Units as a live store would give them, of an experiment that never took place."""

from typing import Any

import msgspec
import numpy as np

from statera.analysis.experiments.units import Codes, Reports, Units
from statera.experiment.design import Design

START = 1_790_000_000.0
DAY = 86_400.0
NOW = START + 100 * DAY


def design(**changes: Any) -> Design:
    """Return a design of two equal arms, changed as said."""
    plain = {
        "experiment": "tone",
        "arms": [{"name": "base", "weight": 0.5}, {"name": "warm", "weight": 0.5}],
        "primary": {"outcome": "solved", "minimum": 0.02},
        "planned": 10_000,
    }
    return msgspec.convert({**plain, **changes}, Design)


def reports(total: Any, number: Any = None, **others: Any) -> Reports:
    """Return an outcome: totals, and how many reports each is of (1 where nothing is said)."""
    total = np.asarray(total, np.float64)
    number = np.ones(len(total)) if number is None else np.asarray(number, np.float64)
    zeros = np.zeros(len(total))
    return Reports(**{
        "total": total, "number": number, "late": zeros, "late_number": zeros,
        "before": zeros, "before_number": zeros, **others,
    })  # fmt: skip


def units(arm: Any, outcomes: dict[str, Reports], **others: Any) -> Units:
    """Return units a minute apart, each its own cluster, all of slice 0 and answered."""
    arm = np.asarray(arm, np.int64)
    count = len(arm)
    return Units(**{
        "unit": np.arange(count), "arm": arm, "slice": np.zeros(count, np.int64),
        "first": START + 60.0 * np.arange(count), "exposures": np.ones(count, np.int64),
        "cluster": np.arange(count), "answered": np.ones(count, bool),
        "outcomes": outcomes, "segments": {}, **others,
    })  # fmt: skip


def codes(values: Any, names: tuple[str, ...]) -> Codes:
    """Return a segment."""
    return Codes(np.asarray(values, np.int64), names)


def drawn(
    seed: int, count: int, *, rates: tuple[float, ...] = (0.5, 0.5), complaints: Any = None
) -> Units:
    """Return units whose `solved` has a rate by arm, and `complaint` too (rare where not said)."""
    rng = np.random.default_rng(seed)
    arm = rng.integers(0, len(rates), count)
    harm = np.asarray(complaints or [0.01] * len(rates))
    happened = (rng.random(count) < harm[arm]).astype(float)
    return units(
        arm,
        {
            "solved": reports(rng.random(count) < np.asarray(rates)[arm]),
            "complaint": reports(happened, happened),
        },
    )


def first(found: Units, count: int) -> Units:
    """Return the first so many units."""

    def cut(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: cut(each) for name, each in value.items()}
        if isinstance(value, Codes):
            return Codes(value.codes[:count], value.values)
        return (
            Reports(*(each[:count] for each in value))
            if isinstance(value, Reports)
            else value[:count]
        )

    return Units(*(cut(each) for each in found))
