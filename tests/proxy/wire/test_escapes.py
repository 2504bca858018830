import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.proxy.wire.escapes import unescaped, unescapings


@given(st.text(), st.booleans())
def test_json_text_reads_as_it_was_written(text: str, ascii_only: bool) -> None:
    assert unescaped(json.dumps(text, ensure_ascii=ascii_only)[1:-1]).text == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (r"\u0062omb", "bomb"),
        (r"C:\xyz", r"C:\xyz"),
        ("cut \\u00", "cut \\u00"),
        ("cut \\", "cut \\"),
        (r"\ud83d\ude00", "\N{GRINNING FACE}"),
        (r"\ud83d\u0061", "�a"),
        (r"\ude00", "�"),
        (r"\\u0061", r"\u0061"),
        ("", ""),
    ],
)
def test_what_is_no_escape_stays(raw: str, text: str) -> None:
    assert unescaped(raw).text == text


def test_spans_are_whole_escapes() -> None:
    raw = r'{"mail": "\u0061b\u0063"}'
    plain = unescaped(raw)
    start = plain.text.index("abc")
    assert raw[slice(*plain.raw_span(start, start + 3))] == r"\u0061b\u0063"
    assert raw[slice(*plain.raw_span(start, start + 1))] == r"\u0061"
    assert raw[slice(*plain.raw_span(start + 1, start + 2))] == "b"
    assert plain.raw_span(0, len(plain.text)) == (0, len(raw))


@given(st.text(alphabet='ab\\u006"n\N{GRINNING FACE}', max_size=20), st.data())
def test_the_raw_text_behind_a_span_reads_as_the_span(raw: str, data: st.DataObject) -> None:
    plain = unescaped(raw)
    start = data.draw(st.integers(0, len(plain.text)))
    end = data.draw(st.integers(start, len(plain.text)))
    first, last = plain.raw_span(start, end)
    assert 0 <= first <= last <= len(raw)
    assert unescaped(raw[first:last]).text == plain.text[start:end]


def test_long_runs_of_escapes_are_read_whole() -> None:
    assert unescaped("\\u0061" * 50_000).text == "a" * 50_000
    assert unescaped("\\" * 100_001).text == "\\" * 50_001


@pytest.mark.parametrize("deep", [0, 1, 2, 3, 4])
def test_escapes_of_escapes_are_undone_three_deep(deep: int) -> None:
    raw = "the forbiddenword"
    for _ in range(deep):
        raw = (
            json.dumps(raw)[1:-1].replace("w", "\\u0077")
            if "\\" not in raw
            else json.dumps(raw)[1:-1]
        )
    found = unescapings(raw)
    assert len(found) == min(deep, 3)
    assert any("forbiddenword" in one.text for one in found) == (0 < deep <= 3)
    if 0 < deep <= 3:
        last = found[-1]
        at = last.text.index("forbiddenword")
        start, end = last.raw_span(at, at + 13)
        assert raw[start:end].startswith("forbidden")
        assert unescapings(raw[start:end])[-1].text == "forbiddenword"


def test_what_has_no_escape_is_not_read_again() -> None:
    assert unescapings("plain") == ()
    assert unescapings("C:\\xyz") == ()
