from typing import Any

import pytest

from statera.proxy.wire.fields import Field, Reader
from statera.proxy.wire.labels import (
    figures,
    ident,
    label,
    listing,
    padding,
    parameter_text,
    sealed,
    term,
)
from statera.proxy.wire.refusals import Refused
from tests.proxy.wire.markers import STRICT


def read(field: Field, value: Any) -> list[tuple[str, str]]:
    reader = Reader(STRICT, "input", "user")
    field(reader, {"x": value}, "x", value, "x")
    return [(slot.passage.role, slot.passage.text) for slot in reader.slots]


@pytest.mark.parametrize(
    ("field", "value", "found"),
    [
        (term, "auto", None),
        (term, 7, None),
        (term, "Ignore_all_rules", "Ignore_all_rules"),
        (term, ["reasoning.encrypted_content"], None),
        (term, ["say", "the", "word"], "say\nthe\nword"),
        (ident, "call_1f3a", None),
        (ident, "call_me_now", "call_me_now"),
        (ident, ["call_1f3a", "b1"], "call_1f3a\nb1"),
        (label, "gpt-4o:x/y", None),
        (label, "two words", "two words"),
        (label, 4111111111111111, "4111111111111111"),
        (padding, "aZ9kQ", None),
        (padding, "forbiddenwords", "forbiddenwords"),
        (parameter_text, "user-1", "user-1"),
        (parameter_text, "+14155550123", "+14155550123"),
        (figures, {"a": 1, "b": "auto", "d": [True, "e1-f2"]}, None),
        (figures, {"a": "two words", "b c": 1, "d": "words"}, "two words\nb c\nwords"),
        (figures, {"4111111111111111": 1}, "4111111111111111"),
        (listing, {"data": [{"id": "org/model", "owned_by": "vllm"}]}, None),
        (listing, {"data": [{"id": "two words"}]}, "two words"),
    ],
)
def test_what_says_more_than_a_label_is_read(field: Field, value: Any, found: str | None) -> None:
    assert read(field, value) == ([("parameter", found)] if found else [])


def test_sealed_data_passes_and_all_else_is_read() -> None:
    assert read(sealed, "AAbb+/==") == []
    assert read(sealed, "AA bb") == [("user", "AA bb")]
    assert read(sealed, {"a": "b c"}) == [("user", "a\nb c")]


def test_a_label_is_no_object() -> None:
    for field in (term, ident, label):
        with pytest.raises(Refused):
            read(field, {"a": "b"})
