"""The network: padding changes nothing, unknown labels cost nothing."""

import numpy as np
import pytest

from tests.encoders import tiny

jax = pytest.importorskip("jax")

from statera.encoders.training.network import (  # noqa: E402
    Batch,
    Noise,
    Weights,
    layer_count,
    loss,
    outputs,
)

PLAIN = jax.jit(lambda weights, ids, mask: outputs(weights, ids, mask, None))
LOSS = jax.jit(lambda weights, batch, anchoring: loss(weights, batch, None, anchoring))
NOISY = jax.jit(lambda weights, batch, key: loss(weights, batch, Noise(key, 0.5), 0.0))


@pytest.fixture
def weights() -> Weights:
    return {name: jax.numpy.asarray(value) for name, value in tiny.weights(layers=1).items()}


def batch(labels: float, trust: float) -> Batch:
    ids = np.array([[2, 4, 5, 3], [2, 6, 3, 0]])
    half = np.full((2, 2), 1.0, np.float32)
    anchor = np.zeros((2, tiny.WIDTH), np.float32)
    parts = (ids, (ids > 0).astype("f"), half * labels, half * trust, anchor)
    return Batch(*(jax.numpy.asarray(part) for part in parts))


def test_padding_changes_nothing(weights: Weights) -> None:
    assert layer_count(weights) == 1
    short, long = np.array([[2, 4, 5, 3]]), np.array([[2, 4, 5, 3, 0, 0, 0]])
    one, other = (PLAIN(weights, ids, (ids > 0).astype("f")) for ids in (short, long))
    np.testing.assert_allclose(one.logits, other.logits, atol=1e-5)
    np.testing.assert_allclose(one.embeddings, other.embeddings, atol=1e-5)
    assert float((one.embeddings**2).sum()) == pytest.approx(1, abs=1e-5)


def test_what_is_unknown_costs_nothing(weights: Weights) -> None:
    assert float(LOSS(weights, batch(1.0, 0.0), 1.0)) == 0.0
    assert float(LOSS(weights, batch(1.0, 1.0), 0.0)) > 0


def test_embeddings_that_moved_cost_as_much_as_they_are_anchored(weights: Weights) -> None:
    still = batch(1.0, 0.0)
    here = PLAIN(weights, still.ids, still.mask).embeddings
    assert float(LOSS(weights, still._replace(anchor=here), 1.0)) == pytest.approx(0, abs=1e-6)
    assert float(LOSS(weights, still._replace(anchor=-here), 1.0)) == pytest.approx(2)


def test_dropout_follows_its_key(weights: Weights) -> None:
    one = batch(1.0, 1.0)
    found = [float(NOISY(weights, one, jax.random.key(k))) for k in (0, 0, 1)]
    assert found[0] == found[1] != found[2]
