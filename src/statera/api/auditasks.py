"""What an audit asks a judge: replies as they are, lengthened, and others that deserve nothing.

All of it is drawn with a seed from the replies of stored runs, and none of it is generated.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import NamedTuple

from statera.api.answers import answers_of, check_same_questions
from statera.api.judging import Bench
from statera.errors import DeclarationError
from statera.graders.asks import Ask, both_orders, paired
from statera.graders.judge import Judge
from statera.graders.padding import padded_answers
from statera.graders.responders import responses
from statera.records.samples import Sample
from statera.records.specs import RunInfo
from statera.records.verdicts import Answer
from statera.runner.selection import stratified_order

_PART = 5

Unit = tuple[Ask, ...]
"""One judgement of a single reply, or the two of a pair: the candidate shown first, and second."""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """How much an audit asks.

    `items` of each task; `repeats` of `anchors` judgements or pairs a criterion, which are frozen
    too; each sanity responder on a fifth of the items of each task, on `responders` at the least.
    `families` names, by run id, the family of a model whose name does not tell it.
    """

    items: int = 100
    repeats: int = 3
    anchors: int = 30
    responders: int = 20
    families: Mapping[str, str] = field(default_factory=dict)

    @property
    def beside(self) -> int:
        """On how many items of each task each sanity responder stands, where there are so many."""
        return max(self.responders, self.items // _PART)


class Material(NamedTuple):
    """The replies that are looked at, spread over the tasks in a seeded order.

    `pairs` hold replies to the same question that differ; `compared` says whose, or why there are
    none.
    """

    candidate: list[Answer]
    other: list[Answer]
    pairs: list[tuple[Answer, Answer]]
    compared: str


@dataclass(frozen=True, kw_only=True)
class Questions:
    """Everything that the judge is asked.

    Of single replies `main` are the run's, `others` the other run's; `padded` goes with `main` one
    to one, each responder with `beside`. Of pairs `others` and `beside` are empty: padded replies
    and responders stand against the plain ones in one pair.
    """

    main: list[Unit]
    padded: list[Unit]
    responders: dict[str, list[Unit]]
    repeated: list[Unit]
    others: list[Unit] = field(default_factory=list)
    beside: list[Unit] = field(default_factory=list)

    @property
    def once(self) -> list[Ask]:
        """All judgements, each once, those that are repeated first."""
        parts = (self.repeated, self.main, self.others, self.beside, self.padded)
        units = [unit for part in (*parts, *self.responders.values()) for unit in part]
        return list({(ask.criterion, ask.id): ask for ask in flat(units)}.values())

    def count(self, judge: Judge, scope: Scope) -> int:
        """Return how many judgements that is, with all repeats."""
        again = {(ask.criterion, ask.id) for ask in flat(self.repeated)}
        more = max(0, scope.repeats - judge.repeats)
        return len(self.once) * judge.repeats + len(again) * more


def flat(units: Iterable[Unit]) -> list[Ask]:
    """Return the judgements of all units."""
    return [ask for unit in units for ask in unit]


def material(
    bench: Bench, candidate: RunInfo, other: RunInfo | None, scope: Scope, tasks: Sequence[str] = ()
) -> Material:
    """Return the replies to look at; DeclarationError where there is none, or two runs differ."""
    store, seed = bench.store, bench.seed
    shared = tasks or (() if other is None else _shared(candidate, other))
    mine = answers_of(store, candidate, shared)
    theirs = [] if other is None else answers_of(store, other, shared)
    names = (candidate.id[:8], "" if other is None else other.id[:8])
    if other is not None:
        check_same_questions(mine, theirs, names)
        there = {answer.place for answer in theirs}
        mine = [answer for answer in mine if answer.place in there]
    chosen = [answer for answer in drawn(mine, scope.items, seed) if answer.output.strip()]
    if not chosen:
        raise DeclarationError(f"run {names[0]} has no reply that is not empty: nothing to judge")
    if other is not None:
        both = list(paired(chosen, theirs))
        pairs = [(a, b) for a, b in both if a.output.strip() != b.output.strip()]
        compared = f"replies of {names[0]} against {names[1]}"
        if not pairs:
            compared = f"{names[0]} and {names[1]} say the same: each reply against it lengthened"
        return Material(chosen, [second for _, second in both], pairs, compared)
    pairs = list(_epochs(mine, chosen))
    compared = f"replies of run {names[0]} of different epochs, to the same questions"
    if not pairs:
        compared = "one run with one reply a question: each reply against itself, lengthened"
    return Material(chosen, [], pairs, compared)


def drawn(answers: Sequence[Answer], count: int, seed: int) -> list[Answer]:
    """Return the first reply to `count` items of each task, spread over categories and tasks."""
    tasks: dict[str, dict[str, Answer]] = {}
    for answer in sorted(answers, key=lambda a: a.epoch):
        tasks.setdefault(answer.task, {}).setdefault(answer.sample_id, answer)
    orders = [_order(list(items.values()), seed)[:count] for items in tasks.values()]
    return [answer for row in zip_longest(*orders) for answer in row if answer is not None]


def _order(answers: Sequence[Answer], seed: int) -> list[Answer]:
    samples = [Sample(id=a.sample_id, input="", category=a.category) for a in answers]
    return [answers[place] for place in stratified_order(samples, seed)]


def _shared(candidate: RunInfo, other: RunInfo) -> list[str]:
    there = {task.name for task in other.spec.tasks}
    found = [t.name for t in candidate.spec.tasks if t.mode == "generate" and t.name in there]
    if not found:
        raise DeclarationError(
            f"runs {candidate.id[:8]} and {other.id[:8]} have no task with replies in common"
        )
    return found


def _epochs(answers: Sequence[Answer], chosen: Sequence[Answer]) -> Iterator[tuple[Answer, Answer]]:
    """Yield another reply of the run to the same question beside each chosen one."""
    others: dict[tuple[str, str], list[Answer]] = {}
    for answer in answers:
        others.setdefault(answer.place[:2], []).append(answer)
    for first in chosen:
        for second in others[first.place[:2]]:
            if second.epoch > first.epoch and second.output != first.output:
                yield second, first
                break


def questions(judge: Judge, found: Material, scope: Scope, seed: int) -> Questions:
    """Return what is asked about the replies, by a judge of either kind."""
    beside = _first_of_each(found.candidate, scope.beside)
    padded = padded_answers(found.candidate, seed=seed)
    spoiled = responses(beside)
    names = [criterion.name for criterion in judge.criteria]
    if judge.pairs:
        own = list(zip(padded, found.candidate, strict=True))
        main = _pairs(names, found.pairs)
        longer = _pairs(names, own)
        return Questions(
            main=main,
            padded=longer,
            responders={
                name: _pairs(names, list(zip(answers, beside, strict=True)))
                for name, answers in spoiled.items()
            },
            repeated=_of_each(names, main or longer, scope.anchors),
        )
    main = _single(names, found.candidate)
    return Questions(
        main=main,
        others=_single(names, [answer for answer in found.other if answer.output.strip()]),
        padded=_single(names, padded),
        responders={name: _single(names, answers) for name, answers in spoiled.items()},
        beside=_single(names, beside),
        repeated=_of_each(names, main, scope.anchors),
    )


def anchor_asks(repeated: Sequence[Unit], count: int) -> list[Ask]:
    """Return the judgements to freeze: of pairs one order each, in turn, so that more items fit."""
    names = list(dict.fromkeys(unit[0].criterion for unit in repeated))
    each = max(1, count // max(1, len(names)))
    kept = _of_each(names, repeated, each)
    return [unit[place % len(unit)] for place, unit in enumerate(kept)]


def _single(names: Sequence[str], answers: Sequence[Answer]) -> list[Unit]:
    return [(Ask(criterion=name, answers=(answer,)),) for name in names for answer in answers]


def _pairs(names: Sequence[str], pairs: Sequence[tuple[Answer, Answer]]) -> list[Unit]:
    return [both_orders(name, first, second) for name in names for first, second in pairs]


def _of_each(names: Sequence[str], units: Sequence[Unit], count: int) -> list[Unit]:
    """Return the first `count` units of each criterion."""
    by_name = {name: [u for u in units if u[0].criterion == name] for name in names}
    return [unit for name in names for unit in by_name[name][:count]]


def _first_of_each(answers: Sequence[Answer], count: int) -> list[Answer]:
    """Return the first `count` replies of each task."""
    seen: dict[str, int] = {}
    kept = []
    for answer in answers:
        seen[answer.task] = seen.get(answer.task, 0) + 1
        if seen[answer.task] <= count:
            kept.append(answer)
    return kept
