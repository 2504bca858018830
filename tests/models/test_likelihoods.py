import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import log_softmax

from statera.models.embedded import Loaded
from statera.models.likelihoods import Likelihoods, Pair, cut_left, encode_pair, score_token

CONTEXT = "Question: What is the capital of France?\nAnswer:"
ROWS = st.lists(st.floats(-30, 30, width=32), min_size=4, max_size=40)


@given(ROWS, st.integers(0, 3))
def test_scores_are_the_log_softmax_in_float64(values: list[float], token: int) -> None:
    row = np.array(values, dtype=np.float32)
    known = log_softmax(row.astype(np.float64))
    found = score_token(row, token, top=3)
    assert found.logprob == pytest.approx(known[token], abs=1e-12)
    assert found.greedy == (token == int(np.argmax(row)))
    best = sorted(known, reverse=True)[:3]
    assert [logprob for _, logprob in found.top] == pytest.approx(best, abs=1e-12)


def test_of_equals_the_first_is_the_likeliest() -> None:
    row = np.zeros(5, dtype=np.float32)
    assert score_token(row, 0, top=1).top[0][0] == 0
    assert score_token(row, 0).greedy
    assert not score_token(row, 1).greedy


def words(text: str) -> list[int]:
    """A tokenizer whose tokens are words with the space before them, and that merges 'a b'."""
    pieces = text.replace(" ", "\0 ").split("\0")
    merged = "|".join(p for p in pieces if p).replace("New| York", "New York").split("|")
    return [hash(piece) for piece in merged if piece]


@pytest.mark.parametrize(
    ("context", "continuation", "context_size", "size"),
    [
        ("one two", " three", 2, 1),
        ("one two ", "three", 2, 1),  # the space moves to the continuation
        ("one two  \n", "three four", 2, 3),
        ("one New", " York city", 2, 1),  # the whole text's tokens, split at the context's length
        ("   ", "x", 0, 3),
    ],
)
def test_pairs_are_encoded_whole_and_split(
    context: str, continuation: str, context_size: int, size: int
) -> None:
    pair = encode_pair(words, context, continuation)
    assert (len(pair.context), len(pair.continuation)) == (context_size, size)
    assert pair.context + pair.continuation == words(context + continuation)


@pytest.mark.parametrize(
    ("context", "continuation", "room", "left"),
    [([1, 2, 3], [4], 3, [1, 2, 3]), ([1, 2, 3], [4, 5], 3, [2, 3]), ([1], [2, 3, 4], 2, [])],
)
def test_too_long_pairs_lose_the_beginning(
    context: list[int], continuation: list[int], room: int, left: list[int]
) -> None:
    assert cut_left(Pair(context, continuation), room) == Pair(left, continuation)


def test_a_continuation_scores_alike_whatever_is_remembered(embedded: Loaded) -> None:
    """The difference between a fresh start and a kept prefix is exactly 0."""
    likelihoods = Likelihoods(embedded.llama)
    texts = (" Paris", " London, in England", " a")
    pairs = [encode_pair(embedded.llama.tokenize, CONTEXT, text) for text in texts]
    kept = [likelihoods.continuation(pair) for pair in (*pairs, *reversed(pairs))]
    fresh = []
    for pair in pairs:
        list(embedded.llama.rows([2], first=0))
        fresh.append(likelihoods.continuation(pair))
    assert kept == fresh + fresh[::-1]


def test_a_prompts_scores_hold_those_of_its_end(embedded: Loaded) -> None:
    likelihoods = Likelihoods(embedded.llama)
    pair = encode_pair(embedded.llama.tokenize, CONTEXT, " Paris is the capital")
    whole = likelihoods.prompt(pair.context + pair.continuation)
    assert whole[-len(pair.continuation) :] == likelihoods.continuation(pair)


def test_remembered_prompt_scores_are_the_fresh_ones(embedded: Loaded) -> None:
    likelihoods = Likelihoods(embedded.llama)
    first, second = (embedded.llama.tokenize(CONTEXT + end) for end in (" Paris is", " Paris was"))
    likelihoods.prompt(first, top=1)
    for top in (1, 3, 2, 0):
        again = likelihoods.prompt(second, top=top)
        assert again == Likelihoods(embedded.llama).prompt(second, top=top)
        assert {len(score.top) for score in again} == {top}
    assert likelihoods.prompt(second[:5]) == Likelihoods(embedded.llama).prompt(second[:5])


def test_one_token_has_nothing_to_be_scored_by(embedded: Loaded) -> None:
    assert Likelihoods(embedded.llama).prompt([504]) == []
