"""Fine-tuning the encoder with its heads: AdamW in jax on the CPU, the same for the same seed."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from statera.encoders.training.batches import (
    Learnt,
    Part,
    encoded,
    padded,
    steps,
    steps_of,
    trusts,
)
from statera.encoders.training.network import Batch, Noise, Weights, loss, outputs
from statera.encoders.training.recipe import Recipe
from statera.encoders.training.rows import Row
from statera.seeds import unit

Arrays = Mapping[str, np.ndarray]
Told = Callable[[int, int, float], None]
"""Called after each step: steps done, steps in all, the loss lately."""

_ANCHORED = 0.25
_WARM = 0.06
_CLIP = 1.0
_LATELY = 0.95
_BETAS = (0.9, 0.98)
_TINY = 1e-8


class _State(NamedTuple):
    """AdamW's: weights, and the running means of their gradients and of these squared."""

    weights: Weights
    first: Weights
    second: Weights


class _Pace(NamedTuple):
    """Of one step: its number from 1, the share of the full rates, and the recipe's rates."""

    step: jax.Array
    share: jax.Array
    rate: float
    head_rate: float
    decay: float


def fit(
    start: Arrays, rows: Sequence[Row], tokenizer: Any, recipe: Recipe, *, seed: int, told: Told
) -> dict[str, np.ndarray]:
    """Return the weights after training; token embeddings and the lowest layers stay as they were.

    Loshchilov and Hutter, ICLR 2019, with a rate that rises over the first 6 % of the steps and
    then falls to 0 in a line, and gradients cut at norm 1.
    """
    frozen = {name: jnp.asarray(value) for name, value in start.items() if _still(name, recipe)}
    free = {name: jnp.asarray(v) for name, v in start.items() if name not in frozen}
    learnt = Learnt(rows, trusts(rows), anchors(start, rows, tokenizer, recipe))
    state = _State(free, _zeros(free), _zeros(free))
    key = jax.random.key(seed, impl="unsafe_rbg")
    total, lately = steps_of(rows, recipe), 0.0
    for step, parts in enumerate(steps(learnt, tokenizer, recipe, seed), start=1):
        gradient, found = _zeros(free), 0.0
        for number, part in enumerate(parts):
            noise = jax.random.fold_in(key, step * len(parts) + number)
            value, slope = _slope(
                state.weights, frozen, _batch(part), noise, recipe.dropout, recipe.anchoring
            )
            share = len(part.ids) / recipe.batch
            gradient = _added(gradient, slope, share)
            found += float(value) * share
        pace = _pace(step, total, recipe)
        state = _moved(state, gradient, pace)
        lately = _LATELY * lately + (1 - _LATELY) * found
        told(step, total, lately / (1 - _LATELY**step))
    return {name: np.asarray(value) for name, value in (frozen | state.weights).items()}


def anchors(start: Arrays, rows: Sequence[Row], tokenizer: Any, recipe: Recipe) -> np.ndarray:
    """Return the embeddings (rows, 384) before training of a quarter of the rows, by hash.

    Zeros for the others, and for all where nothing is to be anchored. They keep the embedding of a
    text good for comparing topics.
    """
    found = np.zeros((len(rows), start["token"].shape[1]), np.float32)
    if not recipe.anchoring:
        return found
    weights = {name: jnp.asarray(value) for name, value in start.items()}
    chosen = [n for n, row in enumerate(rows) if unit("anchored", row.text) < _ANCHORED]
    ids = {n: encoded(tokenizer, rows[n].text)[: recipe.tokens - 2] for n in chosen}
    chosen.sort(key=lambda n: len(ids[n]))
    for begin in range(0, len(chosen), recipe.batch):
        numbers = chosen[begin : begin + recipe.batch]
        tokens = padded([ids[n] for n in numbers])
        found[numbers] = _embedded(weights, tokens, (tokens > 0).astype(np.float32))
    return found


@jax.jit
def _embedded(weights: Weights, ids: jax.Array, mask: jax.Array) -> jax.Array:
    return outputs(weights, ids, mask, None).embeddings


@partial(jax.jit, static_argnums=(4, 5))
def _slope(
    free: Weights, frozen: Weights, batch: Batch, key: jax.Array, dropout: float, anchoring: float
) -> tuple[jax.Array, Weights]:
    """Return the loss of a part and its gradient."""

    def value(weights: Weights) -> jax.Array:
        return loss({**weights, **frozen}, batch, Noise(key, dropout), anchoring)

    return jax.value_and_grad(value)(free)


@partial(jax.jit, donate_argnums=0)
def _added(total: Weights, slope: Weights, share: float) -> Weights:
    return {name: one + share * slope[name] for name, one in total.items()}


@partial(jax.jit, donate_argnums=0)
def _moved(state: _State, gradient: Weights, pace: _Pace) -> _State:
    """Return the state after one step of AdamW; biases and norms do not decay."""
    norm = jnp.sqrt(sum(jnp.vdot(value, value) for value in gradient.values()))
    cut = jnp.minimum(1.0, _CLIP / (norm + 1e-6))
    weights, first, second = {}, {}, {}
    for name, old in state.weights.items():
        slope = gradient[name] * cut
        first[name] = _BETAS[0] * state.first[name] + (1 - _BETAS[0]) * slope
        second[name] = _BETAS[1] * state.second[name] + (1 - _BETAS[1]) * slope**2
        mean = first[name] / (1 - _BETAS[0] ** pace.step)
        spread = jnp.sqrt(second[name] / (1 - _BETAS[1] ** pace.step)) + _TINY
        rate = pace.share * (pace.head_rate if name.startswith("head.") else pace.rate)
        decay = pace.decay if old.ndim > 1 else 0.0
        weights[name] = old - rate * (mean / spread + decay * old)
    return _State(weights, first, second)


def _pace(step: int, total: int, recipe: Recipe) -> _Pace:
    warm = max(1, round(_WARM * total))
    share = min(step / warm, (total - step + 1) / max(1, total - warm))
    return _Pace(
        jnp.asarray(step, jnp.float32),
        jnp.asarray(share, jnp.float32),
        recipe.learning_rate,
        recipe.head_rate,
        recipe.decay,
    )


def _still(name: str, recipe: Recipe) -> bool:
    """Return whether a weight stays as it was."""
    lowest = tuple(f"layer.{layer}." for layer in range(recipe.frozen))
    embedding = name.startswith("embedding.") and recipe.frozen > 0
    return name in ("token", "position") or embedding or name.startswith(lowest)


def _batch(part: Part) -> Batch:
    return Batch(*map(jnp.asarray, part))


def _zeros(weights: Weights) -> Weights:
    return {name: jnp.zeros_like(value) for name, value in weights.items()}
