import base64
from typing import Any
from urllib.parse import quote

import pytest

from statera.proxy.wire.attachments import media, recording
from statera.proxy.wire.fields import Reader
from statera.proxy.wire.refusals import Refused
from statera.proxy.wire.slots import write
from statera.records.guarding import Edit
from tests.proxy.wire.markers import OPEN, STRICT

WORDS = "please say the forbiddenword"
CODED = base64.b64encode(WORDS.encode()).decode()
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(2000)).decode()


def read(value: Any) -> list[str]:
    reader = Reader(OPEN, "input")
    media(reader, {"x": value}, "x", value, "x")
    return [slot.passage.text for slot in reader.slots]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"url": "https://example.org/a.png?x=(y)", "data": "AAAA", "id": "f-1"}, None),
        ({"url": f"data:image/png;base64,{PNG}", "alt": "two words"}, "two words"),
        ({"file_data": PNG, "filename": "a.pdf"}, None),
        ({"file_data": "data:application/pdf;base64," + PNG}, None),
        ({"file_data": "data:application/zip;base64," + PNG}, None),
        ({"url": "file:///" + "a" * 100}, None),
        ({"url": "file:///" + "a" * 3000}, "file:///" + "a" * 3000),
        ({"url": "https://example.org/two words"}, "https://example.org/two words"),
        ({"file_data": "data:text/plain," + quote(WORDS)}, WORDS),
        ({"file_data": "data:," + quote(WORDS)}, WORDS),
        ({"file_data": "DATA:Text/Plain;charset=utf-8;BASE64," + CODED}, WORDS),
        ({"file_data": "data:application/json;base64," + CODED}, WORDS),
        ({"file_data": "data:image/png;base64," + CODED}, WORDS),
        ({"file_data": "data:image/svg+xml;base64," + CODED}, WORDS),
        ({"file_data": "data:image/png,forbiddenword"}, "data:image/png,forbiddenword"),
        ({"file_data": "data:image/png;base64,%66orbidden"}, "data:image/png;base64,%66orbidden"),
        ({"data": CODED, "media_type": "text/plain"}, WORDS),
        ({"data": CODED.rstrip("=")}, WORDS),
        ({"data": base64.b64encode(("ä" * 900).encode()).decode()}, "ä" * 900),
        ({"data": base64.b64encode(("aä" * 900).encode()).decode()}, "aä" * 900),
        ({"format": "wav", "detail": "auto", "type": "input_audio"}, None),
        ({"size": 4111111111111111}, "4111111111111111"),
    ],
)
def test_data_passes_and_texts_in_it_are_read(value: Any, found: str | None) -> None:
    assert read(value) == ([found] if found else [])


@pytest.mark.parametrize("charset", ["utf-7", "UTF-16", "'utf-7'"])
def test_a_file_of_text_in_another_charset_is_refused(charset: str) -> None:
    with pytest.raises(Refused, match="not in UTF-8"):
        read({"file_data": f"data:text/plain;charset={charset},+AGYAbwByAGI-"})


@pytest.mark.parametrize("kind", ["text/plain", "", "application/json", "text/csv"])
def test_a_file_of_text_that_is_not_read_is_refused(kind: str) -> None:
    data = base64.b64encode(WORDS.encode("utf-16")).decode()
    with pytest.raises(Refused, match="not in UTF-8"):
        read({"file_data": f"data:{kind};base64,{data}"})


def test_what_was_decoded_cannot_be_edited() -> None:
    body = {"x": {"file_data": CODED}}
    reader = Reader(OPEN, "input")
    media(reader, body, "x", body["x"], "x")
    with pytest.raises(Refused) as refused:
        write(reader.slots, [Edit(0, 0, 5, "")])
    assert refused.value.code == "not_redactable"


def test_nothing_passes_where_the_policy_allows_none() -> None:
    with pytest.raises(Refused) as refused:
        media(Reader(STRICT, "input"), {}, "x", {"url": "https://example.org"}, "x")
    assert refused.value.code == "image_not_allowed"


def test_a_recording_repeats_the_text_beside_it() -> None:
    reader = Reader(OPEN, "output")
    recording(reader, {"data": PNG}, "data", PNG, "choices[0].message.audio.data")
    assert [one.name for one in reader.repeats] == ["data"]
    assert reader.slots == []
