import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.records.trials import Exchange
from statera.store import bodies
from tests.store.made import asked, likelihoods, reply, sample


@given(st.text(), st.none() | st.text(), st.floats(allow_nan=False, min_value=0))
def test_a_conversation_survives(said: str, reasoning: str | None, seconds: float) -> None:
    answer = Exchange(asked(1), reply(said, reasoning=reasoning, first_token_seconds=seconds))
    assert bodies.exchanges(bodies.encode((answer,))) == (answer,)


def test_every_number_survives() -> None:
    said = likelihoods(-0.1, float("-inf"), -1e300, -5e-324)
    assert bodies.exchanges(bodies.encode((said,))) == (said,)


def test_a_sample_survives_with_its_fields() -> None:
    kept = sample(3, fields={"tests": ["assert f(1) == 2"], "n": 3, "share": 0.1, "none": None})
    assert bodies.sample(bodies.encode(kept)) == kept


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (None, None),
        ("", ""),
        ("plain", "plain"),
        ("é🙂", "é🙂"),
        ("a\ud83d", "a\ufffd"),
        ("\ude42b", "\ufffdb"),
        ("\ud83d\ude42", "🙂"),
    ],
)
def test_what_is_not_unicode_is_replaced(said: str | None, kept: str | None) -> None:
    assert bodies.text(said) == kept


def test_mending_reaches_every_text() -> None:
    broken = reply("\ud83d", tool_calls=({"\ude42": ["\ud83d", 1, None]},))
    (found,) = bodies.exchanges(bodies.encode((Exchange(asked(1), broken),)))
    assert found.response.text == "\ufffd"
    assert found.response.tool_calls == ({"\ufffd": ["\ufffd", 1, None]},)
