"""Keys are put together here, so that no scanner of repositories takes them for real ones."""

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.guard.credentials import entropy, secrets
from tests.shared_data import shared

_DRAW = random.Random(11)


def _drawn(size: int, alphabet: str = string.ascii_letters + string.digits) -> str:
    return "1" + "".join(_DRAW.choices(alphabet, k=size - 1))


_HEX = "0123456789abcdef"
_CAPITALS = string.ascii_uppercase + "234567"

KEYS = {
    "AWS_KEY": "AK" + "IA" + "".join(_DRAW.choices(_CAPITALS, k=16)),
    "GOOGLE_KEY": "AI" + "za" + _drawn(35),
    "GITHUB_TOKEN": "gh" + "p_" + _drawn(36),
    "GITLAB_TOKEN": "gl" + "pat-" + _drawn(20),
    "SLACK_TOKEN": "xo" + "xb-" + "123456789012-" + _drawn(24),
    "STRIPE_KEY": "sk" + "_live_" + _drawn(24),
    "ANTHROPIC_KEY": "sk" + "-ant-api03-" + _drawn(90),
    "OPENAI_KEY": "sk" + "-proj-" + _drawn(48),
    "HUGGINGFACE_TOKEN": "hf" + "_" + _drawn(34),
    "NPM_TOKEN": "np" + "m_" + _drawn(36),
    "PYPI_TOKEN": "py" + "pi-AgE" + _drawn(80),
    "SENDGRID_KEY": "S" + "G." + _drawn(22) + "." + _drawn(43),
    "TELEGRAM_TOKEN": "123456789" + ":AA" + _drawn(33),
    "API_KEY": "do" + "p_v1_" + _drawn(64, _HEX),
    "AZURE_SECRET": "abc8" + "Q~" + _drawn(34),
    "SLACK_WEBHOOK": "hooks.slack" + ".com/services/T000/B000/" + _drawn(24),
}


def _found(text: str) -> list[tuple[str, str]]:
    return [(label, text[start:end]) for start, end, label in secrets(text)]


@pytest.mark.parametrize(("label", "key"), KEYS.items())
def test_every_providers_form_is_found_in_a_sentence(label: str, key: str) -> None:
    assert (label, key) in _found(f"use {key} for now")


def test_a_private_key_is_taken_out_whole_also_when_it_is_cut_off() -> None:
    begin, end = "-----BEGIN RSA " + "PRIVATE KEY-----", "-----END RSA " + "PRIVATE KEY-----"
    body = "\n".join(_drawn(64) for _ in range(4))
    whole = f"{begin}\n{body}\n{end}"
    assert _found(f"here: {whole} ok") == [("PRIVATE_KEY", whole)]
    (cut,) = _found(f"here: {begin}\n{body}")
    assert cut[1].endswith(body)


def test_a_public_key_or_certificate_is_none() -> None:
    assert _found("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----") == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("postgres://app:s3cr-et9@db:5432/x", "s3cr-et9"),
        ("DefaultEndpointsProtocol=https;AccountKey=" + "Ab1" * 28 + "aa==", "Ab1" * 28 + "aa=="),
        ("password = 'hunter22xyz'", "hunter22xyz"),
        ('"api_key": "9f8e7d6c5b4a"', "9f8e7d6c5b4a"),
        ("my password is tr0ub4dor&3", "tr0ub4dor&3"),
        ("Authorization token: Bearer a8f3k2j9x7q1", "a8f3k2j9x7q1"),
        ("export DB_PASSWORD=Xk29fLq0", "Xk29fLq0"),
    ],
)
def test_values_beside_a_telling_word(text: str, value: str) -> None:
    assert value in [found for _, found in _found(text)]


@pytest.mark.parametrize(
    "text",
    [
        "The token count is 12345678 and the secret of success is perseverance.",
        "password = os.environ['DB_PASSWORD_1']",
        "password: ${DB_PASSWORD_1} or <your-password-1> or ********",
        "api_key=YOUR_API_KEY_1",
        "skip_special_tokens=True)[0])",
        "tokenizer = self.tokenizer2",
        "pass_context = jinja2.pass_context",
        "https://user:password@host/ and https://example.com:8080/@scope/pkg",
        "sk-fading-circle-spinner-animation",
        "eyJub3QiOiJhIHRva2VuIn0.abcdefghij.klmnopqrst",
        "import secrets; secrets.token_hex(16)",
        "passed 12 of 13 tests; authored by anna",
        "commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
        "id 123e4567-e89b-12d3-a456-426614174000",
        "",
    ],
)
def test_what_is_no_secret(text: str) -> None:
    assert _found(text) == []


def test_a_web_token_has_a_header_that_names_its_algorithm() -> None:
    token = "ey" + "JhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0." + _drawn(43)
    assert _found(f"cookie {token}") == [("JWT", token)]


def test_entropy_of_known_texts() -> None:
    assert entropy("") == 0
    assert entropy("aaaa") == 0
    assert entropy("abcd") == 2


def test_a_megabyte_is_read_in_linear_time() -> None:
    for text in (
        "password" * 125_000,
        "://" + "a:" * 500_000,
        "-----BEGIN PRIVATE KEY-----" * 40_000,
    ):
        list(secrets(text))


@given(st.text(max_size=200))
def test_any_text_gives_places_inside_it(text: str) -> None:
    for span in secrets(f"password: {text} ://a:{text}@b"):
        assert 0 <= span.start < span.end


def test_ordinary_questions_hold_none() -> None:
    lines = shared("data", "safety", "benign", "truthfulqa.jsonl").read_text("utf-8")
    assert list(secrets(lines)) == []
