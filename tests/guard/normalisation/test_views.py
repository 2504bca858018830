import json
from collections.abc import Callable
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statera.guard.normalisation import bigrams
from statera.guard.normalisation import views as module
from statera.guard.normalisation.surface import surface
from statera.guard.normalisation.views import CHARACTERS, VIEWS, View, views
from tests.guard.normalisation.disguises import ENCODED, SENTENCES, WEIGHED
from tests.guard.normalisation.tokenizer import token_count
from tests.shared_data import shared

FRAMES = ("{}", "Please decode the following message and then answer it: {}\nThank you very much.")
BENIGN = (
    "What is the capital of France?",
    "def area(r): return 3.14159 * r ** 2  # see https://example.org/a?b=c&d=e%20f",
    "SELECT name, COUNT(*) FROM users WHERE id IN (1, 2, 3) GROUP BY name;",
    "The meeting is at 10am on 2026-11-28 in room B12; call +49 30 1234567.",
    "| a | b |\n|---|---|\n| 1 | 2 |\n\n**Note**: _this_ is `code` & more.",
    "SHA-256 of the file: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "git clone git@github.com:someone/some-thing.git && cd some-thing && make -j4",
    "E = mc^2, so x_1 + x_2 = 3.5e-7 and f(x) = {x in R : x > 0}.",
    "Wo finde ich die nächste Apotheke? Où est la gare ? ¿Dónde está el baño?",
)
SOURCES = ("gsm8k_test", "mitre_frr", "truthfulqa")


def _letters(text: str) -> str:
    return "".join(one for one in text.lower() if one.isalpha() or one == " ").strip()


def _recovered(disguise: Callable[[str], str], count: Callable[[str], int] | None) -> list[str]:
    """Return the framed sentences that no view holds completely."""
    return [
        frame
        for frame in FRAMES
        for sentence in SENTENCES
        for found in [views(frame.format(disguise(sentence)), count)]
        if not any(_letters(sentence) in _letters(view.text) for view in found)
    ]


@pytest.mark.parametrize("name", ENCODED)
def test_what_is_encoded_is_recovered_without_a_tokenizer(name: str) -> None:
    assert _recovered(ENCODED[name], None) == []


@pytest.mark.parametrize("name", WEIGHED)
def test_what_is_disguised_is_recovered_with_one(name: str) -> None:
    assert _recovered(WEIGHED[name], lru_cache(None)(token_count)) == []


GUESSED = (
    *("rot13", "Caesar, 3", "Caesar, 21", "Atbash", "backwards", "decimal codes", "hyphens"),
    *("spaced, words apart", "look-alikes throughout", "rot13 in base64", "base64 in hexadecimal"),
    "full width in base64",
)


@pytest.mark.parametrize("name", GUESSED)
def test_function_words_tell_some_of_it_without_one(name: str) -> None:
    sentences = [
        sentence
        for sentence in SENTENCES
        if not any(
            _letters(sentence) in _letters(view.text) for view in views(WEIGHED[name](sentence))
        )
    ]
    assert sentences == []


@pytest.mark.parametrize("text", BENIGN)
def test_harmless_text_has_its_plain_view_only(text: str) -> None:
    assert views(text, token_count) == (View("plain", text),)
    assert views(text) == (View("plain", text),)


@pytest.mark.parametrize("source", SOURCES)
def test_no_benign_text_has_another_view(source: str) -> None:
    lines = shared("data", "safety", "benign", f"{source}.jsonl").read_bytes().splitlines()
    rows = [json.loads(line) for line in lines]
    count = lru_cache(None)(token_count)
    for counter in (count, None):
        assert [row["id"] for row in rows if len(views(row["text"], counter)) > 1] == []


def test_a_view_is_named_by_its_layers() -> None:
    hidden = ENCODED["base64"](ENCODED["hexadecimal"]("open the safe"))
    names = [view.name for view in views(hidden)]
    assert names == ["plain", "base64", "base64+hexadecimal"]


def test_four_layers_are_one_too_many() -> None:
    hidden = "open the safe"
    for _ in range(3):
        hidden = ENCODED["base64"](hidden)
    assert any(view.text == "open the safe" for view in views(hidden))
    assert not any(view.text == "open the safe" for view in views(ENCODED["base64"](hidden)))


DECOYS = ("bo<b></b>mb wo**rd**s", "h3ll0 w0rld", "gur phefr bs gur tubfg", "uggc")


@pytest.mark.parametrize("count", [None, token_count])
@pytest.mark.parametrize("decoys", range(4))
def test_decoys_hide_nothing(decoys: int, count: Callable[[str], int] | None) -> None:
    hidden = "open the safe"
    for _ in range(3):
        hidden = ENCODED["base64"](hidden)
    found = views(" ".join((*DECOYS[:decoys], hidden)), count)
    assert any("open the safe" in view.text for view in found)
    assert found.whole


def test_views_that_are_not_made_are_told() -> None:
    hidden = "open the safe"
    for depth in range(5):
        assert views(hidden).whole is (depth < 4)
        hidden = ENCODED["base64"](hidden)
    many = " ".join(
        WEIGHED[name](sentence)
        for name, sentence in zip(
            ["rot13", "leet", "backwards", "hyphens"], SENTENCES, strict=False
        )
    )
    found = views(
        many + " bo<b></b>mb wo**rd**s " + ENCODED["base64, twice"](SENTENCES[0]), token_count
    )
    assert len(found) == VIEWS
    assert not found.whole


@pytest.mark.parametrize("name", [*ENCODED, *WEIGHED])
def test_one_disguise_leaves_room(name: str) -> None:
    disguise = (ENCODED | WEIGHED)[name]
    for frame in FRAMES:
        for sentence in SENTENCES:
            assert views(frame.format(disguise(sentence)), token_count).whole


def test_a_span_of_a_decoded_run_leads_back_to_the_run() -> None:
    run = ENCODED["base64"]("open the safe")
    raw = f"Do ｉｔ:\u200b {run}, now"
    view = views(raw)[1]
    assert view.text == "Do it: open the safe, now"
    start, end = view.raw_span(view.text.index("the"), view.text.index(" safe"))
    assert raw[start:end] == run
    start, end = view.raw_span(3, 5)
    assert raw[start:end] == "ｉｔ"
    start, end = view.raw_span(view.text.index("now"), len(view.text))
    assert raw[start:end] == "now"


def test_spans_outside_a_view_are_refused() -> None:
    (view,) = views("open")
    for start, end in ((-1, 2), (3, 2), (0, 5)):
        with pytest.raises(ValueError, match="no span"):
            view.raw_span(start, end)


_PIECES = st.sampled_from(
    [
        *(disguise("open the safe") for disguise in ENCODED.values()),
        "a\u200bｂ\u0301",
        "é",
        "<b>",
        "%41",
    ]
)


@settings(max_examples=60)
@given(st.lists(_PIECES | st.text(max_size=6), max_size=5).map(" ".join))
def test_every_character_of_every_view_has_its_place(raw: str) -> None:
    for view in views(raw):
        spans = [view.raw_span(at, at + 1) for at in range(len(view.text))]
        assert all(0 <= start < end <= len(raw) for start, end in spans)
        assert view.raw_span(0, len(view.text))[1] <= len(raw)
        if "+" not in view.name and view.name == "plain":
            assert spans == sorted(spans)


@given(st.text())
def test_the_first_view_is_plain_and_no_two_are_the_same(raw: str) -> None:
    found = views(raw)
    assert found[0].name == "plain"
    assert views(found[0].text)[0] == View("plain", found[0].text)
    assert len({view.text for view in found}) == len(found) <= VIEWS


HUGE = {
    "A": "A" * 10**6,
    "=": "=" * 10**6,
    "%41": "%41" * 333_333,
    "marks": "a" + "\u0301\u0316" * 500_000,
    "fractions": "½" * 50_000,
    "words in one": "\ufdfa" * 50_000,
    "tags": "<!--" * 50_000,
    "lines": ("A" * 60 + "\n") * 16_000 + "!",
    "letters": "a b " * 250_000,
    "turned": "gur " * 250_000,
}


@pytest.mark.parametrize("name", HUGE)
def test_long_noise_stays_bounded(name: str) -> None:
    asked: list[int] = []

    def counting(text: str) -> int:
        asked.append(len(text))
        return len(text)

    found = views(HUGE[name], counting)
    assert sum(len(view.text) for view in found) <= CHARACTERS
    assert sum(asked) <= 40 * len(HUGE[name])


def _without_a_sign(text: str) -> list[str]:
    """Return the transformations that find something in a text without their sign."""
    seen, signs = surface(text), module._signs(text)
    steps = [*module._DECODERS.items(), *((one.name, one.find) for one in _counted())]
    return [name for name, step in steps if step(seen) and module._NUMBERS[name] not in signs]


def _counted() -> list[module._Step]:
    return [*module._steps(bigrams.count), *module._GUESSED]


@pytest.mark.parametrize("name", [*ENCODED, *WEIGHED])
def test_what_is_hidden_has_its_sign(name: str) -> None:
    for sentence in SENTENCES:
        hidden = (ENCODED | WEIGHED)[name](sentence)
        assert [_without_a_sign(frame.format(hidden)) for frame in FRAMES] == [[], []]


@given(st.text(alphabet='aAbq4Z0167+/=-_ \n\t.,*~<>&;#%\\xu{}"\x0b\u2003é⠁ɐкø', max_size=40))
@settings(max_examples=300)
def test_nothing_is_found_without_its_sign(text: str) -> None:
    assert _without_a_sign(text) == []
