"""Has a judge shifted? Its frozen anchors, judged once more.

    if (found := await check_drift(bench)) is not None and found.drifted: ...

The first audit freezes what the judge said of some replies. Every later look asks for the same
judgements in a repeat that was never asked before, and compares. A sure shift is asked for once
more; only if it is there again is the judge's run marked. From then on the judge has another run
and another scoring key, so that older runs are not compared with newer ones unawares, and the
anchors are frozen again as it judges now.

| when | a look |
|---|---|
| an audit | always; one that was cut off goes on with the look that it took |
| new judgements of a judge with anchors | where the last look is more than a day old |
| everything is known already, or nothing was ever frozen | none: it costs nothing |
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from statera.analysis.judgeaudit.drifts import Anchored, Drift, drift
from statera.analysis.standing import DRIFTED
from statera.api.judging import Bench, Sitting, make_plan, sit
from statera.codec.canonical import digest
from statera.graders.asks import Ask
from statera.records.verdicts import Answer

ANCHORS = "anchors"
"""The key in a judge's run under which its anchors are frozen."""

MOST_CHECKS = 100
"""So many looks are kept on record, the last ones."""

DAY = 86_400.0
"""So many seconds a look holds: a hosted model may be another one tomorrow, under the same name."""


class Anchor(msgspec.Struct, frozen=True, kw_only=True):
    """One frozen judgement: what the judge was shown, and what it said in each repeat."""

    criterion: str
    prompt: str
    reference: str | None
    shown: tuple[str, ...]
    unit: str
    then: tuple[float | None, ...]

    @property
    def ask(self) -> Ask:
        """The judgement, as it is asked again."""
        answers = tuple(
            Answer(
                task=ANCHORS,
                sample_id=self.unit,
                epoch=0,
                prompt=self.prompt,
                output=output,
                unit=self.unit,
                reference=self.reference,
            )
            for output in self.shown
        )
        return Ask(criterion=self.criterion, answers=answers)


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One look at the anchors: when, in which repeat, and what came of it."""

    at: float
    repeat: int
    shift: float | None
    agreed: float | None
    drifted: bool


class Anchors(msgspec.Struct, frozen=True, kw_only=True):
    """A judge's anchors, with the looks that were taken at them.

    `checking` is the repeat that is being asked, so that a look that was cut off goes on with it.
    """

    frozen: tuple[Anchor, ...]
    at: float
    checks: tuple[Check, ...] = ()
    checking: int | None = None


def anchors_of(environment: Mapping[str, object]) -> Anchors | None:
    """Return the anchors on record in a judge's run, None before the first audit."""
    found = environment.get(ANCHORS)
    return None if found is None else msgspec.convert(found, Anchors)


def freeze(bench: Bench, asks: Sequence[Ask], sitting: Sitting) -> None:
    """Keep these judgements with their verdicts as anchors, up to so many, beside those there are.

    An anchor that is there stays as it was frozen.
    """
    kept = anchors_of(bench.environment) or Anchors(frozen=(), at=bench.clock.now())
    known = {(anchor.criterion, anchor.ask.id) for anchor in kept.frozen}
    new = [_anchor(ask, sitting) for ask in asks if (ask.criterion, ask.id) not in known]
    more = max(0, len(asks) - len(kept.frozen))
    if more:
        frozen = (*kept.frozen, *new[:more])
        bench.remember(**{ANCHORS: msgspec.structs.replace(kept, frozen=frozen)})


def _anchor(ask: Ask, sitting: Sitting) -> Anchor:
    first, said = ask.answers[0], sitting.repeats(ask)
    return Anchor(
        criterion=ask.criterion,
        prompt=first.prompt,
        reference=first.reference,
        shown=ask.shown,
        unit=f"{first.task}\0{first.unit}",
        then=tuple(said[repeat].value for repeat in sorted(said)),
    )


async def check_drift(bench: Bench, *, since: float | None = None) -> Drift | None:
    """Ask the judge for its anchors once more, and mark its run where it has surely shifted.

    None where nothing is frozen. One judgement for each anchor; two where the first look sees a
    shift, and then as many as were frozen to begin anew. A look that was taken after `since` is not
    taken again. Errors as `sit`: what was asked is kept, and the next look goes on with it.
    """
    kept = anchors_of(bench.environment)
    if kept is None or (since is not None and not kept.checks and kept.at > since):
        return await _begun(bench, kept)
    first = await _look(bench, kept, since)
    found = drift(first)
    if found.drifted:
        second = await _look(bench, anchors_of(bench.environment) or kept)
        both = [a._replace(now=(*a.now, *b.now)) for a, b in zip(first, second, strict=True)]
        again = drift(second)
        found = drift(both) if again.drifted else again
    if found.drifted:
        bench.remember(**{DRIFTED: {"why": found.why, "at": bench.clock.now(), "found": found}})
        await _begin_anew(bench, kept)
    return found


async def check_when_due(bench: Bench, asks: Sequence[Ask]) -> Drift | None:
    """Look for drift before these are asked, where the last look is more than a day old.

    None where nothing is frozen, or none of these is new. Errors as `sit`, of which those for a
    missing reference come before anything is asked.
    """
    if anchors_of(bench.environment) is None:
        return None
    make_plan(bench, asks)
    if _known(bench, asks):
        return None
    return await check_drift(bench, since=bench.clock.now() - DAY)


def shifted(bench: Bench) -> str:
    """Return that a judge has shifted, and since when, in words; empty for one that never did."""
    if not bench.era:
        return ""
    mark = _earlier(bench)[DRIFTED]
    day = datetime.fromtimestamp(mark["at"], UTC).date().isoformat()
    return (
        f"{mark['why']} ({day}): what judge {bench.judge.name} said before is not compared with "
        "what it says now; judge older runs again"
    )


def to_ask(environment: Mapping[str, object], since: float) -> int:
    """Return how many judgements a look takes now, if no shift is seen."""
    kept = anchors_of(environment)
    if kept is None or max(kept.at, *(check.at for check in kept.checks), 0.0) > since:
        return 0
    return len(kept.frozen)


def _known(bench: Bench, asks: Sequence[Ask]) -> bool:
    """Return whether the judge was asked all of it before, in each of its own repeats."""
    answered = {
        (criterion.name, *place)
        for criterion in bench.judge.criteria
        for place in bench.store.answered(bench.run_id, criterion.name)
    }
    repeats = range(bench.judge.repeats)
    return all((ask.criterion, ask.id, r) in answered for ask in asks for r in repeats)


async def _begun(bench: Bench, kept: Anchors | None) -> Drift | None:
    """Return the shift with which the judge's present run began, None for its first run.

    Where a kill came between the mark and the new anchors they are frozen now.
    """
    if not bench.era:
        return None
    earlier = _earlier(bench)
    before = anchors_of(earlier)
    if kept is None and before is not None:
        await _begin_anew(bench, before)
    return msgspec.convert(earlier[DRIFTED]["found"], Drift)


def _earlier(bench: Bench) -> Mapping[str, Any]:
    """Return what is on record of the judge's run before its last shift."""
    run = digest(bench.spec(bench.era - 1))
    return next(info.environment for info in bench.store.runs() if info.id == run)


async def _look(bench: Bench, kept: Anchors, since: float | None = None) -> list[Anchored]:
    """Ask for every anchor in a new repeat; return what it said then and now.

    With a look after `since`, and the same anchors, it is read again.
    """
    asks = [anchor.ask for anchor in kept.frozen]
    last = kept.checks[-1] if kept.checks else None
    if last is not None and since is not None and last.at > since:
        return _compared(kept, asks, await sit(bench, asks, repeats=last.repeat + 1), last.repeat)
    repeat = kept.checking
    if repeat is None:
        repeat = _next_repeat(bench, asks)
        bench.remember(**{ANCHORS: msgspec.structs.replace(kept, checking=repeat)})
    sitting = await sit(bench, asks, repeats=repeat + 1)
    found = _compared(kept, asks, sitting, repeat)
    told = drift(found)
    check = Check(
        at=bench.clock.now(),
        repeat=repeat,
        shift=told.shift.value,
        agreed=told.agreed.value,
        drifted=told.drifted,
    )
    checks = (*kept.checks, check)[-MOST_CHECKS:]
    bench.remember(**{ANCHORS: msgspec.structs.replace(kept, checking=None, checks=checks)})
    return found


def _compared(kept: Anchors, asks: Sequence[Ask], sitting: Sitting, repeat: int) -> list[Anchored]:
    return [
        Anchored(anchor.unit, anchor.then, (sitting.verdict(ask, repeat).value,))
        for anchor, ask in zip(kept.frozen, asks, strict=True)
    ]


def _next_repeat(bench: Bench, asks: Sequence[Ask]) -> int:
    """Return the first repeat in which none of the judgements was ever asked."""
    wanted = {(ask.criterion, ask.id) for ask in asks}
    rows = bench.store.scores(bench.run_id)
    asked = [row.epoch for row in rows if (row.task, row.sample_id) in wanted]
    return max(asked, default=-1) + 1


async def _begin_anew(bench: Bench, kept: Anchors) -> None:
    """Freeze the anchors as the judge judges them now, in its new run."""
    asks = [anchor.ask for anchor in kept.frozen]
    repeats = max(len(anchor.then) for anchor in kept.frozen)
    sitting = await sit(bench, asks, repeats=repeats)
    frozen = [
        msgspec.structs.replace(anchor, then=_anchor(ask, sitting).then)
        for anchor, ask in zip(kept.frozen, asks, strict=True)
    ]
    bench.remember(**{ANCHORS: Anchors(frozen=tuple(frozen), at=bench.clock.now())})
