import pytest

from statera.web.studydesk import (
    LONGEST,
    PAUSE,
    TURNS,
    Entry,
    Stale,
    StudyDesk,
    StudyTask,
    Turn,
    Unfit,
)

ANA, BEN = 11, 12
TASKS = [
    StudyTask(id="t1", task="Find the capital.", reference="Canberra"),
    StudyTask(id="t2", task="Write a letter."),
    StudyTask(id="t3", task="Add.", reference="5", check="number"),
]


class Kept(list[Entry]):
    def __call__(self, entry: Entry) -> None:
        self.append(entry)


def desk(kept: Kept | None = None, entries: list[Entry] | None = None) -> StudyDesk:
    return StudyDesk((ANA, BEN), TASKS, kept if kept is not None else Kept(), entries or [])


def talk(one: StudyDesk, person: int, *, at: float, decision: int = 7) -> None:
    task = one.sayable(person, one.view(person).position, "hello")
    one.say(person, task, "hello", decision=decision, at=at)
    one.reply(person, task, "hi", at=at + 1)


def through(one: StudyDesk, person: int) -> None:
    """Agree, and end every task."""
    one.agree(person, 0.0)
    for at in (10.0, 20.0, 30.0):
        talk(one, person, at=at, decision=int(at))
        ended = one.ending(person, one.view(person).position, at=at + 5)
        one.done(person, ended, Entry(person=person, kind="done", at=at + 5, solved=True))


def test_a_person_agrees_first_and_everybody_has_an_order_of_their_own() -> None:
    one = desk()
    assert one.view(ANA).stage == "agree"
    with pytest.raises(Stale):
        one.sayable(ANA, 0, "hello")
    one.agree(ANA, 1.0)
    assert (one.view(ANA).stage, one.view(ANA).position, one.view(ANA).total) == ("work", 1, 3)
    assert sorted(one.order(ANA)) == ["t1", "t2", "t3"]
    many = StudyDesk(range(40), TASKS, Kept(), [])
    assert len({tuple(many.order(person)) for person in range(40)}) == 6


def test_a_conversation_has_only_what_was_answered() -> None:
    one = desk()
    one.agree(ANA, 0.0)
    task = one.sayable(ANA, 1, "one")
    one.say(ANA, task, "one", decision=1, at=1.0)
    one.reply(ANA, task, None, at=2.0)
    one.say(ANA, task, "two", decision=2, at=3.0)
    one.reply(ANA, task, "yes", at=4.0)
    assert one.conversation(ANA, task) == (Turn(said="two", reply="yes"),)
    assert one.view(ANA).turns == (Turn(said="one"), Turn(said="two", reply="yes"))


def test_what_cannot_be_said_is_told() -> None:
    one = desk()
    one.agree(ANA, 0.0)
    for text in ("", "  \n", "x" * (LONGEST + 1)):
        with pytest.raises(Unfit, match="1 to 20,000"):
            one.sayable(ANA, 1, text)
    with pytest.raises(Stale):
        one.sayable(ANA, 2, "hello")
    with pytest.raises(Unfit, match="ask the assistant first"):
        one.ending(ANA, 1, at=1.0)
    for number in range(TURNS):
        talk(one, ANA, at=float(number))
    with pytest.raises(Unfit, match="at most 50"):
        one.sayable(ANA, 1, "more")


def test_the_time_of_a_task_counts_a_long_pause_as_a_short_one() -> None:
    one = desk()
    one.agree(ANA, 100.0)
    talk(one, ANA, at=110.0)
    assert one.ending(ANA, 1, at=130.0).seconds == 30.0
    assert one.ending(ANA, 1, at=100_000.0).seconds == 11.0 + PAUSE


def test_a_study_ends_with_what_is_preferred_and_goes_on_after_a_kill() -> None:
    kept = Kept()
    one = desk(kept)
    through(one, ANA)
    assert one.view(ANA).stage == "prefer"
    assert one.last(ANA) == 30
    again = desk(entries=list(kept))
    assert again.view(ANA) == one.view(ANA)
    one.prefer(ANA, 0.5, 50.0)
    assert one.view(ANA).stage == "end"
    with pytest.raises(Stale):
        one.last(ANA)
    assert desk(entries=list(kept)).view(ANA).stage == "end"
    assert one.view(BEN).stage == "agree"


def test_tasks_may_be_skipped_and_who_tried_nothing_is_asked_nothing() -> None:
    one = desk()
    one.agree(ANA, 0.0)
    for position in (1, 2, 3):
        one.skip(ANA, position, 1.0)
    assert one.view(ANA).stage == "end"


def test_a_person_who_withdraws_is_known_no_more() -> None:
    kept = Kept()
    one = desk(kept)
    through(one, ANA)
    one.withdraw(ANA, 60.0)
    assert one.view(ANA).stage == "withdrawn"
    left = Entry(person=ANA, kind="withdrawn", at=60.0)
    assert desk(entries=[left]).view(ANA).stage == "withdrawn"


def test_entries_of_other_people_and_tasks_are_none_of_this_study() -> None:
    gone = [Entry(person=99, kind="agreed", at=0.0),
            Entry(person=ANA, kind="done", at=0.0, task="old")]  # fmt: skip
    assert desk(entries=gone).view(ANA).position == 0


def test_what_is_shown_names_no_task_and_no_person() -> None:
    one = desk()
    one.agree(ANA, 0.0)
    shown = repr(one.view(ANA))
    assert not any(secret in shown for secret in ("t1", "t2", "t3", "Canberra", str(ANA)))
