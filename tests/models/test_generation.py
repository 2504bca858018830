import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.models.embedded import Loaded
from statera.models.generation import (
    Draw,
    Drawn,
    End,
    Piece,
    Release,
    generate,
    pick,
    whole,
)
from statera.models.llama import Cancelled, Llama, PromptTooLong

ALPHABET = "ab日é🙂"
TEXTS = st.text(ALPHABET, max_size=12)


def released(data: bytes, sizes: list[int], stop: list[str]) -> tuple[list[Piece], bool]:
    """Feed the bytes in tokens of the given sizes, over and over."""
    release, pieces, at, turn = Release(stop), [], 0, 0
    while at < len(data) and not release.stopped:
        size = sizes[turn % len(sizes)]
        pieces.append(release.add(Drawn(turn, data[at : at + size], None)))
        at, turn = at + size, turn + 1
    return [*pieces, release.flush()], release.stopped


@given(TEXTS, st.lists(st.integers(1, 5), min_size=1), st.lists(st.text(ALPHABET, min_size=1)))
def test_the_same_text_is_released_for_any_cut_into_tokens(
    text: str, sizes: list[int], stop: list[str]
) -> None:
    pieces, stopped = released(text.encode(), sizes, stop)
    joined = "".join(piece.text for piece in pieces)
    if not stopped:
        assert joined == text
        assert not any(word in text for word in stop)
    else:
        assert text.startswith(joined)
        assert any(text[len(joined) :].startswith(word) for word in stop)
        assert not any(word in joined for word in stop)


@given(TEXTS, st.lists(st.integers(1, 5), min_size=1))
def test_tokens_come_once_in_order(text: str, sizes: list[int]) -> None:
    pieces, _ = released(text.encode(), sizes, [])
    numbers = [drawn.token for piece in pieces for drawn in piece.tokens]
    assert numbers == list(range(len(numbers)))
    assert sum(len(d.data) for piece in pieces for d in piece.tokens) == len(text.encode())


def test_tokens_of_a_stop_string_are_dropped() -> None:
    pieces, stopped = released(b"one STOP two", [4, 2, 2, 4], ["STOP"])
    assert stopped
    assert "".join(piece.text for piece in pieces) == "one "
    assert [drawn.data for piece in pieces for drawn in piece.tokens] == [b"one "]


def test_half_a_character_at_the_end_is_a_replacement() -> None:
    pieces, _ = released("é".encode()[:1], [1], [])
    assert [piece.text for piece in pieces] == ["", "\ufffd"]


def test_greedy_takes_the_largest() -> None:
    row = np.array([0.0, 3.0, 3.0], dtype=np.float32)
    assert pick(row, Draw(max_tokens=1), np.random.default_rng(0)) == 1


def test_draws_follow_the_tempered_distribution() -> None:
    row = np.log(np.array([0.5, 0.3, 0.2], dtype=np.float32))
    rng = np.random.default_rng(7)
    draw = Draw(max_tokens=1, temperature=0.5)
    found = np.bincount([pick(row, draw, rng) for _ in range(4000)], minlength=3) / 4000
    known = np.array([0.25, 0.09, 0.04]) / 0.38
    assert found == pytest.approx(known, abs=0.03)


@pytest.mark.parametrize(
    ("draw", "allowed"),
    [
        (Draw(max_tokens=1, temperature=1, top_p=0.5), {0}),
        (Draw(max_tokens=1, temperature=1, top_p=0.51), {0, 1}),
        (Draw(max_tokens=1, temperature=1, top_p=0), {0}),
        (Draw(max_tokens=1, temperature=1, top_k=2), {0, 1}),
        (Draw(max_tokens=1, temperature=1), {0, 1, 2}),
    ],
)
def test_top_p_and_top_k_cut_the_unlikely(draw: Draw, allowed: set[int]) -> None:
    row = np.log(np.array([0.5, 0.25, 0.25], dtype=np.float64)).astype(np.float32)
    rng = np.random.default_rng(1)
    assert {pick(row, draw, rng) for _ in range(200)} == allowed


def test_a_reply_ends_at_the_limit_a_stop_string_or_by_itself(embedded: Loaded) -> None:
    llama = embedded.llama
    count = llama.tokenize("1, 2, 3, 4,")
    cut = whole(generate(llama, count, Draw(max_tokens=6, top=1)))
    assert (cut.text, cut.end) == (" 5, 6,", End("length", 6))
    assert [drawn.data for drawn in cut.tokens] == [b" ", b"5", b",", b" ", b"6", b","]
    assert all(d.score and d.score.top[0][0] == d.token for d in cut.tokens)
    stopped = whole(generate(llama, count, Draw(max_tokens=60, stop=("6, 7", "zzz"))))
    assert (stopped.text, stopped.end) == (" 5, ", End("stop", 8))
    chat = embedded.chat_tokens([{"role": "user", "content": "Say OK."}])
    ended = whole(generate(llama, chat, Draw(max_tokens=200)))
    assert ended.end.finish == "stop"
    assert llama.ends(ended.tokens[-1].token)
    assert ended.end.tokens == len(ended.tokens)


def test_a_seed_repeats_and_another_differs(embedded: Loaded) -> None:
    tokens = embedded.llama.tokenize("Once upon a time")
    texts = [
        whole(generate(embedded.llama, tokens, Draw(max_tokens=8, temperature=1, seed=seed))).text
        for seed in (1, 1, 2, -5)
    ]
    assert texts[0] == texts[1]
    assert len(set(texts)) == 3


def test_characters_of_several_tokens_come_whole(embedded: Loaded) -> None:
    tokens = embedded.llama.tokenize("日本語で「猫」は")
    items = list(generate(embedded.llama, tokens, Draw(max_tokens=16)))
    pieces = [item for item in items if isinstance(item, Piece)]
    assert any(len(drawn.data) < 3 for piece in pieces for drawn in piece.tokens)
    assert "\ufffd" not in "".join(piece.text for piece in pieces[:-1])


def test_the_context_ends_a_reply_and_a_longer_prompt_is_an_error(embedded: Loaded) -> None:
    llama = Llama(embedded.weights.path, context=32)
    reply = whole(generate(llama, [504] * 30, Draw(max_tokens=9)))
    assert reply.end == End("length", 2)
    with pytest.raises(PromptTooLong):
        list(generate(llama, [504] * 33, Draw(max_tokens=1)))
    llama.close()


def test_halted_generation_stops_between_tokens(embedded: Loaded) -> None:
    asked = iter((False, False, False, True))
    with pytest.raises(Cancelled):
        list(generate(embedded.llama, [504, 3575], Draw(max_tokens=50), halted=lambda: next(asked)))
