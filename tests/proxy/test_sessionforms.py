"""An event that was known by its form says what reading it would have said."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.guard.policy import Policy
from statera.proxy.documents import decode
from statera.proxy.sessionforms import Forms
from statera.proxy.wire.apis.chat import api
from statera.proxy.wire.refusals import Refused
from statera.proxy.wire.slots import Body, Piece

_POLICY = Policy()
_TEXTS = st.one_of(
    st.text(max_size=8), st.sampled_from([":", ",", '","', "content", "index", "a", " : ", "null"])
)


def chunk(text: str, ascii_: bool = False, **more: Any) -> bytes:
    choice = {
        "id": "a",
        "system_fingerprint": "x:y",
        "choices": [{"delta": {"content": text}, "index": 0, **more}],
    }
    return json.dumps(choice, ensure_ascii=ascii_, separators=(",", ":")).encode()


def read(data: bytes) -> tuple[Body, list[Piece]]:
    body = decode(data)
    return body, api.read_event("", body, _POLICY)


def learnt(*texts: str) -> Forms:
    forms = Forms()
    for text in texts:
        data = chunk(text)
        forms.learn("", data, *read(data))
    return forms


@given(_TEXTS, _TEXTS, st.booleans())
def test_a_form_says_what_reading_says(first: str, text: str, ascii_: bool) -> None:
    try:
        forms, data = learnt(first), chunk(text, ascii_)
        _, pieces = read(data)
    except (Refused, UnicodeEncodeError):
        return
    if found := forms.find("", data):
        form, said = found
        assert [(piece.channel, text) for piece, text in form.said(said)] == [
            (one.channel, one.text) for one in pieces
        ]


@given(st.binary(max_size=12))
def test_bytes_that_are_no_text_are_not_known(middle: bytes) -> None:
    data = chunk("@@").replace(b"@@", middle)
    found = learnt("one").find("", data)
    try:
        _, pieces = read(data)
    except Refused:
        assert found is None
    else:
        said = [text for _, text in found[0].said(found[1])] if found else None
        assert said is None or said == [one.text for one in pieces]


def test_the_common_event_is_known() -> None:
    forms = learnt("one")
    found = forms.find("", chunk(" ü漢"))
    assert found is not None
    assert found[1] == " ü漢"
    assert forms.find("ping", chunk("two")) is None


@pytest.mark.parametrize("text", ["a", "", ":", " , ", 'q"', "index"])
def test_a_text_whose_place_is_not_sure_makes_no_form(text: str) -> None:
    assert learnt(text).find("", chunk("two")) is None


@pytest.mark.parametrize(
    "data",
    [
        chunk("two", logprobs=None),
        chunk("two", finish_reason="stop"),
        chunk("two").replace(b":0", b":1"),
    ],
)
def test_an_event_that_differs_elsewhere_is_read(data: bytes) -> None:
    assert learnt("one").find("", data) is None
