"""Drives visits through the pods and writes down what every user saw and said.

diary = asyncio.run(Traffic(pods, "effect", token).drive(visits))
diary.seen, diary.accepted
"""

import asyncio
import json
import secrets
import time
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import aiohttp

from benchmarks.population.people import Visit, opinions
from statera.models.clock import SystemClock

CONNECTIONS = 16
CHAT, FEEDBACK = "/v1/chat/completions", "/v1/feedback"
_LIMIT = 60.0


class Seen(NamedTuple):
    """An answer as its user got it: when it was asked for and when it had come, since 1970."""

    decision: str
    arm: str
    own: str
    asked: float
    at: float


class Diary:
    """What was seen and said.

    `accepted`: the ids of reports that the guard says it keeps. `twice`, `late`, `forged`,
    `unknown`: how many reports were sent again, after the window, with a token that nobody made,
    for a decision that nobody knows. `wrong`: what did not go as it should, in words.
    """

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.accepted: set[str] = set()
        self.twice = self.late = self.forged = self.unknown = 0
        self.wrong: list[str] = []


class _Report(NamedTuple):
    """Reports on one answer that are still to be sent."""

    url: str
    token: str
    body: list[dict[str, Any]]


class Traffic:
    """The users of one experiment; `pods` are URLs, `token` is the server's for feedback."""

    def __init__(self, pods: list[str], model: str, token: str) -> None:
        self._pods, self._model, self._token = pods, model, token
        self._held: list[_Report] = []
        self._clock = SystemClock()
        self.diary = Diary()

    async def drive(self, visits: Iterable[Visit], pace: float = 0.0, late: float = 0.0) -> Diary:
        """Make all visits, at most `pace` a second (0: as fast as it goes).

        Reports that come late are sent `late` seconds after the last visit.
        """
        connector = aiohttp.TCPConnector(limit=CONNECTIONS)
        timeout = aiohttp.ClientTimeout(total=_LIMIT)
        ready = _paced(iter(visits), pace)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as self._session:
            async with asyncio.TaskGroup() as group:
                for _ in range(CONNECTIONS):
                    group.create_task(self._come(ready))
            if self._held:
                await asyncio.sleep(late)
            for report in self._held:
                await self._report(report)
                self.diary.late += len(report.body)
        return self.diary

    async def _come(self, ready: Iterator[tuple[float, Visit]]) -> None:
        for due, visit in ready:
            if (early := due - time.monotonic()) > 0:
                await asyncio.sleep(early)
            try:
                await self._visit(visit)
            except (aiohttp.ClientError, TimeoutError) as error:
                self.diary.wrong.append(f"{visit.person.name}: {type(error).__name__}: {error}")

    async def _visit(self, visit: Visit) -> None:
        person = visit.person
        url = self._pods[len(self.diary.seen) % len(self._pods)]
        message = {"role": "user", "content": visit.question}
        body = {"model": self._model, "messages": [message], "user": person.name}
        asked = self._clock.now()
        async with self._session.post(
            url + CHAT,
            json={**body, "stream": True} if visit.streamed else body,
            headers={"x-device": person.device},
        ) as answer:
            data, headers = await answer.text(), answer.headers
        if answer.status != 200 or "x-statera-arm" not in headers:
            self.diary.wrong.append(f"{person.name}: {answer.status} {data[:80]}")
            return
        decision, arm = headers["x-statera-decision-id"], headers["x-statera-arm"]
        self.diary.seen.append(Seen(decision, arm, person.arm, asked, self._clock.now()))
        said = opinions(visit, _text(data, streamed=visit.streamed))
        reports = [{"outcome": name, "value": value} for name, value in said.items()]
        await self._tell(visit, _Report(url, headers["x-statera-feedback"], reports))

    async def _tell(self, visit: Visit, report: _Report) -> None:
        """Send what is said of an answer, in the way that befalls the visit."""
        if report.body and visit.late:
            self._held.append(report)
        elif report.body:
            await self._report(report)
            if visit.twice:
                await self._report(report)
                self.diary.twice += len(report.body)
        if visit.forged:
            token = report.token[:-4] + ("AAAA" if report.token[-4:] != "AAAA" else "BBBB")
            headers = {"x-statera-feedback": token}
            await self._post(report.url, [{"complaint": 1}], headers, 403)
            self.diary.forged += 1
        if visit.unknown:
            headers = {"authorization": f"Bearer {self._token}"}
            body = [{"decision": secrets.token_hex(8), "complaint": 1}]
            await self._post(report.url, body, headers, 202)
            self.diary.unknown += 1

    async def _report(self, report: _Report) -> None:
        await self._post(report.url, report.body, {"x-statera-feedback": report.token}, 202)

    async def _post(
        self, url: str, body: list[dict[str, Any]], headers: dict[str, str], expected: int
    ) -> None:
        async with self._session.post(url + FEEDBACK, json=body, headers=headers) as answer:
            told = await answer.json()
        if answer.status != expected:
            self.diary.wrong.append(f"feedback: {answer.status}, not {expected}: {told}")
        elif expected == 202:
            self.diary.accepted.update(told["ids"])


def _paced(visits: Iterator[Visit], pace: float) -> Iterator[tuple[float, Visit]]:
    """Yield visits with the monotonic time from which on each may be made."""
    began = time.monotonic()
    for number, visit in enumerate(visits):
        yield (began + number / pace if pace else began), visit


def _text(data: str, *, streamed: bool) -> str:
    """Return what an answer says."""
    if not streamed:
        return str(json.loads(data)["choices"][0]["message"]["content"])
    lines = [line[6:] for line in data.splitlines() if line.startswith("data: {")]
    deltas = [json.loads(line)["choices"][0]["delta"] for line in lines]
    return "".join(delta.get("content") or "" for delta in deltas)
