"""What each person of a user study did, and what is next for them; pure but for its journal.

    desk = StudyDesk(people, tasks, journal.append, entries, seed=0)
    view = desk.view(person)                      # what the page shows; it names no arm and no task

All that the desk knows follows from its entries: a study that was ended or killed goes on where it
was. Times are seconds since 1970 UTC.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Literal

import msgspec

from statera.seeds import unit

PAUSE = 600.0
"""Seconds: a pause between two acts counts at most so much of the time that a task took."""
TURNS = 50
LONGEST = 20_000
RATINGS = (1, 2, 3, 4, 5)
PREFERENCES = {"yes": 1.0, "same": 0.5, "no": 0.0}

Kind = Literal["agreed", "opened", "said", "replied", "failed", "done", "skipped", "preferred",
               "withdrawn"]  # fmt: skip
Stage = Literal["agree", "work", "prefer", "end", "withdrawn"]


class StudyTask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What people are asked to get done. With a `reference` they give an answer, which is checked.

    `check`: `exact` (but for case, space and punctuation), `contains`, or `number`. `accepted` are
    references that count too.
    """

    id: str
    task: str
    reference: str | None = None
    accepted: tuple[str, ...] = ()
    check: Literal["exact", "contains", "number"] = "exact"


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One act of a person, known by the number of its unit; never by a name."""

    person: int
    kind: Kind
    at: float
    task: str = ""
    text: str = ""
    decision: int | None = None
    solved: bool | None = None
    rating: int | None = None
    preferred: float | None = None


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """What a person said, and the answer; None where there is none (yet)."""

    said: str
    reply: str | None = None


class View(msgspec.Struct, frozen=True, kw_only=True):
    """What a person sees now; `asks` whether an answer is wanted, `tried` whether they may end."""

    stage: Stage
    position: int
    total: int
    task: str = ""
    turns: tuple[Turn, ...] = ()
    asks: bool = False
    tried: bool = False


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """A task that was ended: the last decision in it, and the seconds that it took."""

    task: StudyTask
    decision: int
    seconds: float


class Stale(Exception):
    """The page shows another task than the one that is next: it was dealt with elsewhere."""


class Unfit(Exception):
    """What was sent cannot be: why."""


class _Past:
    """What one person did."""

    def __init__(self) -> None:
        self.agreed = self.preferred = self.withdrawn = False
        self.over: set[str] = set()
        self.turns: dict[str, list[Turn]] = {}
        self.times: dict[str, list[float]] = {}
        self.decisions: dict[str, list[int]] = {}

    def add(self, entry: Entry) -> None:
        self.agreed |= entry.kind == "agreed"
        self.preferred |= entry.kind == "preferred"
        self.withdrawn |= entry.kind == "withdrawn"
        if not entry.task:
            return
        self.times.setdefault(entry.task, []).append(entry.at)
        turns = self.turns.setdefault(entry.task, [])
        if entry.kind == "said":
            turns.append(Turn(said=entry.text))
            self.decisions.setdefault(entry.task, []).append(entry.decision or 0)
        elif entry.kind == "replied":
            turns[-1] = Turn(said=turns[-1].said, reply=entry.text)
        elif entry.kind in ("done", "skipped"):
            self.over.add(entry.task)

    def seconds(self, task: str, now: float) -> float:
        times = [*self.times.get(task, []), now]
        return sum(min(PAUSE, max(0.0, b - a)) for a, b in pairwise(times))


class StudyDesk:
    """Who did what, of which tasks. The sink keeps an entry before anything moves on."""

    def __init__(
        self,
        people: Iterable[int],
        tasks: Sequence[StudyTask],
        sink: Callable[[Entry], None],
        entries: Iterable[Entry] = (),
        *,
        seed: int = 0,
    ) -> None:
        self._tasks = {task.id: task for task in tasks}
        self._sink = sink
        self._seed = seed
        self._past = {person: _Past() for person in people}
        for entry in entries:
            if entry.person in self._past and entry.task in ("", *self._tasks):
                self._past[entry.person].add(entry)

    def view(self, person: int) -> View:
        """Return what the person sees now."""
        past, order = self._past[person], self.order(person)
        task = self.next(person)
        over = len(past.over)
        if past.withdrawn or not past.agreed:
            stage: Stage = "withdrawn" if past.withdrawn else "agree"
            return View(stage=stage, position=0, total=len(order))
        if task is None:
            ended = past.preferred or not any(past.decisions.values())
            return View(stage="end" if ended else "prefer", position=over, total=len(order))
        return View(
            stage="work",
            position=over + 1,
            total=len(order),
            task=task.task,
            turns=tuple(past.turns.get(task.id, ())),
            asks=task.reference is not None,
            tried=bool(past.decisions.get(task.id)),
        )

    def order(self, person: int) -> list[str]:
        """Return the tasks in the person's own order, the same each time."""
        return sorted(self._tasks, key=lambda task: unit("study", self._seed, person, task))

    def next(self, person: int) -> StudyTask | None:
        """Return the person's next task, None when all were dealt with."""
        over = self._past[person].over
        return next((self._tasks[t] for t in self.order(person) if t not in over), None)

    def agree(self, person: int, at: float) -> None:
        """Keep that the person agreed to take part; their first task is open."""
        if not self._past[person].agreed:
            self._keep(Entry(person=person, kind="agreed", at=at))
        self._open(person, at)

    def sayable(self, person: int, position: int, text: str) -> StudyTask:
        """Return the task to which a message belongs. Stale, or Unfit for no text or too much."""
        task = self.expected(person, position)
        if not text.strip() or len(text) > LONGEST:
            raise Unfit(f"a message has 1 to {LONGEST:,} characters")
        if len(self._past[person].turns.get(task.id, ())) >= TURNS:
            raise Unfit(f"a task has at most {TURNS} messages")
        return task

    def say(self, person: int, task: StudyTask, text: str, *, decision: int, at: float) -> None:
        """Keep what a person says to the model."""
        entry = Entry(person=person, kind="said", at=at, task=task.id, text=text, decision=decision)
        self._keep(entry)

    def reply(self, person: int, task: StudyTask, text: str | None, *, at: float) -> None:
        """Keep what the model answered; None where it did not."""
        kind: Kind = "failed" if text is None else "replied"
        self._keep(Entry(person=person, kind=kind, at=at, task=task.id, text=text or ""))

    def conversation(self, person: int, task: StudyTask) -> tuple[Turn, ...]:
        """Return the turns that were answered, in order."""
        turns = self._past[person].turns.get(task.id, ())
        return tuple(turn for turn in turns if turn.reply is not None)

    def ending(self, person: int, position: int, *, at: float) -> Ended:
        """Return what is known of the task that is about to end. Stale; Unfit for one untried."""
        task, past = self.expected(person, position), self._past[person]
        decisions = past.decisions.get(task.id)
        if not decisions:
            raise Unfit("ask the assistant first, or skip this task")
        return Ended(task=task, decision=decisions[-1], seconds=past.seconds(task.id, at))

    def done(self, person: int, ended: Ended, entry: Entry) -> None:
        """Keep what a person said of a task; the next one is open."""
        self._keep(msgspec.structs.replace(entry, person=person, kind="done", task=ended.task.id))
        self._open(person, entry.at)

    def skip(self, person: int, position: int, at: float) -> None:
        """Pass over the task; the next one is open."""
        task = self.expected(person, position)
        self._keep(Entry(person=person, kind="skipped", at=at, task=task.id))
        self._open(person, at)

    def last(self, person: int) -> int:
        """Return the last decision of a person who is asked what they prefer; Stale otherwise."""
        if self.view(person).stage != "prefer":
            raise Stale
        decisions = self._past[person].decisions
        return next(decisions[t][-1] for t in reversed(self.order(person)) if decisions.get(t))

    def prefer(self, person: int, value: float, at: float) -> None:
        """Keep what the person prefers."""
        self._keep(Entry(person=person, kind="preferred", at=at, preferred=value))

    def withdraw(self, person: int, at: float) -> None:
        """Forget the person but for that they withdrew; the journal forgets by itself."""
        past = self._past[person] = _Past()
        past.add(Entry(person=person, kind="withdrawn", at=at))

    def expected(self, person: int, position: int) -> StudyTask:
        """Return the task that is next; Stale when the page shows another one, or none."""
        view, task = self.view(person), self.next(person)
        if task is None or view.stage != "work" or view.position != position:
            raise Stale
        return task

    def _open(self, person: int, at: float) -> None:
        task = self.next(person)
        if task is not None and task.id not in self._past[person].times:
            self._keep(Entry(person=person, kind="opened", at=at, task=task.id))

    def _keep(self, entry: Entry) -> None:
        self._sink(entry)
        self._past[entry.person].add(entry)
