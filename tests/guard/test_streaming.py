"""The promise of a streamed reply, for any chunking: same windows, same text, nothing too early."""

import base64
from collections.abc import Callable, Mapping
from itertools import pairwise
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from statera.analysis.guarding.evasions import EVASIONS
from statera.guard.boundaries import BOUND, weight
from statera.guard.credentials import secrets
from statera.guard.edits import edited
from statera.guard.normalisation.markup import LONGEST
from statera.guard.normalisation.views import views
from statera.guard.policy import StreamTerms
from statera.guard.streaming import StreamText, Window
from statera.records.guarding import Edit
from tests.guard.normalisation.disguises import ENCODED, PLAIN, Disguise

_WORDS = st.lists(
    st.sampled_from(
        [
            *("secret", "a", "the", "漢字かな", "cafe\u0301", "👩🏽\u200d🚀", "x" * 90, "\n", "12"),
            *("\u200b" * 50, "<b c=", '">', "<!--", "-->", "-----BEGIN K-----", "-----END K-----"),
        ]
    ),
    max_size=120,
).map(" ".join)
_TERMS = StreamTerms(window=64)


class Told(NamedTuple):
    windows: list[Window]
    text: str
    free_before: list[int]  # what had left when each window was settled


def _streamed(pieces: list[str], terms: StreamTerms, word: str = "secret") -> Told:
    """Stream the pieces, redacting `word` wherever a window shows it whole."""
    stream, told = StreamText(terms), Told([], "", [])
    out = []
    for piece in [*pieces, None]:
        if piece is None:
            stream.pause()
        else:
            stream.feed(piece)
        while window := stream.due():
            told.windows.append(window)
            told.free_before.append(stream.left)
            found = [at for at in range(len(window.text)) if window.text.startswith(word, at)]
            stream.settle([Edit(0, at, at + len(word), "[X]") for at in found])
            out.append(stream.take())
    assert stream.held == 0
    return told._replace(text="".join(out))


def _chunks(text: str, places: list[int]) -> list[str]:
    cuts = sorted({0, len(text), *(place % (len(text) + 1) for place in places)})
    return [text[start:end] for start, end in pairwise(cuts)]


@given(_WORDS, st.lists(st.integers(0, 10_000), max_size=30))
def test_windows_and_text_are_the_same_for_any_chunking(text: str, places: list[int]) -> None:
    whole = _streamed([text], _TERMS)
    assert _streamed(_chunks(text, places), _TERMS)[:2] == whole[:2]
    assert _streamed(list(text), _TERMS)[:2] == whole[:2]
    assert whole.text == text.replace("secret", "[X]")


@given(_WORDS)
def test_nothing_leaves_before_every_window_that_contains_it_has_passed(text: str) -> None:
    told = _streamed(list(text), _TERMS)
    for number, _ in enumerate(told.windows):
        later = [window.start for window in told.windows[number:]]
        assert told.free_before[number] <= min(later)
    for one, after in pairwise(told.windows):
        assert one.start < after.start < one.end < after.end
    if text:
        assert (told.windows[0].start, told.windows[-1].end) == (0, len(text))


@given(_WORDS, st.integers(0, 10_000))
def test_what_is_no_longer_than_half_a_window_lies_whole_in_one(text: str, at: int) -> None:
    at %= len(text) + 1
    end = min(at + _TERMS.window // 2, len(text))
    windows = _streamed([text], _TERMS).windows
    assert end <= at or any(one.start <= at and end <= one.end for one in windows)


def test_what_nobody_sees_is_not_counted() -> None:
    text = " ".join(f"{word}<!-- {'x ' * 200}--> \u200b{word}" for word in ["red", "blue"] * 9)
    for window in _streamed(list(text), _TERMS).windows[1:-1]:
        assert 64 <= weight(window.text) < 90


def test_what_cannot_be_examined_as_a_whole_is_told() -> None:
    run = "word " * 30 + "A" * (BOUND + 2 * LONGEST) + " word" * 30
    windows = _streamed([run], _TERMS).windows
    cut = [window for window in windows if window.cut]
    assert {"A" * 64} <= {window.text[-64:] for window in cut}
    assert [window.cut for window in windows[:2] + windows[-2:]] == [False] * 4
    assert not any(window.cut for window in _streamed(["A" * BOUND], _TERMS).windows)


@given(_WORDS)
def test_full_mode_holds_everything_for_one_window(text: str) -> None:
    told = _streamed(list(text), StreamTerms(mode="full"))
    assert told.windows == ([Window(0, len(text), text)] if text else [])
    assert told.free_before in ([0], [])


def test_a_window_is_due_until_it_is_settled_and_nothing_is_free_before() -> None:
    stream = StreamText(_TERMS)
    stream.feed("word " * 20)
    window = stream.due()
    assert window is not None
    assert stream.due() == window
    assert stream.take() == ""
    assert stream.held == stream.length == 100


def test_an_edit_over_a_boundary_gives_way_once() -> None:
    text = "abcd " * 40
    stream, out = StreamText(_TERMS), []
    stream.feed(text)
    stream.pause()
    while window := stream.due():
        spans = [(30, 38)] if window.start <= 30 and window.end >= 38 else []
        stream.settle([Edit(0, s - window.start, e - window.start, "[X]") for s, e in spans])
        out.append(stream.take())
    assert "".join(out) == edited(text, [Edit(0, 30, 38, "[X]")])


@pytest.mark.parametrize("mode", ["window", "full"])
def test_a_long_stream_keeps_only_its_tail_and_counts_what_left(mode: str) -> None:
    stream = StreamText(StreamTerms(mode="full") if mode == "full" else _TERMS)
    for _ in range(20_000):
        stream.feed("word ")
        while stream.due():
            stream.settle()
            stream.take()
    assert stream.length == 100_000
    assert (stream.held == 100_000) if mode == "full" else (stream.held < 200)


@given(_WORDS, st.lists(st.integers(0, 10_000), max_size=6))
def test_a_text_that_goes_on_after_a_pause_is_read_on(text: str, places: list[int]) -> None:
    """All is free at a pause; the windows still hold whole whatever is no longer than a half."""
    stream, windows, out = StreamText(_TERMS), [], ""
    for piece in _chunks(text, places):
        stream.feed(piece)
        stream.pause()
        while window := stream.due():
            windows.append(window)
            stream.settle()
            out += stream.take()
        assert stream.free == stream.left == stream.length
    assert out == text
    half = _TERMS.window // 2
    for at in range(len(text)):
        end = min(at + half, len(text))
        assert any(one.start <= at and end <= one.end for one in windows)


def test_what_is_found_after_a_pause_is_taken_out_as_far_as_it_has_not_left() -> None:
    stream = StreamText(_TERMS)
    stream.feed("my sec")
    stream.pause()
    assert stream.due() is not None
    stream.settle()
    assert stream.take() == "my sec"
    stream.feed("ret is")
    stream.pause()
    window = stream.due()
    assert window == Window(0, 12, "my secret is")
    stream.settle([Edit(0, 3, 9, "[X]")])
    assert not stream.intact(6)
    assert stream.take() == "[X] is"


def test_text_is_taken_piece_by_piece_as_it_came() -> None:
    stream = StreamText(StreamTerms(mode="full"))
    stream.feed("a secret b")
    stream.pause()
    assert stream.due() is not None
    stream.settle([Edit(0, 2, 8, "[X]")])
    assert [stream.take(count) for count in (4, 3, 2, 5)] == ["a [X]", "", " ", "b"]
    assert stream.made == (Edit(0, 2, 8, "[X]"),)


HIDDEN = "forbidden"
WORDS = (
    *("the", "quick", "brown", "fox", "jumps", "over", "a", "lazy", "dog", "and", "sleeps"),
    *("under", "green", "trees", "until", "noon"),
)
LONG: dict[str, Disguise] = {
    "marks without a picture": lambda text: text.replace(HIDDEN, f"forb{chr(0x200B) * 1500}idden"),
    "tags": lambda text: text.replace(HIDDEN, f"forb{'<b></b>' * 220}idden"),
    "a comment": lambda text: text.replace(HIDDEN, f"forb<!--{'x > ' * 375}-->idden"),
    "a letter before base64": lambda text: "x" + base64.b64encode(text.encode()).decode(),
    "a letter before hexadecimal": lambda text: "a" + text.encode().hex(),
    "hexadecimal in base64": lambda text: base64.b64encode(text.encode().hex().encode()).decode(),
}
GUESSED = ("leet", "reversed", "rot13", "rot13_base64", "spaced")
"""Told by what stands around them, which a window shows less of."""
TOLD = {name: disguise for name, disguise in EVASIONS.items() if name not in GUESSED}
DISGUISES: Mapping[str, Disguise] = {**TOLD, **ENCODED, **PLAIN, **LONG}


def _shown(text: str) -> bool:
    found = views(text)
    return any(HIDDEN in view.text.lower() for view in found) or not found.whole


@pytest.mark.parametrize("name", DISGUISES)
@settings(max_examples=6)
@given(st.integers(0, 60), st.sampled_from([5, 60, 300]), st.randoms(use_true_random=False))
def test_a_disguise_is_seen_in_a_stream_as_in_the_whole(
    name: str, before: int, length: int, random: Random
) -> None:
    words = random.choices(WORDS, k=length)
    words.insert(random.randrange(length), HIDDEN)
    hidden = DISGUISES[name](" ".join(words))
    assume(len(hidden) < BOUND)
    text = " ".join([*random.choices(WORDS, k=before), hidden, *random.choices(WORDS, k=60)])
    windows = _streamed([text], StreamTerms()).windows
    assert not any(window.cut for window in windows)
    assert any(_shown(window.text) for window in windows) == _shown(text)


def _key(size: int) -> str:
    lines = base64.encodebytes(Random(size).randbytes(size)).decode()
    kind = "RSA PRIVATE KEY"
    return f"-----BEGIN {kind}-----\nProc-Type: 4,ENCRYPTED\n\n{lines}-----END {kind}-----"


def _token(size: int) -> str:
    claims = base64.urlsafe_b64encode(Random(size).randbytes(size)).decode().rstrip("=")
    return f"eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.{claims}.{'aB3_' * 90}"


@settings(max_examples=20)
@given(st.sampled_from([_key, _token]), st.integers(100, 9000), st.integers(0, 200))
def test_a_long_secret_lies_whole_in_one_window(
    made: Callable[[int], str], size: int, before: int
) -> None:
    secret = made(size)
    text = f"{'so ' * before}{secret}\nand that was it. {'so ' * 200}"
    stream, out = StreamText(StreamTerms()), ""
    for at in range(0, len(text), 9):
        stream.feed(text[at : at + 9])
        if at + 9 >= len(text):
            stream.pause()
        while window := stream.due():
            stream.settle([Edit(0, one.start, one.end, "[X]") for one in secrets(window.text)])
            out += stream.take()
    assert out == text.replace(secret, "[X]")
