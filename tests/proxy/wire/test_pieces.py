from typing import Any

import pytest

from statera.proxy.wire.fields import Reader, spoken, text
from statera.proxy.wire.pieces import event_kind, index_in, pieces_of
from statera.proxy.wire.refusals import Refused
from statera.proxy.wire.tokenlists import logprobs
from tests.proxy.wire.markers import STRICT


def test_a_piece_knows_what_repeats_it() -> None:
    choice: dict[str, Any] = {"index": 1, "logprobs": {"content": []}, "t": "s"}
    reader = Reader(STRICT, "output", "assistant")
    text(reader, choice, "t", "s", "choices[1].t")
    logprobs(reader, choice, "logprobs", choice["logprobs"], "choices[1].logprobs")
    logprobs(reader, {"logprobs": []}, "logprobs", [], "choices[0].logprobs")
    (piece,) = pieces_of(reader)
    assert piece[:6] == ("choices[1].t", "output", "assistant", "s", choice, "t")
    assert piece.repeats == ((choice, "logprobs"),)
    assert not piece.whole


def test_a_text_outside_of_choices_is_whole() -> None:
    reader = Reader(STRICT, "output")
    spoken(reader, {"error": {"why": "s"}}, "error", {"why": "s"}, "error")
    name, value = pieces_of(reader)
    assert (name.channel, name.text, name.key) == ("error#0", "why", None)
    assert (value.channel, value.text, value.key) == ("error#1", "s", "why")
    assert name.whole
    assert value.whole


def test_an_unescaped_form_is_no_piece_of_its_own() -> None:
    reader = Reader(STRICT, "tool_call")
    text(reader, {}, "a", r"\u0061", "choices[0].a")
    (piece,) = pieces_of(reader)
    assert piece.encoded


def test_an_objects_texts_are_read_without_their_escapes() -> None:
    body = {"q": r"forbidden\u0077ord"}
    reader = Reader(STRICT, "tool_call")
    spoken(reader, {"a": body}, "a", body, "choices[0].a")
    *_, plain = pieces_of(reader)
    assert plain.text == "q\nforbiddenword"
    assert plain.whole
    assert plain.key is None


@pytest.mark.parametrize(("index", "found"), [(2, 2), (None, 0), (True, 0), ("1", 0)])
def test_an_event_is_about_a_part(index: Any, found: int) -> None:
    assert index_in({"output_index": index}, "output_index") == found
    assert index_in({}) == 0


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [("", {}, ""), ("a", {}, "a"), ("", {"type": "a"}, "a"), ("a", {"type": "a"}, "a")],
)
def test_an_event_is_of_the_kind_that_it_says(name: str, data: dict[str, Any], kind: str) -> None:
    assert event_kind(name, data) == kind


@pytest.mark.parametrize("data", [{"type": "b"}, {"type": 5}])
def test_an_event_of_two_kinds_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        event_kind("a", data)
