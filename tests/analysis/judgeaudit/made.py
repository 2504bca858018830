"""Verdicts of judges with known faults, drawn with a seed: what an audit is given."""

from collections.abc import Sequence

import numpy as np

from statera.analysis.winrates import JudgedPair


def pair(
    item: int,
    forward: float,
    backward: float,
    *,
    lengths: tuple[int, int] = (120, 80),
    criterion: str = "better",
) -> JudgedPair:
    """Return one pair of an item that stands on its own."""
    name = f"q{item}"
    return JudgedPair("open", criterion, name, name, None, forward, backward, lengths)


def pairs(said: Sequence[tuple[float, float]]) -> list[JudgedPair]:
    """Return a pair for each two verdicts."""
    return [pair(item, *both) for item, both in enumerate(said)]


def leaning(rng: np.random.Generator, count: int, lean: float) -> list[JudgedPair]:
    """Return pairs of which the share `lean` names the first place; the rest are honest."""
    honest = rng.integers(0, 2, count)
    led = rng.random(count) < lean
    said = [(1.0, 0.0) if b else (float(h), float(h)) for b, h in zip(led, honest, strict=True)]
    return pairs(said)


def by_length(rng: np.random.Generator, count: int, slope: float) -> list[JudgedPair]:
    """Return pairs whose log odds of a win are `slope` times the log of the length ratio."""
    sizes = np.rint(100 * np.exp(rng.normal(0, 0.6, (count, 2)))).astype(int) + 1
    odds = slope * np.log(sizes[:, 0] / sizes[:, 1])
    won = rng.random(count) < 1 / (1 + np.exp(-odds))
    return [
        pair(at, float(w), float(w), lengths=(int(size[0]), int(size[1])))
        for at, (w, size) in enumerate(zip(won, sizes, strict=True))
    ]
