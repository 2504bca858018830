import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.models.secrets import is_secret, is_secret_variable, secrets, shown, shown_query

HARMLESS: list[tuple[str, Any]] = [
    ("reasoning_effort", "high"),
    ("max_tokens", 5),
    ("eos_token", "</s>"),
    ("skip_special_tokens", True),
    ("prompt_cache_key", "evals"),
    ("adapter", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
    ("author", "me"),
    ("key", 3),
    ("api-version", "2024-10-21"),
]
SECRET: list[tuple[str, Any]] = [
    ("api_key", "x"),
    ("apiKey", "x"),
    ("x-api-key", "x"),
    ("key", "x"),
    ("token", "x"),
    ("user_token", "x"),
    ("password", "x"),
    ("client_secret", "x"),
    ("session-cookie", "x"),
    ("anything", "sk-proj-abcdefgh12345678"),
    ("anything", "Bearer abc"),
    ("anything", "hf_abcdefgh12345678"),
    ("anything", "eyJhbGciOiJIUzI1NiIsInR5cCI6.x.y"),
]


@pytest.mark.parametrize(("name", "value"), HARMLESS)
def test_what_only_sounds_like_a_secret_is_shown(name: str, value: Any) -> None:
    assert not is_secret(name, value)
    assert shown({name: value}) == {name: value}
    assert secrets("http://h/v1", None, {}, {name: value}) == []


@pytest.mark.parametrize(("name", "value"), SECRET)
def test_a_secret_is_known_by_name_or_form(name: str, value: Any) -> None:
    assert shown({name: value}) == {name: "***"}
    assert shown({"inside": [{name: value}]}) == {"inside": [{name: "***"}]}
    assert secrets("http://h/v1", None, {}, {"inside": {name: [value]}}) == [value]


def test_everything_that_is_sent_is_looked_at() -> None:
    headers = {"X-Team": "evals", "api-key": "azure", "Authorization": "Bearer abc"}
    url = "http://me:p%40ss@h/v1?api-version=1&key=queried"
    found = secrets(url, "sk-1", headers, {"user": "me"})
    assert set(found) == {"sk-1", "p%40ss", "p@ss", "queried", "azure", "Bearer abc", "abc"}


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("", ""),
        ("variant=a&key=k", "variant=a"),
        ("api-version=2024-10-21", "api-version=2024-10-21"),
        ("flag=&sig=x", "flag="),
        ("variant=support-v7", "variant=support-v7"),
    ],
)
def test_a_query_is_shown_without_its_secrets(query: str, kept: str) -> None:
    assert shown_query(query) == kept


def test_what_looks_like_a_key_in_a_query_is_a_digest() -> None:
    one, other = (f"code={letter * 20}1" for letter in "ab")
    assert re.fullmatch(r"code=~[0-9a-f]{8}", shown_query(one).replace("%7E", "~"))
    assert shown_query(one) != shown_query(other)
    assert secrets(f"http://h/v1?{one}", None, {}, {}) == ["a" * 20 + "1"]


def test_a_variable_is_known_by_its_name() -> None:
    assert is_secret_variable("GATEWAY_KEY")
    assert not is_secret_variable("VARIANT")


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["a", "token", "tokens"]),
                                                    inner),
    max_leaves=10,
))  # fmt: skip
def test_what_is_secret_is_never_shown(value: Any) -> None:
    body = {"password": "planted-secret", "more": value, "token": ["planted-secret", value]}
    assert "planted-secret" not in str(shown(body))
    assert "planted-secret" in secrets("http://h", None, {}, body)
