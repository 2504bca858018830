"""A study room with everything that it reaches out to in memory."""

import asyncio
from collections.abc import Sequence

from statera.errors import StoreError
from statera.records.live import Fact
from statera.records.responses import Failure, Response, Usage
from statera.web.studydesk import Entry, StudyDesk, StudyTask, Turn
from statera.web.studyroom import Person, Room, Study, Ways

ANA = Person(token="a" * 32, unit=11, arm="warm-arm", slice=0)
BEN = Person(token="b" * 32, unit=12, arm="base-arm", slice=1, entry="override")
TASKS = [
    StudyTask(id="task-capital", task="Find the capital.", reference="Canberra"),
    StudyTask(id="task-letter", task="Write a <b>letter</b>."),
]
STUDY = Study(experiment="secret-tone", digest="d" * 32, key=b"k", title="Study <i>x</i>")


class Ticking:
    """A clock of which every look takes a second."""

    def __init__(self) -> None:
        self.at = 0.0

    def now(self) -> float:
        self.at += 1.0
        return self.at

    def monotonic(self) -> float:
        return self.at


class World:
    """What a room keeps, asks and forgets."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.asked: list[tuple[str, tuple[Turn, ...], str]] = []
        self.entries: list[Entry] = []
        self.forgotten: list[int] = []
        self.away = False
        self.desk = StudyDesk((ANA.unit, BEN.unit), TASKS, self.entries.append)
        ways = Ways(ask=self.ask, keep=self.keep, grade=self.grade, forget=self.forget)
        self.room = Room(STUDY, self.desk, ways, Ticking())

    async def ask(self, arm: str, earlier: Sequence[Turn], text: str) -> Response:
        self.asked.append((arm, tuple(earlier), text))
        await asyncio.sleep(0)
        if "fail" in text:
            return Response(failure=Failure(kind="infra", message="overloaded", status=503))
        if "leave" in text:
            await self.room.withdraw(ANA)
        usage = Usage(prompt_tokens=3, completion_tokens=4)
        return Response(text=f"answer to {text}", seconds=0.5, usage=usage)

    async def keep(self, facts: Sequence[Fact]) -> None:
        if self.away:
            raise StoreError("the database is away")
        self.facts += facts

    def grade(self, task: StudyTask, answer: str) -> float:
        return float(answer == task.reference)

    async def forget(self, person: Person, withdrawn: Entry) -> None:
        if self.away:
            raise StoreError("the database is away")
        self.forgotten.append(person.unit)
