"""Has a judge shifted? Its frozen anchors, judged once more.

    if (found := await check_drift(bench)) is not None and found.drifted: ...

The first audit freezes what the judge said of some replies. Every later look asks for the same
judgements in a repeat that was never asked before, and compares. A sure shift is asked for once
more; only if it is there again is the judge's run marked. From then on the judge has another run
and another scoring key, so that older runs are not compared with newer ones unawares, and the
anchors are frozen again as it judges now.
"""

from collections.abc import Mapping, Sequence

import msgspec

from statera.analysis.judgeaudit.drifts import Anchored, Drift, drift
from statera.api.judging import DRIFTED, Bench, Sitting, sit
from statera.graders.asks import Ask
from statera.records.verdicts import Answer

ANCHORS = "anchors"
"""The key in a judge's run under which its anchors are frozen."""

MOST_CHECKS = 100
"""So many looks are kept on record, the last ones."""


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


def freeze(bench: Bench, asks: Sequence[Ask], sitting: Sitting) -> Anchors:
    """Keep these judgements with their verdicts as the judge's anchors."""
    frozen = tuple(_anchor(ask, sitting) for ask in asks)
    kept = Anchors(frozen=frozen, at=bench.clock.now())
    bench.remember(**{ANCHORS: kept})
    return kept


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


async def check_drift(bench: Bench) -> Drift | None:
    """Ask the judge for its anchors once more, and mark its run where it has surely shifted.

    None where nothing is frozen. One judgement for each anchor; two where the first look sees a
    shift, and then as many as were frozen to begin anew. Errors as `sit`: what was asked is kept.
    """
    kept = anchors_of(bench.environment)
    if kept is None:
        return None
    first = await _look(bench, kept)
    found = drift(first)
    if found.drifted:
        second = await _look(bench, anchors_of(bench.environment) or kept)
        both = [a._replace(now=(*a.now, *b.now)) for a, b in zip(first, second, strict=True)]
        again = drift(second)
        found = drift(both) if again.drifted else again
    if found.drifted:
        await _begin_anew(bench, kept, found)
    return found


async def _look(bench: Bench, kept: Anchors) -> list[Anchored]:
    """Ask for every anchor in a new repeat; return what it said then and now."""
    asks = [anchor.ask for anchor in kept.frozen]
    repeat = kept.checking
    if repeat is None:
        repeat = _next_repeat(bench, asks)
        bench.remember(**{ANCHORS: msgspec.structs.replace(kept, checking=repeat)})
    sitting = await sit(bench, asks, repeats=repeat + 1)
    found = [
        Anchored(anchor.unit, anchor.then, (sitting.verdict(ask, repeat).value,))
        for anchor, ask in zip(kept.frozen, asks, strict=True)
    ]
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


def _next_repeat(bench: Bench, asks: Sequence[Ask]) -> int:
    """Return the first repeat in which none of the judgements was ever asked."""
    wanted = {(ask.criterion, ask.id) for ask in asks}
    rows = bench.store.scores(bench.run_id)
    asked = [row.epoch for row in rows if (row.task, row.sample_id) in wanted]
    return max(asked, default=-1) + 1


async def _begin_anew(bench: Bench, kept: Anchors, found: Drift) -> None:
    """Mark the run, and freeze the anchors as the judge judges them now, in its new run."""
    bench.remember(**{DRIFTED: {"why": found.why, "at": bench.clock.now(), "found": found}})
    asks = [anchor.ask for anchor in kept.frozen]
    repeats = max(len(anchor.then) for anchor in kept.frozen)
    sitting = await sit(bench, asks, repeats=repeats)
    frozen = [
        msgspec.structs.replace(anchor, then=_anchor(ask, sitting).then)
        for anchor, ask in zip(kept.frozen, asks, strict=True)
    ]
    bench.remember(**{ANCHORS: Anchors(frozen=tuple(frozen), at=bench.clock.now())})
