import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.proxy.documents import DEPTH, decode, encode
from statera.proxy.wire.refusals import Refused

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
objects = st.dictionaries(st.text(), values, max_size=4)


def nested(depth: int) -> bytes:
    return b'{"a":' * (depth - 1) + b"{}" + b"}" * (depth - 1)


@given(objects, st.booleans())
def test_any_object_is_read_as_the_standard_library_reads_it(
    value: dict[str, Any], ascii_only: bool
) -> None:
    body = json.dumps(value, ensure_ascii=ascii_only).encode()
    assert decode(body) == value
    assert decode(encode(value)) == value


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "expecting value .byte 0."),
        (b"[1]", "must be a JSON object, not an array"),
        (b'"text"', "not a string"),
        (b"null", "not null"),
        (b"5", "not a number"),
        (b"true", "not a boolean"),
        (b'{"a":1,}', "trailing comma in object .byte 7."),
        (b'{"a":1} {}', "trailing characters .byte 9."),
        (b'{"a"', "byte 4"),
        (b"{'a': 1}", "byte 1"),
        (b'\xef\xbb\xbf{"a":1}', "byte 0"),
        (b'{"a":"\xff"}', "not UTF-8 .byte 6."),
        (b'{"\xc0\xaf":1}', "not UTF-8 .byte 2."),
        (b'{"a":"\xed\xa0\x80"}', "not UTF-8"),
        (b'{"a":"\x00"}', "invalid character"),
        (b'{"a":"\\ud800"}', "half a surrogate pair"),
        (b'{"a":"\\ud83d and more"}', "surrogate pair"),
        (b'{"a":NaN}', "byte 5"),
        (b'{"a":Infinity}', "byte 5"),
        (b'{"a":1e999}', "a number is out of range"),
        (b'{"a":' + b"9" * 5000 + b"}", "a number is out of range"),
        (nested(DEPTH + 1), "nested deeper than 64 levels"),
        (nested(100_000), "nested too deep"),
        (b'{"a":' + b"[" * 64 + b"]" * 64 + b"}", "nested deeper"),
    ],
    ids=range(24),
)
def test_what_is_no_json_object_is_refused_with_its_place(body: bytes, told: str) -> None:
    with pytest.raises(Refused, match=told) as refused:
        decode(body)
    assert (refused.value.status, refused.value.code) == (400, "invalid_json")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":1,"a":1}',
        b'{"a":"x","a":":"}',
        b'{"a":"x","a":"\\u003a"}',
        b'{"a":"\\u003A:","a":"x"}',
        b'{"\\u0061":1,"a":2}',
        b'{"b":[{"c":{"a":1,"a":2}}]}',
        b'{"b:":":","b:":"::"}',
        b'{"a":{"x":":"},"a":{"y":":"}}',
        b'{"a":null,"a":[]}',
    ],
)
def test_a_key_twice_is_refused_at_any_depth(body: bytes) -> None:
    with pytest.raises(Refused, match="twice"):
        decode(body)


@given(objects, st.text(), values, st.data())
def test_a_key_twice_is_found_wherever_it_is(
    value: dict[str, Any], name: str, other: Any, data: st.DataObject
) -> None:
    ascii_only = data.draw(st.booleans())
    pair = f"{json.dumps(name, ensure_ascii=ascii_only)}:{json.dumps(other)}"
    inner = f"{{{pair},{json.dumps(name)}:{json.dumps(data.draw(values))}}}"
    text = json.dumps({**value, "\N{SNOWMAN}": "here"}, ensure_ascii=False)
    with pytest.raises(Refused, match="twice"):
        decode(text.replace('"here"', inner).encode())


@pytest.mark.parametrize(
    "body",
    [
        nested(DEPTH),
        b'{"a":"{[{[' + b"[" * 1000 + b'"}',
        b'{"a":"\\u003a","b":"\\\\u003a"}',
        b'{"a":{"a":{"a":1}}}',
        b'{"a":"\\ud83d\\ude00"}',
        b' {"a" : 1e5}\n',
    ],
)
def test_unusual_and_unambiguous_bodies_pass(body: bytes) -> None:
    assert decode(body) == json.loads(body)


@given(st.binary(max_size=60))
def test_no_bytes_crash_it(body: bytes) -> None:
    try:
        found = decode(body)
    except Refused:
        return
    assert json.loads(body) == found


@given(st.text(alphabet='{}[]":,\\u0aF1-.eE tn', max_size=40))
def test_what_looks_like_json_is_read_alike_or_refused(text: str) -> None:
    try:
        found = decode(text.encode())
    except Refused:
        return
    assert json.loads(text) == found
