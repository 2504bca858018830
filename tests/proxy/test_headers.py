import pytest

from statera.proxy.headers import (
    BadHeader,
    check,
    is_json,
    is_utf_8,
    returned,
    sent,
    texts,
    value_of,
)

GOOD = [(b"host", b"x"), (b"authorization", b"Bearer k"), (b"x-a", b"1"), (b"x-a", b"2")]


def test_all_headers_pass_but_those_of_one_connection() -> None:
    pairs = [
        *GOOD, (b"connection", b"close, X-Hop"), (b"x-hop", b"1"), (b"te", b"trailers"),
        (b"upgrade", b"h2c"), (b"content-length", b"3"), (b"accept-encoding", b"br"),
        (b"expect", b"100-continue"), (b"keep-alive", b"5"), (b"traceparent", b"00-1-2-01"),
    ]  # fmt: skip
    check(pairs)
    assert sent(pairs) == [
        (b"authorization", b"Bearer k"), (b"x-a", b"1"), (b"x-a", b"2"),
        (b"traceparent", b"00-1-2-01"), (b"accept-encoding", b"identity"),
    ]  # fmt: skip


def test_upstream_speaks_for_itself_only() -> None:
    pairs = [
        (b"content-type", b"application/json"), (b"transfer-encoding", b"chunked"),
        (b"x-statera-decision", b"allow"), (b"set-cookie", b"a"), (b"set-cookie", b"b"),
    ]  # fmt: skip
    assert returned(pairs) == [
        (b"content-type", b"application/json"), (b"set-cookie", b"a"), (b"set-cookie", b"b"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "pairs",
    [
        [(b"x\r\ny", b"1")],
        [(b"x", b"a\r\nb: c")],
        [(b"x", b"a\x00")],
        [(b"host", b"a"), (b"host", b"b")],
        [(b"content-length", b"1"), (b"content-length", b"1")],
        [(b"content-length", b"1"), (b"transfer-encoding", b"chunked")],
    ],
)
def test_what_http_does_not_allow_is_refused(pairs: list[tuple[bytes, bytes]]) -> None:
    with pytest.raises(BadHeader):
        check(pairs)


def test_values_are_found_by_name() -> None:
    assert value_of(GOOD, b"x-a") == b"1"
    assert value_of(GOOD, b"none") == b""
    assert texts(GOOD)["authorization"] == "Bearer k"


def test_nothing_names_another_method_and_json_is_called_so() -> None:
    kind = (b"content-type", b"application/json;charset=utf-8")
    names = (b"x-http-method-override", b"x-http-method", b"x-method-override")
    pairs = [*((name, b"PUT") for name in names), kind]
    assert sent(pairs) == [pairs[-1], (b"accept-encoding", b"identity")]
    assert sent(pairs, as_json=True) == [
        (b"content-type", b"application/json"), (b"accept-encoding", b"identity"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("parameters", "json", "utf_8"),
    [
        (b"", True, True),
        (b"; charset=utf-8", True, True),
        (b';CHARSET="UTF-8"', True, True),
        (b"; profile=x", False, True),
        (b"; charset=utf-7", False, False),
        (b"; charset=utf-7; x=utf-8", False, False),
        (b"; charset=utf-8; charset=utf-8", False, False),
        (b"; charset=utf-8; charset=utf-7", False, False),
        (b"; charset=utf-8, utf-7", False, False),
        (b'; charset="utf-8', False, False),
        (b"; charset = utf-8", False, False),
        (b";", False, False),
    ],
)
def test_a_character_set_is_named_once_or_not(parameters: bytes, json: bool, utf_8: bool) -> None:
    kind = b"application/json" + parameters
    assert (is_json(kind), is_utf_8(kind)) == (json, utf_8)
    assert not is_json(b"text/plain" + parameters)
