import json

from statera.proxy.sessionchannel import Channel
from statera.proxy.sessionchecks import Check, Names, check_of, edits_of, passages_of
from statera.proxy.wire.slots import Piece
from statera.records.guarding import Decision, Edit
from tests.proxy.streams import SMALL


def due(text: str, *, encoded: bool) -> Check:
    channel = Channel(Piece("p", "tool_call", "assistant", "", {}, "", encoded=encoded), SMALL)
    channel.feed(text)
    assert encoded is (check_of(channel) is None)
    channel.text.pause()
    check = check_of(channel)
    assert check is not None
    return check


def decision(*edits: Edit) -> Decision:
    return Decision(id="d", policy="p", outcome="redact", would="redact", edits=edits)


CHECKS = (
    due(r'{"a": "\u0062omb"}', encoded=True),
    due(r"C:\u0062" + " word" * 20, encoded=False),
    due('{"a": 1}', encoded=True),
)


def test_escapes_are_checked_raw_and_read_where_there_are_any() -> None:
    passages = passages_of(CHECKS, ("before",), ("guarded",))
    assert [one.text[:11] for one in passages] == [
        r'{"a": "\u00',
        '{"a": "bomb',
        r"C:\u0062 wo",
        '{"a": 1}',
    ]
    assert {one.before for one in passages} == {("before",)}
    assert {one.guarded for one in passages} == {("guarded",)}


def test_escapes_within_escapes_are_read_too() -> None:
    check = due(json.dumps({"a": r'{"b": "\u0062omb"}'}), encoded=True)
    said = [one.text for one in passages_of((check,))]
    assert said[1:] == [r'{"a": "{"b": "\u0062omb"}"}', '{"a": "{"b": "bomb"}"}']
    at = said[-1].index("bomb")
    ((_, (edit,)),) = edits_of((check,), decision(Edit(2, at, at + 4, "[X]")))
    assert check.window.text[edit.start : edit.end] == r"\\u0062omb"


def test_edits_come_back_to_the_windows_that_they_were_found_in() -> None:
    found = edits_of(
        CHECKS, decision(Edit(1, 7, 9, "[X]"), Edit(2, 0, 2, "[Y]"), Edit(3, 1, 2, ""))
    )
    assert [edits for _, edits in found] == [
        [Edit(0, 7, 14, "[X]")],
        [Edit(0, 0, 2, "[Y]")],
        [Edit(0, 1, 2, "")],
    ]


def test_a_window_that_was_cut_by_force_is_told() -> None:
    check = CHECKS[0]._replace(window=CHECKS[0].window._replace(cut=True))
    assert [one.cut for one in passages_of((check, CHECKS[2]))] == [True, True, False]


def test_the_same_found_raw_and_read_is_one_edit() -> None:
    ((_, edits),) = edits_of(CHECKS[:1], decision(Edit(0, 7, 16, "[A]"), Edit(1, 7, 11, "[B]")))
    assert len(edits) == 1


def test_values_return_where_nothing_else_is_changed() -> None:
    names = Names({"[A_1]": 'x"y', "[A_11]": "z"})
    assert names.edits("[A_11] [A_1] [A_2]", escaped=False) == [
        Edit(0, 0, 6, "z"),
        Edit(0, 7, 12, 'x"y'),
    ]
    assert names.edits("[A_1]", escaped=True) == [Edit(0, 0, 5, r"x\"y")]
    check = due('{"a": "[A_1] [A_11]"}', encoded=True)
    taken = [Edit(0, 5, 9, "[X]")]
    assert names.added(check, taken) == [*taken, Edit(0, 13, 19, "z")]
    assert Names({}).added(check, taken) == taken
