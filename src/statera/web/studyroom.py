"""Where people and the models of their arms meet: what is said, answered, and recorded of it.

    room = Room(study, desk, ask, keep, clock)
    await room.say(person, 1, "Where is it?")     # Exposure before, Answered after the answer

Everything that the analysis reads is written as live facts: an exposure and an answer a message,
and a report an outcome (`solved`, `duration`, `rating`, `correct`, `preference`) of a task's last
answer. The arm is the unit's; nothing that a page is sent says which.
"""

import secrets
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from statera.protocols import Clock
from statera.records import live
from statera.records.live import Answered, Exposure, Fact, Feedback, identifier
from statera.records.responses import Response
from statera.web.studydesk import (
    PREFERENCES,
    RATINGS,
    Ended,
    Entry,
    Stale,
    StudyDesk,
    StudyTask,
    Turn,
    Unfit,
    View,
)

_OK, _BAD = 200, 502


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A unit of the study: its secret address, its number, and where the hash put it."""

    token: str
    unit: int
    arm: str
    slice: int
    entry: live.Entry = "assigned"


class Study(msgspec.Struct, frozen=True, kw_only=True):
    """What all facts of a study share: experiment, the design's digest, the key of report ids."""

    experiment: str
    digest: str
    key: bytes
    title: str = "User study"


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a person says at the end of a task."""

    solved: bool
    rating: int | None = None
    answer: str = ""


class Ways(msgspec.Struct, frozen=True, kw_only=True):
    """How a room reaches out.

    `ask` puts a conversation and a new message to an arm's model; a failure is a value. `keep`
    writes facts, whole or not at all (StoreError). `grade` says whether an answer is right, in
    [0, 1], None where that cannot be told. `forget` takes a person out of the live store, with the
    fact that counts them, and out of the journal.
    """

    ask: Callable[[str, Sequence[Turn], str], Awaitable[Response]]
    keep: Callable[[Sequence[Fact]], Awaitable[None]]
    grade: Callable[[StudyTask, str], float | None]
    forget: Callable[[Person, Entry], Awaitable[None]]


class Busy(Exception):
    """The person's last act is still under way, perhaps in another window."""


class Room:
    """One study under way; one act of a person at a time."""

    def __init__(self, study: Study, desk: StudyDesk, ways: Ways, clock: Clock) -> None:
        self.study = study
        self._desk = desk
        self._ways = ways
        self._clock = clock
        self._busy: set[int] = set()
        self._leaving: set[int] = set()

    def view(self, person: Person) -> View:
        """Return what the person sees now."""
        return self._desk.view(person.unit)

    async def agree(self, person: Person) -> View:
        """Keep that a person agreed."""
        if self.view(person).stage != "agree":
            raise Stale
        self._desk.agree(person.unit, self._clock.now())
        return self.view(person)

    async def say(self, person: Person, position: int, text: str) -> View:
        """Put a message to the arm's model and return the conversation with its answer."""
        with _Turn(self._busy, person.unit):
            task = self._desk.sayable(person.unit, position, text)
            earlier = self._desk.conversation(person.unit, task)
            at, decision = self._clock.now(), _decision()
            await self._ways.keep([self._exposure(person, decision, at)])
            self._desk.say(person.unit, task, text, decision=decision, at=at)
            response = await self._ways.ask(person.arm, earlier, text)
            answered = _answered(decision, self._clock.now(), person.arm, response)
            if not self._left(person):
                await self._ways.keep([answered])
            if self._left(person):
                return await self.withdraw(person)
            said = None if answered.fault else response.text or ""
            self._desk.reply(person.unit, task, said, at=answered.at)
            return self.view(person)

    async def done(self, person: Person, position: int, report: Report) -> View:
        """Keep what a person says of a task, and return the next one."""
        if report.rating is not None and report.rating not in RATINGS:
            raise Unfit(f"a rating is one of {', '.join(map(str, RATINGS))}")
        with _Turn(self._busy, person.unit):
            at = self._clock.now()
            ended = self._desk.ending(person.unit, position, at=at)
            await self._ways.keep(self._reports(person, ended, report, at))
            if self._left(person):
                return await self.withdraw(person)
            act = Entry(person=person.unit, kind="done", at=at, text=report.answer,
                      solved=report.solved, rating=report.rating)  # fmt: skip
            self._desk.done(person.unit, ended, act)
            return self.view(person)

    async def skip(self, person: Person, position: int) -> View:
        """Pass over a task that the person does not want."""
        with _Turn(self._busy, person.unit):
            self._desk.skip(person.unit, position, self._clock.now())
            return self.view(person)

    async def prefer(self, person: Person, choice: str) -> View:
        """Keep whether the person prefers the assistant to their usual way."""
        if choice not in PREFERENCES:
            raise Unfit(f"a preference is one of {', '.join(PREFERENCES)}")
        with _Turn(self._busy, person.unit):
            at, decision = self._clock.now(), self._desk.last(person.unit)
            value = PREFERENCES[choice]
            await self._ways.keep([self._report(person, "", "preference", value, decision, at)])
            if self._left(person):
                return await self.withdraw(person)
            self._desk.prefer(person.unit, value, at)
            return self.view(person)

    async def withdraw(self, person: Person) -> View:
        """Take out all that was recorded of a person; that somebody withdrew is counted."""
        at = self._clock.now()
        self._leaving.add(person.unit)
        try:
            await self._ways.forget(person, Entry(person=person.unit, kind="withdrawn", at=at))
            self._desk.withdraw(person.unit, at)
        finally:
            self._leaving.discard(person.unit)
        return self.view(person)

    def _left(self, person: Person) -> bool:
        """Return whether the person withdrew while something of theirs was under way."""
        return person.unit in self._leaving or self.view(person).stage == "withdrawn"

    def _exposure(self, person: Person, decision: int, at: float) -> Exposure:
        return Exposure(
            decision=decision,
            experiment=self.study.experiment,
            unit=person.unit,
            arm=person.arm,
            slice=person.slice,
            at=at,
            entry=person.entry,
            design=self.study.digest,
        )

    def _reports(self, person: Person, ended: Ended, report: Report, at: float) -> list[Feedback]:
        found: dict[str, float | None] = {
            "solved": float(report.solved),
            "duration": ended.seconds,
            "rating": report.rating,
            "correct": None if ended.task.reference is None else self._graded(ended, report),
        }
        return [
            self._report(person, ended.task.id, outcome, float(value), ended.decision, at)
            for outcome, value in found.items()
            if value is not None
        ]

    def _graded(self, ended: Ended, report: Report) -> float | None:
        return self._ways.grade(ended.task, report.answer) if report.answer.strip() else 0.0

    def _report(
        self, person: Person, task: str, outcome: str, value: float, decision: int, at: float
    ) -> Feedback:
        named = f"{self.study.experiment}\n{person.unit}\n{task}\n{outcome}"
        return Feedback(
            id=identifier(self.study.key, "study", named),
            at=at,
            outcome=outcome,
            value=value,
            decision=decision,
            source="study",
        )


class _Turn:
    """One act of one person: another that comes meanwhile is Busy."""

    def __init__(self, busy: set[int], person: int) -> None:
        self._busy, self._person = busy, person

    def __enter__(self) -> None:
        if self._person in self._busy:
            raise Busy
        self._busy.add(self._person)

    def __exit__(self, *_: object) -> None:
        self._busy.discard(self._person)


def _decision() -> int:
    return secrets.randbits(64) - 2**63


def _answered(decision: int, at: float, arm: str, response: Response) -> Answered:
    failure, usage = response.failure, response.usage
    fault = failure is not None and failure.kind == "infra"
    return Answered(
        decision=decision,
        at=at,
        arm=arm,
        status=_BAD if failure is not None else _OK,
        seconds=response.seconds,
        first=response.first_token_seconds,
        input_tokens=None if usage is None else usage.prompt_tokens,
        output_tokens=None if usage is None else usage.completion_tokens,
        cost=response.cost,
        fault=fault,
    )
