import msgspec
import pytest

from statera.interop.labels import Label, standing
from statera.web.desk import PAIR_CHOICES, Choice, Desk, Sheet, Stale, Thing, Unfit, View

SINGLE = Sheet(
    title="Grade",
    question="How good?",
    choices=tuple(Choice(value=str(v), name=str(v), key=str(v)) for v in range(1, 6)),
    run="run",
)
PAIRS = Sheet(
    title="Compare", question="Which?", choices=PAIR_CHOICES, pairs=True, run="run", against="other"
)


def things(count: int, *, pairs: bool = False) -> list[Thing]:
    return [
        Thing(
            place=("t", f"item {i}", 0),
            prompt=f"prompt {i}",
            replies=(f"ours {i}", f"theirs {i}") if pairs else (f"reply {i}",),
            reference=f"ideal {i}",
            probability=0.5,
        )
        for i in range(count)
    ]


class Kept(list[Label]):
    def __call__(self, label: Label) -> None:
        self.append(label)


def all_labelled(desk: Desk, labeller: str, choice: str) -> list[View]:
    """Label everything, and return what was seen."""
    seen = []
    while (view := desk.view(labeller)).position is not None:
        seen.append(view)
        desk.choose(labeller, view.position, choice)
    return seen


def test_a_label_is_kept_with_all_that_is_known_of_it() -> None:
    kept = Kept()
    desk = Desk(things(3), SINGLE, kept)
    view = desk.view("ana")
    assert (view.position, view.total, view.done, view.undoable) == (1, 3, 0, False)
    after = desk.choose("ana", 1, "4", seconds=2.5)
    assert (after.position, after.done, after.undoable) == (2, 1, True)
    assert kept == [
        Label(
            task="t",
            id=view.prompt.replace("prompt", "item"),
            label="4",
            labeller="ana",
            probability=0.5,
            seconds=2.5,
            run="run",
        )
    ]


def test_everybody_has_an_order_of_their_own_the_same_each_time() -> None:
    orders = {
        name: [v.prompt for v in all_labelled(Desk(things(12), SINGLE, Kept()), name, "3")]
        for name in ("ana", "ben", "ana")
    }
    again = [v.prompt for v in all_labelled(Desk(things(12), SINGLE, Kept()), "ana", "1")]
    assert orders["ana"] == again
    assert orders["ana"] != orders["ben"]
    assert sorted(orders["ana"]) == sorted(orders["ben"])


def test_the_sides_of_a_pair_are_mixed_and_labels_name_the_run_whatever_the_side() -> None:
    kept = Kept()
    desk = Desk(things(40, pairs=True), PAIRS, kept)
    while (view := desk.view("ana")).position is not None:
        desk.choose("ana", view.position, "left" if view.replies[0].startswith("ours") else "right")
    assert {label.label for label in kept} == {"A"}
    assert 10 < sum(label.shown == "ab" for label in kept) < 30
    assert {(label.run, label.against) for label in kept} == {("run", "other")}


def test_always_the_left_is_no_preference_for_a_run() -> None:
    kept = Kept()
    all_labelled(Desk(things(40, pairs=True), PAIRS, kept), "ana", "left")
    assert {label.label for label in kept} == {"A", "B"}
    ties = Kept()
    all_labelled(Desk(things(3, pairs=True), PAIRS, ties), "ana", "tie")
    assert {label.label for label in ties} == {"TIE"}


def test_a_page_that_was_killed_goes_on_where_it_was() -> None:
    kept = Kept()
    desk = Desk(things(5), SINGLE, kept)
    desk.choose("ana", 1, "4")
    desk.skip("ana", 2)
    desk.choose("ben", 1, "2")
    before = desk.view("ana")
    assert (before.position, before.done, before.skipped) == (3, 1, 1)
    assert Desk(things(5), SINGLE, Kept(), list(kept)).view("ana") == before


def test_undo_takes_back_the_last_act_and_shows_it_again() -> None:
    kept = Kept()
    desk = Desk(things(4), SINGLE, kept)
    first = desk.view("ana")
    desk.choose("ana", 1, "4")
    desk.choose("ana", 2, "4")
    assert desk.undo("ana").position == 2
    assert desk.undo("ana") == first
    assert desk.undo("ana") == first
    desk.choose("ana", 1, "1")
    assert Desk(things(4), SINGLE, Kept(), list(kept)).view("ana").position == 2
    assert [(x.id, x.label) for x in standing(kept)] == [
        (first.prompt.replace("prompt", "item"), "1")
    ]


def test_an_undone_thing_is_next_even_where_others_come_before_it() -> None:
    desk = Desk(things(4), SINGLE, Kept())
    desk.skip("ana", 1)
    for position in (2, 3, 4):
        desk.choose("ana", position, "3")
    assert desk.view("ana").position is None
    assert desk.again("ana").position == 1
    assert desk.undo("ana").position == 4


def test_what_was_skipped_comes_again_when_asked_for() -> None:
    kept = Kept()
    desk = Desk(things(4), SINGLE, kept)
    for position in (1, 2, 3, 4):
        if position % 2:
            desk.skip("ana", position)
        else:
            desk.choose("ana", position, "3")
    end = desk.view("ana")
    assert (end.position, end.done, end.skipped, end.prompt) == (None, 2, 2, "")
    assert desk.again("ana").position == 1
    assert desk.choose("ana", 1, "5").position == 3
    assert desk.choose("ana", 3, "5").position is None
    assert Desk(things(4), SINGLE, Kept(), list(kept)).view("ana").done == 4
    assert len(standing(kept)) == 4


def test_only_the_thing_that_is_next_can_be_labelled_and_only_with_a_choice() -> None:
    kept = Kept()
    desk = Desk(things(2), SINGLE, kept)
    for position in (0, 2, None):
        with pytest.raises(Stale):
            desk.choose("ana", position, "4")
        with pytest.raises(Stale):
            desk.skip("ana", position)
    for choice in ("6", "left", ""):
        with pytest.raises(Unfit):
            desk.choose("ana", 1, choice)
    assert kept == []


def test_a_label_that_cannot_be_kept_does_not_move_the_page() -> None:
    def full(_: Label) -> None:
        raise OSError(28, "No space left on device")

    desk = Desk(things(2), SINGLE, full)
    with pytest.raises(OSError, match="No space"):
        desk.choose("ana", 1, "4")
    assert desk.view("ana").position == 1


def test_entries_of_other_things_and_criteria_are_none_of_this_desk() -> None:
    other = [
        Label(task="t", id="item 0", label="4", labeller="ana", criterion="tone"),
        Label(task="t", id="gone", label="4", labeller="ana"),
    ]
    assert Desk(things(2), SINGLE, Kept(), other).view("ana").done == 0


def test_what_is_shown_names_no_run_and_no_item() -> None:
    view = Desk(things(1, pairs=True), PAIRS, Kept()).view("ana")
    assert set(msgspec.to_builtins(view)) == {
        "position",
        "total",
        "done",
        "skipped",
        "undoable",
        "prompt",
        "replies",
        "reference",
    }
