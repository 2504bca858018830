"""Windows cover every token, overlap, stop at the cap and say so; the worst window counts."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.encoders.preparation import Prepared
from statera.encoders.windows import Cut, Tokens, sigmoid, tokenized, windows, worst


@st.composite
def cuts(draw: st.DrawFn) -> Cut:
    size = draw(st.integers(1, 12))
    return Cut(size, draw(st.integers(0, size - 1)), draw(st.integers(1, 6)))


@given(st.integers(0, 80), cuts())
def test_windows_cover_every_token_unless_they_say_that_some_lie_beyond(n: int, cut: Cut) -> None:
    found, beyond = windows(n, cut)
    assert len(found) <= cut.cap
    assert all(0 <= start <= end <= n and end - start <= cut.size for start, end in found)
    covered = {token for start, end in found for token in range(start, end)}
    assert (covered == set(range(n))) is not beyond
    for (_, end), (start, _) in pairwise(found):
        assert end - start >= cut.overlap


def test_the_worst_window_of_each_head_is_kept_with_its_characters() -> None:
    tokens = Tokens([7] * 6, [(n, n + 1) for n in range(6)], Prepared("abcdef", ()), whole=True)
    scores = np.array([[0.1, 0.9], [0.8, 0.2]])
    found = worst(("a", "b"), tokens, [(0, 3), (3, 6)], scores, beyond=False)
    assert found.scores == {"a": 0.8, "b": 0.9}
    assert found.spans == {"a": (3, 6), "b": (0, 3)}
    assert not found.beyond


def test_text_that_was_not_tokenized_is_beyond() -> None:
    tokens = Tokens([], [], Prepared("", ()), whole=False)
    assert worst(("a",), tokens, [(0, 0)], np.array([[0.5]]), beyond=False).beyond


def test_only_as_much_text_is_tokenized_as_a_window_may_reach() -> None:
    library = pytest.importorskip("tokenizers")
    tokenizer = library.Tokenizer(library.models.WordLevel({"a": 0, "?": 1}, unk_token="?"))
    tokenizer.pre_tokenizer = library.pre_tokenizers.Whitespace()
    cut = Cut(4, 1, 2)
    short = tokenized(tokenizer, "a " * 10, cut)
    assert (len(short.ids), short.whole) == (10, True)
    assert short.spans[1] == (2, 3)
    long = tokenized(tokenizer, "a " * 10**6, cut)
    assert len(long.ids) == cut.characters // 2
    assert not long.whole


def test_sigmoid_keeps_what_single_precision_would_lose() -> None:
    assert sigmoid(np.array([20.0], np.float32))[0] < 1
