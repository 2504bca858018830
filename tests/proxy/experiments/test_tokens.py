"""A token names its decision; nobody makes one without the key."""

import hmac
from base64 import urlsafe_b64encode

from hypothesis import given
from hypothesis import strategies as st

from statera.proxy.experiments.tokens import sign, verified

KEY = b"0123456789abcdef"
DECISIONS = st.integers(-(2**63), 2**63 - 1)


@given(DECISIONS)
def test_a_token_gives_its_decision_back(decision: int) -> None:
    text = sign(KEY, decision)
    assert verified(KEY, text) == decision
    assert len(text) == 32


def test_the_form_is_what_is_documented() -> None:
    name = bytes.fromhex("00000000000000ff")
    code = hmac.new(KEY, b"statera/feedback/1\n" + name, "sha256").digest()[:16]
    assert sign(KEY, 255) == urlsafe_b64encode(name + code).decode()


@given(DECISIONS, st.integers(0, 31), st.sampled_from("AQgw059-_"))
def test_one_other_character_is_a_forgery(decision: int, at: int, other: str) -> None:
    text = sign(KEY, decision)
    changed = text[:at] + other + text[at + 1 :]
    assert verified(KEY, changed) == (decision if changed == text else None)


@given(DECISIONS)
def test_another_key_signs_nothing(decision: int) -> None:
    assert verified(KEY, sign(b"another key of 16", decision)) is None


@given(st.text(max_size=40))
def test_what_is_no_token_is_none(text: str) -> None:
    assert verified(KEY, text) is None


def test_padding_line_ends_and_other_alphabets_are_none() -> None:
    text = sign(KEY, -1)
    for other in (text + "\n", text + "=", text[:-1], " " + text, text.replace("_", "/") + "/"):
        assert verified(KEY, other) is None
