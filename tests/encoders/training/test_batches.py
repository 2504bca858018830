"""Batches: every row as often as it weighs, padded little, labels that are unknown not counted."""

from pathlib import Path

import numpy as np
import pytest

from statera.encoders.runtime import open_tokenizer
from statera.encoders.training.batches import Learnt, encoded, padded, steps, steps_of, trusts
from statera.encoders.training.recipe import Recipe
from statera.encoders.training.rows import Row
from tests.encoders.tiny import tokenizer_json

pytest.importorskip("tokenizers")

RECIPE = Recipe(
    heads=("rude", "asks"),
    sources=(),
    batch=4,
    epochs=3,
    tokens=16,
    noise=0.0,
    buried=0.0,
    veiled=0.0,
)


def row(text: str, *labels: int | None, weight: float = 1.0) -> Row:
    return Row(text, labels, "s", "train", weight)


def test_ones_and_zeros_count_alike_and_the_unknown_not_at_all() -> None:
    rows = [row("a", 1, None), *(row(str(n), 0, 1) for n in range(3))]
    trust = trusts(rows)
    assert trust[0].tolist() == [2.0, 0.0]
    assert trust[1:, 0].sum() == pytest.approx(2.0)
    assert trust[:, 1].tolist() == [0.0, 0.5, 0.5, 0.5]


def test_padding_is_zero_and_frames_stay() -> None:
    found = padded([[5, 6], [7]])
    assert found.shape == (2, 16)
    assert found[0, :5].tolist() == [101, 5, 6, 102, 0]
    assert found[1, :4].tolist() == [101, 7, 102, 0]


def test_a_step_holds_a_batch_and_an_epoch_every_row(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text(tokenizer_json(), encoding="utf-8")
    tokenizer = open_tokenizer(tmp_path / "t.json")
    texts = ["good", "bad", "dog", "cat", "very", "a", "good dog " * 20, "bad cat"]
    rows = [row(text, 1, 0) for text in texts]
    learnt = Learnt(rows, trusts(rows), np.zeros((8, 4), "f"))
    every = list(steps(learnt, tokenizer, RECIPE, 0))
    assert len(every) == steps_of(rows, RECIPE) == 6
    assert all(sum(len(part.ids) for part in step) == 4 for step in every)
    assert max(part.ids.shape[1] for step in every for part in step) == 16
    again = list(steps(learnt, tokenizer, RECIPE, 0))
    assert all(
        (one.ids == two.ids).all()
        for first, second in zip(every, again, strict=True)
        for one, two in zip(first, second, strict=True)
    )
    seen = [
        tuple(ids[1 : int(mask.sum()) - 1])
        for step in every
        for part in step
        for ids, mask in zip(part.ids, part.mask, strict=True)
    ]
    for text in texts[:6]:
        assert seen.count(tuple(encoded(tokenizer, text))) == 3
