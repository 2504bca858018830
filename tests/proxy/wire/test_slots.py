import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.guard.policy import Policy
from statera.proxy.wire.fields import Reader, spoken, text
from statera.proxy.wire.refusals import Refused
from statera.proxy.wire.slots import Slot, passages, with_context, write, written
from statera.records.guarding import Edit, Passage


def slots_of(*said: tuple[str, str]) -> list[Slot]:
    body: list[Any] = [text for _, text in said]
    return [
        Slot(Passage(text=text, side="input", role=role), body, number)
        for number, (role, text) in enumerate(said)
    ]


def joined(value: Any) -> list[Slot]:
    reader = Reader(Policy(), "input")
    spoken(reader, {"value": value}, "value", value, "value")
    return reader.slots


def test_context_is_what_was_said_before_and_no_definition() -> None:
    slots = slots_of(("system", "a"), ("definition", "d"), ("user", "b"), ("assistant", "c"))
    assert [one.before for one in passages(with_context(slots, 2))] == [
        *((), (), ("a",)),
        ("a", "b"),
    ]
    assert [one.before for one in passages(with_context(slots, 1))][-1] == ("b",)
    assert all(not one.before for one in passages(with_context(slots, 0)))


def test_edits_are_made_in_place_in_any_order() -> None:
    slots = slots_of(("user", "call 555 or 777"), ("user", "mail me"))
    assert write(slots, [Edit(0, 12, 15, "[B]"), Edit(1, 0, 4, "[M]"), Edit(0, 5, 8, "[A]")])
    assert slots[0].holder == ["call [A] or [B]", "[M] me"]
    assert not write(slots, [])


def test_an_edit_over_several_texts_leaves_one_replacement() -> None:
    value = [{"text": "my number is 55"}, {"text": "5-1234, call"}]
    slots = joined(value)
    at = slots[0].passage.text.index("55")
    write(slots, [Edit(0, at, at + 9, "[PHONE]")])
    assert value == [{"text": "my number is [PHONE]"}, {"text": ", call"}]


def test_a_name_of_a_field_cannot_be_edited() -> None:
    value = {"ann@example.org": "x"}
    with pytest.raises(Refused) as refused:
        write(joined(value), [Edit(0, 0, 15, "[EMAIL]")])
    assert (refused.value.code, refused.value.param) == ("not_redactable", "value")


def test_edits_of_a_text_and_of_its_unescaped_form_do_not_collide() -> None:
    body = {"arguments": r'{"mail": "\u0061nn@example.org", "n": "555"}'}
    reader = Reader(Policy(), "tool_call")
    text(reader, body, "arguments", body["arguments"], "arguments")
    raw, plain = (slot.passage.text for slot in reader.slots)
    mail, rest = plain.index("ann@"), raw.index("nn@")
    number = raw.index("555")
    write(
        reader.slots,
        [
            Edit(1, mail, mail + 15, "[EMAIL]"),
            Edit(0, rest, rest + 14, "[EMAIL]"),
            Edit(0, number, number + 3, "[N]"),
        ],
    )
    assert body == {"arguments": '{"mail": "[EMAIL]", "n": "[N]"}'}


words = st.text(alphabet="abc \n", min_size=1, max_size=5)


@given(st.recursive(words, lambda inner: st.lists(inner, min_size=1, max_size=3)), st.data())
def test_taking_out_all_of_a_joined_passage_leaves_no_text(value: Any, data: st.DataObject) -> None:
    holder = {"value": copy.deepcopy(value)}
    reader = Reader(Policy(), "input")
    spoken(reader, holder, "value", holder["value"], "value")
    write(reader.slots, [Edit(0, 0, len(reader.slots[0].passage.text), "")])
    after = Reader(Policy(), "input")
    spoken(after, holder, "value", holder["value"], "value")
    assert after.slots == []


@pytest.mark.parametrize(
    ("value", "said"),
    [(4111111111111111.0, "4111111111111111"), (1e16, "1" + "0" * 16), (2.5, "2.5"), ("s", "s")],
)
def test_a_number_is_written_in_all_its_digits(value: object, said: str) -> None:
    assert written(value) == said


def test_what_is_read_in_another_way_is_not_context() -> None:
    one, two = slots_of(("user", "a"), ("user", "b"))
    found = with_context([one, one._replace(again=True), two], 5)
    assert found[-1].passage.before == ("a",)
