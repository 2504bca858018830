"""Asks the detectors and hands what they say to the engine.

    guard = Guard(policy, detectors, views=views, clock=clock, pool=pool)
    decision = await guard.check([Passage(text="...", side="input")])

What is kept from before is not looked at again. What is cheap runs on the event loop as far as the
texts of one check are short together, what computes and the rest in `pool`, what asks a model is
awaited; each under the time-out of its entry. What fails or is late is a Trouble: the policy says
what follows.
"""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from itertools import groupby

from msgspec import structs

from statera.errors import DeclarationError
from statera.guard.engine import Answer, Ask, Engine
from statera.guard.normalisation.views import Found
from statera.guard.policy import Place, Policy
from statera.guard.readings import ReadingCache, content_of
from statera.protocols import AskingDetector, Clock, Detector, View
from statera.records.guarding import Decision, Passage, Reading, Side, Trouble

AnyDetector = Detector | AskingDetector
Views = Callable[[str], Sequence[View]]
Observer = Callable[[str, Side, str, float], None]

_ROOM = 10_000  # characters of one check that the event loop reads; a worker reads the rest
_EACH = 40  # characters that a passage counts for besides its own
_EVERYWHERE = Place()
_UNANSWERED = Trouble("failed", "no answer")
_UNREAD = Reading(0.0, beyond=True)


class Guard:
    """A policy with its detectors, ready to check.

    `observer` is told of every check: detector, side, `ok`, `kept`, `beyond`, `failed` or `late`,
    and seconds. DeclarationError when an entry of the policy has no detector.
    """

    def __init__(
        self,
        policy: Policy,
        detectors: Mapping[str, AnyDetector],
        *,
        views: Views,
        clock: Clock,
        pool: Executor,
        observer: Observer | None = None,
    ) -> None:
        for entry in policy.detectors:
            if entry.name not in detectors:
                raise DeclarationError(f"detector '{entry.name}' of {policy.name} was not opened")
        self.policy = policy
        self.engine = Engine(policy)
        self.cache = ReadingCache(policy.cache)
        self._detectors = detectors
        self._views = views
        self._clock = clock
        self._pool = pool
        self._observer = observer

    @property
    def made_of(self) -> dict[str, str]:
        """The digest of every detector, by name."""
        return {name: detector.digest for name, detector in self._detectors.items()}

    async def check(
        self,
        passages: Sequence[Passage],
        place: Place = _EVERYWHERE,
        *,
        decision_id: str | None = None,
    ) -> Decision:
        """Return the decision on all passages together."""
        asks = self.engine.asks(passages, place)
        sheet = _Sheet(passages, asks, self._views)
        waiting = [number for number in range(len(asks)) if not self._at_once(sheet, number)]
        if waiting:
            await self._wait(sheet, waiting)
        decision_id = decision_id or secrets.token_hex(8)
        return self.engine.decide(passages, asks, sheet.answers, id=decision_id)

    async def warm(self) -> None:
        """Let every detector that computes look once, so that the first request need not wait.

        Raises what a detector raises.
        """
        for entry in self.policy.detectors:
            detector = self._detectors[entry.name]
            passage = Passage(text="Good morning, señora ５.", side=entry.sides[0])
            if detector.cost == "await":
                continue
            loop = asyncio.get_running_loop()
            views = self._views(passage.text)
            await loop.run_in_executor(self._pool, detector.find, passage, views)

    def _at_once(self, sheet: "_Sheet", number: int) -> bool:
        """Answer from what is kept or by an inline detector; False when neither will do."""
        ask, passage = sheet.asks[number], sheet.passage(number)
        if len(passage.text) > self.policy.longest:
            self._answered(sheet, number, _UNREAD, "beyond")
            return True
        detector = self._detectors[ask.entry.name]
        content = sheet.content(number, passage)
        kept = self.cache.get(detector.digest, content)
        if kept is not None:
            self._answered(sheet, number, kept, "kept")
            return True
        if detector.cost != "inline" or not sheet.is_light(number):
            return False
        started = self._clock.monotonic()
        answer = _find(detector, passage, sheet.views(number))
        if isinstance(answer, Reading):
            self.cache.put(detector.digest, content, answer)
        self._answered(sheet, number, answer, "ok", started)
        return True

    async def _wait(self, sheet: "_Sheet", waiting: Sequence[int]) -> None:
        costs = {one: self._detectors[sheet.asks[one].entry.name].cost for one in waiting}
        asking = [one for one in waiting if costs[one] == "await"]
        computing = [one for one in waiting if costs[one] != "await"]
        jobs = [self._seek(sheet, number) for number in asking]
        if computing:
            jobs.append(self._compute(sheet, computing))
        if len(jobs) == 1:
            await jobs[0]
            return
        async with asyncio.TaskGroup() as group:
            for job in jobs:
                group.create_task(job)

    async def _seek(self, sheet: "_Sheet", number: int) -> None:
        """Ask a detector that waits for a model."""
        ask, passage = sheet.asks[number], sheet.passage(number)
        detector = self._detectors[ask.entry.name]
        assert detector.cost == "await"
        started = self._clock.monotonic()
        try:
            async with asyncio.timeout(ask.entry.timeout):
                views = sheet.views(number)
                reading = _bounded(await detector.seek(passage, views), views)
        except TimeoutError:
            answer: Answer = _late(ask.entry.timeout)
        except Exception as error:  # noqa: BLE001 - a failed check is a value; the policy answers
            answer = _failed(error)
        else:
            answer = reading
            self.cache.put(detector.digest, sheet.content(number, passage), reading)
        self._answered(sheet, number, answer, "ok", started)

    async def _compute(self, sheet: "_Sheet", numbers: Sequence[int]) -> None:
        """Let a worker thread look, one detector after the other, each no longer than it may."""
        started = self._clock.monotonic()
        order = sorted(numbers, key=lambda one: sheet.asks[one].entry.timeout)
        abandoned: list[bool] = []
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(self._pool, self._look, sheet, order, abandoned)
        for timeout, group in groupby(order, key=lambda one: sheet.asks[one].entry.timeout):
            left = timeout - (self._clock.monotonic() - started)
            await asyncio.wait([work], timeout=max(left, 0))
            if work.done():
                break
            for number in group:
                if sheet.answers[number] is _UNANSWERED:
                    sheet.late.add(number)
                    self._answered(sheet, number, _late(timeout), "ok", started)
        abandoned.append(True)
        if work.done():
            work.result()

    def _look(self, sheet: "_Sheet", numbers: Sequence[int], abandoned: Sequence[bool]) -> None:
        """Run in a worker thread; what comes late is kept for the next time, not used."""
        for number in numbers:
            if abandoned:
                return
            detector = self._detectors[sheet.asks[number].entry.name]
            assert detector.cost != "await"
            passage, started = sheet.passage(number), self._clock.monotonic()
            answer = _find(detector, passage, sheet.views(number))
            if isinstance(answer, Reading):
                self.cache.put(detector.digest, sheet.content(number, passage), answer)
            if number not in sheet.late:
                self._answered(sheet, number, answer, "ok", started)

    def _answered(
        self, sheet: "_Sheet", number: int, answer: Answer, whole: str, started: float | None = None
    ) -> None:
        """Take an answer, which is `whole` where it is none of those that say less, and tell of it.

        What was cut is past what can be examined.
        """
        ask = sheet.asks[number]
        passage = sheet.passages[ask.passage]
        if passage.cut and isinstance(answer, Reading):
            answer = _partial(answer)
        sheet.answers[number] = answer
        if self._observer is not None:
            if isinstance(answer, Trouble):
                whole = answer.cause
            elif answer.beyond:
                whole = "beyond"
            seconds = 0.0 if started is None else self._clock.monotonic() - started
            self._observer(ask.entry.name, passage.side, whole, seconds)


class _Sheet:
    """One check while it is made: what was asked, what is answered, views made once a passage."""

    def __init__(self, passages: Sequence[Passage], asks: Sequence[Ask], views: Views) -> None:
        self.asks = asks
        self.answers: list[Answer] = [_UNANSWERED] * len(asks)
        self.late: set[int] = set()
        self.passages = passages
        self._make = views
        self._views: dict[int, Sequence[View]] = {}
        self._contents: dict[tuple[int, int], bytes] = {}
        self._room = _ROOM
        self._light: dict[int, bool] = {}

    def passage(self, number: int) -> Passage:
        """Return the passage of an ask with as much context as its entry reads."""
        ask = self.asks[number]
        whole = self.passages[ask.passage]
        if not whole.before or len(whole.before) == ask.entry.context:
            return whole
        kept = whole.before[-ask.entry.context :] if ask.entry.context else ()
        return structs.replace(whole, before=kept)

    def content(self, number: int, passage: Passage) -> bytes:
        """Return the hash of the passage that an ask reads."""
        place = self.asks[number].passage, len(passage.before)
        known = self._contents.get(place)
        if known is None:
            known = self._contents[place] = content_of(passage)
        return known

    def is_light(self, number: int) -> bool:
        """Return whether the event loop has room for an ask's passage, which takes it once."""
        at = self.asks[number].passage
        known = self._light.get(at)
        if known is None:
            size = len(self.passages[at].text) + _EACH
            known = self._light[at] = size <= self._room
            self._room -= size if known else 0
        return known

    def views(self, number: int) -> Sequence[View]:
        """Return the views of an ask's passage."""
        at = self.asks[number].passage
        known = self._views.get(at)
        if known is None:
            known = self._views[at] = self._make(self.passages[at].text)
        return known


def _find(detector: Detector, passage: Passage, views: Sequence[View]) -> Answer:
    try:
        return _bounded(detector.find(passage, views), views)
    except Exception as error:  # noqa: BLE001 - a failed check is a value; the policy answers
        return _failed(error)


def _bounded(reading: Reading, views: Sequence[View]) -> Reading:
    """Return the reading, which is of a part when the text has more views than were made."""
    whole = not isinstance(views, Found) or views.whole
    return reading if whole else _partial(reading)


def _partial(reading: Reading) -> Reading:
    return structs.replace(reading, beyond=True)


def _failed(error: Exception) -> Trouble:
    """Name the error, not its words: these may hold what was to be checked."""
    return Trouble("failed", type(error).__name__)


def _late(timeout: float) -> Trouble:
    return Trouble("late", f"not done after {timeout:g} s")
