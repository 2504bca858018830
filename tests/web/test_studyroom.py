import asyncio

import pytest

from statera.errors import StoreError
from statera.records.live import Answered, Exposure, Feedback
from statera.web.studydesk import Stale, Turn, Unfit, View
from statera.web.studyroom import Busy, Report
from tests.web.studies_made import ANA, BEN, TASKS, World


def first_with_reference(world: World) -> str:
    task = world.desk.next(ANA.unit)
    assert task is not None
    return "Canberra" if task.reference else ""


async def ended(world: World, position: int, report: Report) -> View:
    await world.room.say(ANA, position, "hello")
    return await world.room.done(ANA, position, report)


def test_an_exposure_is_kept_before_the_model_is_asked_and_its_answer_after() -> None:
    world = World()

    async def talk() -> None:
        await world.room.agree(ANA)
        await world.room.say(ANA, 1, "hello")
        await world.room.say(ANA, 1, "and?")

    asyncio.run(talk())
    kinds = [type(fact).__name__ for fact in world.facts]
    assert kinds == ["Exposure", "Answered"] * 2
    exposure, answered = world.facts[:2]
    assert isinstance(exposure, Exposure)
    assert isinstance(answered, Answered)
    assert (exposure.arm, exposure.unit, exposure.slice) == ("warm-arm", 11, 0)
    assert (exposure.experiment, exposure.design) == ("secret-tone", "d" * 32)
    assert exposure.decision == answered.decision
    assert (answered.status, answered.seconds, answered.output_tokens) == (200, 0.5, 4)
    arm, earlier, text = world.asked[1]
    assert (arm, text) == ("warm-arm", "and?")
    assert earlier == (Turn(said="hello", reply="answer to hello"),)


def test_an_answer_that_fails_is_a_fault_and_can_be_asked_again() -> None:
    world = World()

    async def talk() -> View:
        await world.room.agree(BEN)
        return await world.room.say(BEN, 1, "fail")

    view = asyncio.run(talk())
    assert view.turns == (Turn(said="fail"),)
    answered = world.facts[-1]
    assert isinstance(answered, Answered)
    assert (answered.fault, answered.status) == (True, 502)
    exposure = world.facts[0]
    assert isinstance(exposure, Exposure)
    assert (exposure.entry, exposure.slice) == ("override", 1)


def test_what_a_person_says_of_a_task_is_a_report_of_its_last_answer() -> None:
    world = World()

    async def study() -> View:
        await world.room.agree(ANA)
        for position in (1, 2):
            answer = first_with_reference(world)
            await ended(world, position, Report(solved=True, rating=4, answer=answer))
        return await world.room.prefer(ANA, "yes")

    assert asyncio.run(study()).stage == "end"
    reports = [fact for fact in world.facts if isinstance(fact, Feedback)]
    values = {(one.outcome, one.value) for one in reports if one.outcome != "duration"}
    assert values == {("solved", 1.0), ("rating", 4.0), ("correct", 1.0), ("preference", 1.0)}
    assert [one.outcome for one in reports].count("duration") == len(TASKS)
    assert all(one.source == "study" for one in reports)
    decisions = {f.decision for f in world.facts if isinstance(f, Exposure)}
    assert {one.decision for one in reports} == decisions
    assert len({one.id for one in reports}) == len(reports)


def test_no_answer_to_a_task_that_has_one_is_wrong() -> None:
    world = World()

    async def study() -> None:
        await world.room.agree(ANA)
        for position in (1, 2):
            await ended(world, position, Report(solved=False))

    asyncio.run(study())
    correct = [f.value for f in world.facts if isinstance(f, Feedback) and f.outcome == "correct"]
    assert correct == [0.0]


def test_what_cannot_be_kept_does_not_move_the_study() -> None:
    world = World()

    async def study() -> None:
        await world.room.agree(ANA)
        await world.room.say(ANA, 1, "hello")
        world.away = True
        with pytest.raises(StoreError):
            await world.room.done(ANA, 1, Report(solved=True))
        with pytest.raises(StoreError):
            await world.room.say(ANA, 1, "again")
        with pytest.raises(StoreError):
            await world.room.withdraw(ANA)

    asyncio.run(study())
    view = world.room.view(ANA)
    assert (view.stage, view.position, len(view.turns)) == ("work", 1, 1)


def test_acts_that_do_not_fit_are_refused() -> None:
    world = World()

    async def study() -> None:
        await world.room.agree(ANA)
        with pytest.raises(Stale):
            await world.room.agree(ANA)
        with pytest.raises(Unfit, match="rating"):
            await world.room.done(ANA, 1, Report(solved=True, rating=9))
        with pytest.raises(Unfit, match="preference"):
            await world.room.prefer(ANA, "maybe")
        with pytest.raises(Stale):
            await world.room.prefer(ANA, "yes")
        with pytest.raises(Stale):
            await world.room.skip(ANA, 2)
        assert (await world.room.skip(ANA, 1)).position == 2

    asyncio.run(study())


def test_a_person_does_one_thing_at_a_time() -> None:
    world = World()

    async def study() -> None:
        await world.room.agree(ANA)
        found = await asyncio.gather(
            world.room.say(ANA, 1, "one"), world.room.say(ANA, 1, "two"), return_exceptions=True
        )
        assert isinstance(found[1], Busy)

    asyncio.run(study())


def test_who_withdraws_while_an_answer_is_under_way_leaves_nothing() -> None:
    world = World()

    async def study() -> View:
        await world.room.agree(ANA)
        return await world.room.say(ANA, 1, "I leave now")

    assert asyncio.run(study()).stage == "withdrawn"
    assert world.forgotten == [11, 11]  # once more for what was written meanwhile
    assert not any(isinstance(fact, Answered) for fact in world.facts)
