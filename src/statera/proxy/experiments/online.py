"""What the text of an answer tells, read in a thread, so that no request waits for it.

    reader = Reader(put, loop, hashing)
    reader.take(Job(answered, asked, said, api, reading))
    reader.close()

A thread takes what has gathered, reads the replies (a stream as far as it was kept) and hands the
facts to the event loop. What it cannot keep up with is recorded without what its text would tell.
A reply that the guard blocked has no text of the model's that anybody saw, and is not read.
"""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from time import sleep
from typing import NamedTuple

import msgspec
from msgspec import structs

from statera.codec.strict import convert
from statera.errors import DeclarationError, unknown
from statera.experiment.design import Design, Online
from statera.guard.policy import Policy
from statera.protocols import Clock, Scorer
from statera.proxy.documents import decode
from statera.proxy.sse import DONE, Splitter, SseFault
from statera.proxy.wire.api import Api
from statera.proxy.wire.refusals import Refused
from statera.records.guarding import Passage
from statera.records.live import Answered, Fact, OnlineScore
from statera.records.requests import Chat
from statera.records.responses import Response
from statera.records.samples import Sample
from statera.records.trials import Exchange, Trial
from statera.scorers.catalogue import scorer_types
from statera.scorers.reading.refusals.classifier import chances

logger = logging.getLogger("statera.guard")

REFUSAL = "refusal"
MOST_READ = 2**12
"""Characters of a reply, and of what was asked, that are read for refusals: they stand early."""
MOST_STREAM = 2**18
"""Bytes of a stream that are kept until it is read."""

_READY = ("json_valid",)
_GATHER = 0.05
_MOST_JOBS = 4096
_MOST_HELD = 2**26  # characters and bytes of replies that wait to be read
_LONGEST_EVENT = 2**20
_CLOSING = 5.0
_OPEN = Policy(unknown_fields="allow")
_SILENT = ("reasoning", "thinking", "summary", "annotations", "citations")


class Reading(NamedTuple):
    """What is read of the answers of one request: refusals, the text's hash, scorers by name."""

    refusal: bool = False
    hashed: bool = False
    scorers: tuple[tuple[str, Scorer], ...] = ()

    def __bool__(self) -> bool:
        """Return whether anything is."""
        return self.refusal or self.hashed or bool(self.scorers)


class Job(NamedTuple):
    """One answer: what is known of it, what was asked, and what was said, as bytes of a stream."""

    answered: Answered
    asked: Sequence[Passage]
    said: Sequence[Passage] | bytes
    api: Api
    reading: Reading


class Budget:
    """Lets `a_minute` of things pass, as they come; a second's worth may come at once."""

    def __init__(self, a_minute: int, clock: Clock) -> None:
        self._rate, self._clock = a_minute / 60, clock
        self._left = self._most = max(self._rate, min(1.0, a_minute))
        self._then = clock.monotonic()

    def allows(self) -> bool:
        """Return whether one more may pass now."""
        now = self._clock.monotonic()
        self._left = min(self._most, self._left + (now - self._then) * self._rate)
        self._then = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Plan(NamedTuple):
    """What a design has read of its answers: of which share, and how many at most."""

    reading: Reading
    share: float
    budget: Budget

    def due(self, decision: int) -> bool:
        """Return whether this answer is read: as chance has it, the same in every process."""
        mixed = (decision * 0x9E3779B97F4A7C15) % 2**64
        return mixed < self.share * 2**64 and self.budget.allows()


def planned(design: Design, source: str, clock: Clock) -> Plan:
    """Return what is read of a design's answers; DeclarationError for a scorer that cannot be.

    Without `online` refusals are read where they are an outcome. Shadow mode compares all texts.
    The share is drawn by the decision alone and the budget is of one worker, so that neither
    depends on the arm.
    """
    own = design.online
    given = own or Online(scorers=(REFUSAL,) if REFUSAL in design.read else ())
    wanted = [name for name in given.scorers if name != REFUSAL]
    scored = {name for name, one in design.outcomes.items() if one.source == "score"}
    scorers = [(name, _scorer(name, source)) for name in wanted]
    if REFUSAL in scored & set(given.scorers):
        scorers.append((REFUSAL, _scorer("refusal_class", source)))
    refusal = REFUSAL in given.scorers
    reading = Reading(refusal, design.mode == "shadow", tuple(scorers))
    return Plan(reading, given.share, Budget(given.per_minute, clock))


def _scorer(name: str, source: str) -> Scorer:
    """Return a scorer that needs the reply alone: a ready one, or one of another package."""
    kinds = scorer_types()
    foreign = [tag for tag, kind in kinds.items() if not kind.__module__.startswith("statera.")]
    allowed = [REFUSAL, *_READY, *foreign]
    if name not in (*allowed, "refusal_class"):
        why = unknown("online scorer", name, allowed)
        raise DeclarationError(f"{source}: online.scorers: {why}")
    made: Scorer = convert({"type": name}, kinds[name], source=f"{source}: online.scorers")
    return made


class Reader:
    """The thread; `put` takes the facts on the event loop, `hashed` makes a text's hash."""

    def __init__(
        self,
        put: Callable[[Fact], None],
        loop: asyncio.AbstractEventLoop,
        hashed: Callable[[str], int],
    ) -> None:
        self._put, self._loop, self._hashed = put, loop, hashed
        self._jobs: deque[Job] = deque()
        self._done: deque[Fact] = deque()
        self._taken = self._read_of = 0  # so much was taken, by the loop, and read, by the thread
        self._news = threading.Event()
        self._ended = self._left = False
        self._thread = threading.Thread(target=self._read, name="statera-online", daemon=True)
        self._thread.start()

    def take(self, job: Job) -> None:
        """Have an answer read soon; one too many, or too long, is recorded unread."""
        size = _size(job)
        held = self._taken - self._read_of + size
        if self._ended or len(self._jobs) >= _MOST_JOBS or held > _MOST_HELD:
            self._put(job.answered)
            return
        self._taken += size
        self._jobs.append(job)
        if not self._news.is_set():
            self._news.set()

    def close(self) -> None:
        """Read what is left; on the event loop, which gets the facts before this returns."""
        self._ended = True
        self._news.set()
        self._thread.join(_CLOSING)
        self._left = True
        while self._jobs:
            self._put(self._jobs.popleft().answered)
        self._out()

    def _read(self) -> None:
        ended = False
        while not ended:
            self._news.wait()
            if not self._ended:
                sleep(_GATHER)
            self._news.clear()
            ended = self._ended  # looked at after the clearing: no call of `close` is missed
            while self._jobs and not self._left:
                job = self._jobs.popleft()
                self._done.extend(facts_of(job, self._hashed))
                self._read_of += _size(job)
            if self._done and not ended:
                self._loop.call_soon_threadsafe(self._out)

    def _out(self) -> None:
        while self._done:
            self._put(self._done.popleft())


def _size(job: Job) -> int:
    """Return how many characters or bytes a job holds, of what was asked and what was said."""
    said = job.said
    parts = len(said) if isinstance(said, bytes) else sum([len(one.text) for one in said])
    return parts + sum([len(one.text) for one in job.asked])


def facts_of(job: Job, hashed: Callable[[str], int]) -> list[Fact]:
    """Return the answer with what its text tells, and the scores of it."""
    answered, reading = job.answered, job.reading
    try:
        asked, said, whole = last_asked(job.asked), *said_in(job)
        if not whole and not said:
            return [answered]
        if reading.refusal:
            answered = structs.replace(answered, refused=refusing(asked, said))
        if reading.hashed and whole:
            answered = structs.replace(answered, text_hash=hashed(said))
        return [answered, *(_scores(job, asked, said) if whole else ())]
    except Exception as error:  # noqa: BLE001 - what cannot be read is recorded unread
        logger.error("an answer could not be read: %s", type(error).__name__)
        return [answered]


def refusing(asked: str, said: str) -> float | None:
    """Return the chance in [0, 1] that a reply refuses; None for one that says nothing."""
    if not said.strip():
        return None
    return 1.0 - chances(asked, said[:MOST_READ]).probability["full_compliance"]


def _scores(job: Job, asked: str, said: str) -> Iterable[OnlineScore]:
    if not job.reading.scorers:
        return
    one, shadow = job.answered, job.answered.shadow
    sample = Sample(id=str(one.decision), input=asked)
    exchange = Exchange(Chat(messages=()), Response(text=said))
    trial = Trial(
        task="online", sample_id=sample.id, epoch=0, key="", exchanges=(exchange,), started=one.at
    )
    for name, scorer in job.reading.scorers:
        value = scorer.score(sample, trial).value
        if value is not None:
            yield OnlineScore(
                decision=one.decision, at=one.at, scorer=name, value=value,
                version=scorer.version, shadow=shadow,
            )  # fmt: skip


def last_asked(asked: Sequence[Passage]) -> str:
    """Return the last thing that the user said, as far as it is read."""
    said = [one.text for one in asked if one.role == "user" and one.side == "input"]
    return said[-1][:MOST_READ] if said else ""


def said_in(job: Job) -> tuple[str, bool]:
    """Return what the reply's first choice says, as far as it was kept, and whether that is all."""
    if isinstance(job.said, bytes):
        found, whole = _streamed(job.api, job.said)
        return "".join(found), whole
    return "\n".join([one.text for one in job.said if _is_spoken(one.side, one.place)]), True


def _streamed(api: Api, data: bytes) -> tuple[list[str], bool]:
    """Return the texts of a stream's events; an event that is cut ends them."""
    source, found = Splitter(_LONGEST_EVENT), []
    source.feed(data)
    try:
        while (message := source.next()) is not None:
            name, said = message
            if said is None or said.strip() == DONE:
                continue
            for piece in api.read_event(name, decode(said), _OPEN):
                if not piece.whole and _is_spoken(piece.side, piece.channel):
                    found.append(piece.text)
    except (SseFault, Refused, msgspec.MsgspecError):
        return found, False
    return found, len(data) < MOST_STREAM


def _is_spoken(side: str, place: str) -> bool:
    """Return whether a text is what the user reads: of the first choice, and no reasoning."""
    first = not place.startswith("choices[") or place.startswith("choices[0]")
    return side == "output" and first and not any(word in place for word in _SILENT)
