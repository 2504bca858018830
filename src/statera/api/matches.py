"""What a ranking asks a judge: every two runs, each pair of replies in both orders, asked once.

    matches = prepare(seat, entrants, base="old")      # checked; nothing is asked yet
    print(cost(seat, matches))                         # 4 runs in 3 pairs: 600 judgements, …
    played = await play(seat, matches)

The seat is a judge's, or a panel's. All matches are one sitting of it: each judgement is kept in
the judge's run, where `judge compare` finds it too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import NamedTuple

from statera.analysis.rankingwords import components
from statera.api.answers import answers_of, check_same_questions
from statera.api.judged import Pair, check_kind, pair_asks
from statera.api.judging import Bench, make_plan, stored_verdicts
from statera.api.panelbench import AnySeat, benches
from statera.api.panels import judged_pairs, member_asks
from statera.api.stored import voids
from statera.api.systems import check_system
from statera.errors import DeclarationError, unknown
from statera.graders.asks import PairAsk, to_ask
from statera.records.specs import RunInfo
from statera.records.verdicts import Answer
from statera.store.runstore import RunStore

LEAST = 3
"""Runs of a ranking; two are compared."""


@dataclass(frozen=True, kw_only=True)
class Entrant:
    """One that is ranked: its name on the board, and its replies."""

    name: str
    answers: Sequence[Answer]
    info: RunInfo | None = None


class Match(NamedTuple):
    """Two entrants by number, and the pairs of their replies, each in both orders."""

    left: int
    right: int
    asks: Sequence[PairAsk]


@dataclass(frozen=True, kw_only=True)
class Matches:
    """All that a ranking asks. `alone` counts, by entrant, replies that are in no pair."""

    entrants: Sequence[Entrant]
    matches: Sequence[Match]
    alone: Mapping[str, int]
    base: str | None = None

    @property
    def asks(self) -> list[PairAsk]:
        """The pairs of all matches."""
        return [pair for match in self.matches for pair in match.asks]


@dataclass(frozen=True, kw_only=True)
class Played:
    """All matches with what the judge said; `run` holds its judgements, or stands for a panel.

    `voids` says, by task, why nothing may rest on the judge.
    """

    matches: Matches
    said: Sequence[Pair]
    run: str
    voids: Mapping[str, str] = field(default_factory=dict)

    @property
    def pairs(self) -> Iterator[tuple[Match, Pair]]:
        """Every pair of replies with its verdicts and the match it is of."""
        of = (match for match in self.matches.matches for _ in match.asks)
        return zip(of, self.said, strict=True)


@dataclass(frozen=True, kw_only=True)
class Cost:
    """How much a ranking asks: judgements in all, and those that are stored already."""

    runs: int
    matches: int
    judgements: int
    stored: int

    def __str__(self) -> str:
        """Return `4 runs in 6 pairs: 1,200 judgements, 200 of them stored, 1,000 to ask`."""
        left = self.judgements - self.stored
        return (
            f"{self.runs} runs in {self.matches} pairs: {self.judgements:,} judgements, "
            f"{self.stored:,} of them stored, {left:,} to ask"
        )


def prepare(seat: AnySeat, entrants: Sequence[Entrant], *, base: str | None = None) -> Matches:
    """Return what is asked: every two entrants, or each against `base`.

    DeclarationError, and nothing is asked: a judge of single replies, fewer than three entrants,
    one that is there twice, an unknown base, different questions, entrants that no common item
    links, a reference that the judge needs and an item lacks.
    """
    check_kind(seat, pairs=True)
    check_entrants(entrants, base)
    matches = []
    for left, right in _design(entrants, base):
        first, second = entrants[left], entrants[right]
        if {a.place for a in first.answers} & {a.place for a in second.answers}:
            check_same_questions(first.answers, second.answers, (first.name, second.name))
            matches.append(Match(left, right, pair_asks(seat, first.answers, second.answers)))
    _check_linked(entrants, matches)
    found = Matches(entrants=entrants, matches=matches, alone=_alone(entrants, matches), base=base)
    for bench, asks in zip(benches(seat), member_asks(seat, found.asks), strict=True):
        make_plan(bench, to_ask(asks))
    return found


def run_entrants(
    runs: Mapping[str, tuple[RunStore, RunInfo]], tasks: Sequence[str] = ()
) -> list[Entrant]:
    """Return runs by name with their replies, of these tasks or of those that all of them have.

    DeclarationError for too few runs, one that is there twice, or no task in common.
    """
    check_system(*(info for _, info in runs.values()))
    check_entrants([Entrant(name=name, answers=(), info=info) for name, (_, info) in runs.items()])
    chosen = tasks or _shared_tasks([info for _, info in runs.values()])
    return [
        Entrant(name=name, answers=answers_of(store, info, chosen), info=info)
        for name, (store, info) in runs.items()
    ]


def _shared_tasks(infos: Sequence[RunInfo]) -> list[str]:
    first, *others = [[t.name for t in info.spec.tasks if t.mode == "generate"] for info in infos]
    found = [name for name in first if all(name in other for other in others)]
    if not found:
        raise DeclarationError("the runs have no task with replies in common")
    return found


def check_entrants(entrants: Sequence[Entrant], base: str | None = None) -> None:
    """Raise DeclarationError for too few, for one that is there twice, or an unknown base."""
    names = [entrant.name for entrant in entrants]
    runs: dict[str, str] = {}
    for entrant in entrants:
        if names.count(entrant.name) > 1:
            raise DeclarationError(f"'{entrant.name}' is there twice")
        run = entrant.name if entrant.info is None else entrant.info.id
        if runs.setdefault(run, entrant.name) != entrant.name:
            raise DeclarationError(
                f"'{runs[run]}' and '{entrant.name}' are the same run {run[:8]}: give it once"
            )
    if base is not None and base not in names:
        raise unknown("base", base, names)
    if len(entrants) < LEAST:
        two = "; two are compared: `statera judge compare RUN_A RUN_B`"
        raise DeclarationError(
            f"a ranking needs at least {LEAST}, got {len(entrants)}{two * (len(entrants) == 2)}"
        )


def cost(seat: AnySeat, matches: Matches) -> Cost:
    """Return how many judgements the matches take, each counted once a repeat and a member."""
    wanted = zip(benches(seat), member_asks(seat, matches.asks), strict=True)
    counts = [_counts(bench, asks) for bench, asks in wanted]
    return Cost(
        runs=len(matches.entrants),
        matches=len(matches.matches),
        judgements=sum(total for total, _ in counts),
        stored=sum(done for _, done in counts),
    )


def _counts(bench: Bench, asks: Sequence[PairAsk]) -> tuple[int, int]:
    """Return how many judgements that is for one judge, and how many of them are stored."""
    repeats = bench.judge.repeats
    wanted = {(ask.criterion, ask.id) for ask in to_ask(asks)}
    known = any(info.id == bench.run_id for info in bench.store.runs())
    found = stored_verdicts(bench.store, bench.run_id, wanted, repeats=repeats) if known else {}
    done = [v for said in found.values() for v in said.values() if v.outcome != "infra_error"]
    return len(wanted) * repeats, len(done)


async def play(seat: AnySeat, matches: Matches) -> Played:
    """Ask the judge what it has not been asked yet of all matches, and return what it said.

    Errors as of `judged_pairs`; all that was said is kept.
    """
    judged = await judged_pairs(seat, matches.asks)
    run, tasks = judged.sitting.run, {pair.candidate.task for pair in matches.asks}
    return Played(
        matches=matches, said=judged.pairs, run=run, voids=voids(seat.store, run, sorted(tasks))
    )


def _design(entrants: Sequence[Entrant], base: str | None) -> Iterator[tuple[int, int]]:
    if base is None:
        yield from combinations(range(len(entrants)), 2)
        return
    place = [entrant.name for entrant in entrants].index(base)
    yield from ((k, place) for k in range(len(entrants)) if k != place)


def _check_linked(entrants: Sequence[Entrant], matches: Sequence[Match]) -> None:
    """Raise DeclarationError where no chain of common items leads from each to every other."""
    islands = components(len(entrants), [(match.left, match.right) for match in matches])
    if len(islands) > 1:
        shown = " | ".join(", ".join(entrants[k].name for k in one) for one in islands)
        raise DeclarationError(f"no item in common, so that they are on no common scale: {shown}")


def _alone(entrants: Sequence[Entrant], matches: Sequence[Match]) -> dict[str, int]:
    """Return, by name, how many replies of an entrant are compared with no other's."""
    met: list[set[tuple[str, str, int]]] = [set() for _ in entrants]
    for match in matches:
        for pair in match.asks:
            met[match.left].add(pair.candidate.place)
            met[match.right].add(pair.other.place)
    counts = {e.name: len(e.answers) - len(met[k]) for k, e in enumerate(entrants)}
    return {name: count for name, count in counts.items() if count}
