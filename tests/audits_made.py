"""Runs whose replies state how good they are, and audits of judges with planted faults on them.

    found = audited(store, ScriptedJudge(prefers="first", strength=0.3), PAIRWISE)
    found.section("position").figure("flip rate")      # 0.3 was planted

The replies say `quality=3`, which is what an honest scripted judge reads; how long they are goes
with nothing else.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from statera.analysis.audit import Audit
from statera.analysis.judgeaudit.figures import Figure
from statera.api.auditasks import Scope
from statera.api.auditing import Prepared, audit_judge, prepare
from statera.errors import EndpointError
from statera.graders.judge import Judge
from statera.models.script import Script
from statera.models.scripted import ScriptedModel
from statera.models.scriptedjudge import ScriptedJudge
from statera.protocols import Model
from statera.records.requests import Request
from statera.records.responses import Capabilities, Response
from statera.records.specs import RunInfo
from statera.seeds import unit
from statera.store.runstore import RunStore
from tests import judges_made

ITEMS = 40
SMALL = Scope(items=ITEMS, repeats=2, anchors=10, responders=8)
MARK = "As Acme-1, I say this. "


def quality(side: str, item: int) -> int:
    """Return how good the reply of a side to an item is: 2, 3 or 4, at random."""
    return 2 + int(3 * unit(side, "quality", item))


def reply(side: str, item: int, mark: str = "") -> str:
    """Return the reply of a side to an item, 5 to 60 words, with its quality."""
    words = "lamp door room stair light night glass stone " * 8
    length = 5 + int(unit(side, "length", item) * 56)
    said = " ".join(words.split()[:length])
    return f"{mark}The {side} one has a {said} here. It has quality={quality(side, item)} in all."


def replies(side: str, count: int = ITEMS, mark: str = "") -> list[str]:
    """Return the replies of a side to all items."""
    return [reply(side, item, mark) for item in range(count)]


def two_runs(
    store: RunStore,
    *,
    names: tuple[str, str] = ("new", "old"),
    mark: str = "",
    count: int = ITEMS,
) -> tuple[RunInfo, RunInfo]:
    """Return the runs of two systems on the same items; the first one's replies are marked."""
    first = judges_made.stored(store, replies("new", count, mark), name=names[0])
    return first, judges_made.stored(store, replies("old", count), name=names[1])


def scripted(planted: ScriptedJudge, **script: object) -> ScriptedModel:
    """Return the model that plays the judge."""
    return ScriptedModel(Script(judge=planted, **script))  # type: ignore[arg-type]


class Changing:
    """A model that keeps its name while what answers for it changes: `now` is a hosted model."""

    def __init__(self, now: Model, identity: str = "hosted") -> None:
        self.now = now
        self.identity = identity
        self.heard: list[Request] = []
        self.fails_after = -1

    async def answer(self, request: Request) -> Response:
        """Return what the present model says; after `fails_after` requests it is cut off."""
        if len(self.heard) == self.fails_after:
            raise EndpointError("gone")
        self.heard.append(request)
        return await self.now.answer(request)

    async def capabilities(self) -> Capabilities:
        """Return those of the present model."""
        return await self.now.capabilities()

    async def close(self) -> None:
        """Nothing is held open."""


class Watch:
    """A clock that stands until it is moved: `now` are seconds since 1970."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.at = now

    def now(self) -> float:
        """Return the seconds."""
        return self.at

    def monotonic(self) -> float:
        """Return the same."""
        return self.at


def prepared(
    store: RunStore,
    model: Model,
    judge: Judge,
    runs: Sequence[RunInfo],
    *,
    seconds: Sequence[tuple[Judge, Model]] = (),
    scope: Scope = SMALL,
    clock: Watch | None = None,
) -> Prepared:
    """Return the audit of a judge, not asked yet."""
    bench = judges_made.bench(judge, model, store)
    if clock is not None:
        bench = replace(bench, clock=clock)
    beside = [judges_made.bench(second, asked, store) for second, asked in seconds]
    other = runs[1] if len(runs) > 1 else None
    return prepare(bench, runs[0], other, scope=scope, seconds=beside)


def audited(
    store: RunStore,
    planted: ScriptedJudge,
    judge: Judge,
    runs: Sequence[RunInfo],
    *,
    seconds: Sequence[tuple[Judge, Model]] = (),
    scope: Scope = SMALL,
) -> Audit:
    """Return what an audit finds of a scripted judge."""
    ready = prepared(store, scripted(planted), judge, runs, seconds=seconds, scope=scope)
    return asyncio.run(audit_judge(ready))


def holds(figure: Figure, truth: float, *, wider: float = 0.0) -> bool:
    """Return whether the interval holds the planted size; `wider` by so many of its widths."""
    if figure.low is None or figure.high is None:
        return False
    more = wider * (figure.high - figure.low)
    return figure.low - more <= truth <= figure.high + more
