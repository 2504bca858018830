"""The small encoder with its heads as a function of its weights, and the loss that is minimised.

BERT (Devlin et al., NAACL 2019) of 384 dimensions and 12 attention heads. A text's features are its
first token's state and the mean and the maximum over its tokens; one hidden layer leads from them
to a logit for each head. The mean, normalised to length 1, is the text's embedding.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp

HEADS = 12
EPSILON = 1e-12

Weights = dict[str, jax.Array]


class Batch(NamedTuple):
    """Texts of one length, padded: all arrays have `rows` first.

    `ids` (rows, tokens) whole numbers; `mask` (rows, tokens) 1 for a token, 0 for padding;
    `labels` and `trust` (rows, heads): the label in [0, 1], and how much it counts (0: unknown);
    `anchor` (rows, 384): the embedding that the text had before training, of length 1, or zeros.
    """

    ids: jax.Array
    mask: jax.Array
    labels: jax.Array
    trust: jax.Array
    anchor: jax.Array


class Noise(NamedTuple):
    """The dropout of one step: its key, and the share of values that are set to 0."""

    key: jax.Array
    share: float


class Outputs(NamedTuple):
    """Logits (rows, heads), and embeddings (rows, 384) of length 1."""

    logits: jax.Array
    embeddings: jax.Array


def layer_count(weights: Weights) -> int:
    """Return how many layers the encoder has."""
    return sum(name.endswith(".query_key_value.weight") for name in weights)


def outputs(weights: Weights, ids: jax.Array, mask: jax.Array, noise: Noise | None) -> Outputs:
    """Return what the network says of texts; `noise` is for training only."""
    state = weights["token"][ids] + weights["position"][: ids.shape[1]]
    state = _dropped(_normed(weights, "embedding.norm", state), noise, 0)
    for layer in range(layer_count(weights)):
        state = _layer(weights, f"layer.{layer}", state, mask, _step(noise, layer + 1))
    mean = (state * mask[..., None]).sum(1) / mask.sum(1)[:, None]
    highest = jnp.where(mask[..., None] > 0, state, -jnp.inf).max(1)
    features = jnp.concatenate([state[:, 0], mean, highest], axis=1)
    hidden = jax.nn.gelu(_dense(weights, "head.in", features), approximate=False)
    logits = _dense(weights, "head.out", _dropped(hidden, noise, 1))
    return Outputs(logits, mean / jnp.linalg.norm(mean, axis=1, keepdims=True))


def loss(weights: Weights, batch: Batch, noise: Noise | None, anchoring: float) -> jax.Array:
    """Return the mean loss of a batch: masked cross-entropy of the heads, summed over them.

    `anchoring` >= 0 weighs how far the embeddings have moved (1 - cosine) from where they were.
    """
    found = outputs(weights, batch.ids, batch.mask, noise)
    entropy = jax.nn.softplus(found.logits) - batch.labels * found.logits
    moved = jnp.where(batch.anchor.any(1), 1 - (found.embeddings * batch.anchor).sum(1), 0.0)
    return (entropy * batch.trust).sum(1).mean() + anchoring * moved.mean()


def _layer(
    weights: Weights, name: str, state: jax.Array, mask: jax.Array, noise: Noise | None
) -> jax.Array:
    attended = _dense(weights, f"{name}.attention.out", _attention(weights, name, state, mask))
    state = _normed(weights, f"{name}.attention.norm", state + _dropped(attended, noise, 0))
    inner = jax.nn.gelu(_dense(weights, f"{name}.feed.in", state), approximate=False)
    fed = _dense(weights, f"{name}.feed.out", inner)
    return _normed(weights, f"{name}.feed.norm", state + _dropped(fed, noise, 1))


def _attention(weights: Weights, name: str, state: jax.Array, mask: jax.Array) -> jax.Array:
    rows, tokens, width = state.shape
    joint = _dense(weights, f"{name}.query_key_value", state)
    joint = joint.reshape(rows, tokens, 3, HEADS, width // HEADS).transpose(2, 0, 3, 1, 4)
    query, key, value = joint[0], joint[1], joint[2]
    reach = jnp.einsum("rhqd,rhkd->rhqk", query, key) / jnp.sqrt(width // HEADS)
    reach = jax.nn.softmax(jnp.where(mask[:, None, None, :] > 0, reach, -1e9))
    return jnp.einsum("rhqk,rhkd->rqhd", reach, value).reshape(rows, tokens, width)


def _dense(weights: Weights, name: str, state: jax.Array) -> jax.Array:
    return state @ weights[f"{name}.weight"] + weights[f"{name}.bias"]


def _normed(weights: Weights, name: str, state: jax.Array) -> jax.Array:
    centred = state - state.mean(-1, keepdims=True)
    scaled = centred * jax.lax.rsqrt((centred**2).mean(-1, keepdims=True) + EPSILON)
    return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]


def _step(noise: Noise | None, number: int) -> Noise | None:
    """Return the noise of one layer: another key."""
    return None if noise is None else Noise(jax.random.fold_in(noise.key, number), noise.share)


def _dropped(state: jax.Array, noise: Noise | None, place: int) -> jax.Array:
    """Return the state with a share of its values set to 0 and the others raised to make up."""
    if noise is None:
        return state
    key = jax.random.fold_in(noise.key, place)
    kept = jax.random.bernoulli(key, 1 - noise.share, state.shape)
    return jnp.where(kept, state / (1 - noise.share), 0.0)
