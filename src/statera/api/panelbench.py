"""A panel of judges on its bench: each member with a run of its own, and one that stands for all.

Members are asked one after the other. What one of them said it is never asked again, so a panel
with another member or other weights costs only what is new. The panel itself has a run without any
judgement, which stands for it: its members with their eras, how they are combined, their weights.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from statera.analysis.memberweights import measured_accuracy
from statera.api.drift import check_when_due
from statera.api.judging import Bench, Sitting, make_plan, sit
from statera.codec.canonical import digest
from statera.errors import DeclarationError, StateraError
from statera.graders.asks import Ask
from statera.graders.judge import Judge
from statera.models.opening import check
from statera.protocols import Model
from statera.records.specs import JUDGING, MEMBERS, RunInfo, RunSpec, SystemUnderTest
from statera.runner.execution import Limits, Services, execute
from statera.runner.plan import Plan
from statera.runner.tally import Tally
from statera.store.runstore import RunStore
from statera.tasks.judgements import judging_spec, judging_task


@dataclass(frozen=True)
class PanelBench:
    """A panel whose members each sit on a bench, in the panel's order, on one store and tally.

    DeclarationError for two members that are the same judge.
    """

    judge: Judge
    benches: tuple[Bench, ...]

    def __post_init__(self) -> None:
        seen: dict[str, str] = {}
        for name, bench in zip(self.judge.names, self.benches, strict=True):
            other = seen.setdefault(bench.run_id, name)
            if other != name:
                raise DeclarationError(
                    f"judge {self.judge.name}: members {other} and {name} are the same judge asked "
                    "of the same model: one verdict is not two"
                )

    @property
    def store(self) -> RunStore:
        """Where the members' work is kept."""
        return self.benches[0].store

    @property
    def weights(self) -> tuple[float, ...] | None:
        """What each member counts; None where all count the same.

        DeclarationError for a member that was never measured, or where none is worth a vote.
        """
        if self.judge.combine != "weighted":
            return None
        if isinstance(self.judge.weights, dict):
            return tuple(float(self.judge.weights[name]) for name in self.judge.names)
        found = [measured_accuracy(bench.environment) for bench in self.benches]
        without = [n for n, one in zip(self.judge.names, found, strict=True) if one is None]
        if without:
            raise DeclarationError(
                f"judge {self.judge.name}: how accurate {without[0]} is was never measured (as the "
                f"judge that it is now): `statera score RUN --judge … --member {without[0]}`, then "
                f"`statera judge calibrate RUN --judge {self.judge.member(without[0]).name} "
                "--labels FILE`; or give `weights` as numbers"
            )
        weights = tuple(0.0 if one is None else round(one.weight, 6) for one in found)
        if not any(weights):
            raise DeclarationError(
                f"judge {self.judge.name}: no member is better than chance, as measured"
            )
        return weights

    def check_weights(self) -> None:
        """Raise DeclarationError where the weights are to be measured ones, and there are none."""
        _ = self.weights

    @property
    def members(self) -> dict[str, str]:
        """The ids of the members' runs, by name."""
        runs = [bench.run_id for bench in self.benches]
        return dict(zip(self.judge.names, runs, strict=True))

    @property
    def spec(self) -> RunSpec:
        """The identity of the panel.

        With another member, era, weight, number of repeats or way to combine it is another.
        """
        repeats = [bench.judge.repeats for bench in self.benches]
        often = [repeats] if max(repeats) > 1 else []
        return RunSpec(
            suite=f"judge {self.judge.name}",
            system=SystemUnderTest(model=f"panel of {', '.join(self.judge.names)}"),
            tasks=tuple(judging_spec(c, version=self.judge.version) for c in self.judge.criteria),
            seed=self.benches[0].seed,
            nonce=digest([self.members, self.judge.combine, self.weights, *often]),
        )

    @property
    def run_id(self) -> str:
        """The id of the run that stands for the panel."""
        return digest(self.spec)

    @property
    def described(self) -> dict[str, Any]:
        """What a reader of the panel's verdicts wants to know of it."""
        weights = self.weights
        return {
            "combine": self.judge.combine,
            MEMBERS: self.members,
            "weights": None if weights is None else dict(zip(self.members, weights, strict=True)),
        }


AnySeat = Bench | PanelBench


def benches(seat: AnySeat) -> tuple[Bench, ...]:
    """Return the judge's bench, or those of a panel's members."""
    return (seat,) if isinstance(seat, Bench) else seat.benches


def seated(bench: Bench, models: Sequence[Model]) -> AnySeat:
    """Return the bench, or of a panel each member with its model on a bench like it.

    DeclarationError for two members that are the same judge.
    """
    if not bench.judge.members:
        return bench
    pairs = zip(bench.judge.members, models, strict=True)
    return PanelBench(
        bench.judge, tuple(replace(bench, judge=member, model=model) for member, model in pairs)
    )


async def sit_all(seat: PanelBench, asks: Sequence[Sequence[Ask]]) -> list[Sitting]:
    """Ask each member what it has not been asked yet; `asks` are the members' in their order.

    Whatever is declared wrong for one of them, or was never measured, is found before any of them
    is asked. Otherwise as `sit`: what was said before it ended early is kept.
    """
    seat.check_weights()
    plans = [
        make_plan(bench, of, repeats=bench.judge.repeats)
        for bench, of in zip(seat.benches, asks, strict=True)
    ]
    for name, bench in zip(seat.judge.names[1:], seat.benches[1:], strict=True):
        with _told(name):
            await check(bench.model)  # the first one's is looked at when it is asked, now
    totals, sittings = [plan.total for plan in plans], []
    for place, (bench, of) in enumerate(zip(seat.benches, asks, strict=True)):
        bench.tally.passed, bench.tally.ahead = sum(totals[:place]), sum(totals[place + 1 :])
        with _told(seat.judge.names[place]):
            await check_when_due(bench, of)
            sittings.append(await sit(bench, of, repeats=bench.judge.repeats))
    return sittings


@contextmanager
def _told(member: str) -> Iterator[None]:
    """Let an error say of which member it is."""
    try:
        yield
    except StateraError as error:
        raise type(error)(f"member {member}: {error}") from None


async def remember_panel(seat: PanelBench) -> RunInfo:
    """Open the run that stands for the panel, and put on record who sits on it."""
    version = seat.judge.version
    tasks = tuple(judging_task(c, (), version=version) for c in seat.judge.criteria)
    about = {"name": seat.judge.name, "version": version, "instrument": seat.judge.instrument}
    plan = Plan(
        spec=seat.spec,
        tasks=tasks,
        samples=tuple(() for _ in tasks),
        epochs=tuple(1 for _ in tasks),
        asked={
            JUDGING: msgspec.to_builtins(
                about | {"criteria": seat.judge.criteria} | seat.described, str_keys=True
            )
        },
    )
    first = seat.benches[0]
    services = Services(store=seat.store, clock=first.clock)
    return await execute(plan, first.model, services, Limits(workers=1), Tally())
