"""From what a judge said in an audit to the sections of its page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from statera.analysis.judgeaudit.figures import Section
from statera.analysis.judgeaudit.lengths import Grade, lengths_of_grades, lengths_of_pairs
from statera.analysis.judgeaudit.places import places
from statera.analysis.judgeaudit.repeats import Repeated, repeats
from statera.analysis.judgeaudit.sanity import Responder
from statera.analysis.judgeaudit.verdicts import Asked
from statera.analysis.winrates import JudgedPair
from statera.api.auditasks import Material, Questions, Unit, flat
from statera.api.judged import pairs_of
from statera.api.judging import Bench, Sitting
from statera.graders.asks import Ask, PairAsk, of_pair
from statera.graders.criterion import Criterion
from statera.graders.panel import FLIP, together
from statera.models.configured import stated_sampling
from statera.records.verdicts import Answer, Verdict


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the judge was asked and said: `once` in the judge's own repeats, `again` in more."""

    bench: Bench
    found: Material
    questions: Questions
    once: Sitting
    again: Sitting
    repeats: int

    @property
    def sections(self) -> list[Section]:
        """The sections that each criterion has of its own."""
        criteria = self.bench.judge.criteria
        parts = [section for c in criteria for section in self._of(c)]
        if len(criteria) > 1:
            return parts
        return [msgspec.structs.replace(section, criterion="") for section in parts]

    def _of(self, criterion: Criterion) -> Iterator[Section]:
        rng = np.random.default_rng(self.bench.seed)
        yield self._places(criterion)
        lengths = (
            self._pairs_by_length(criterion, rng)
            if criterion.pairs
            else self._grades_by_length(criterion)
        )
        found = [lengths, self._repeats(criterion, rng)]
        yield from (msgspec.structs.replace(s, criterion=criterion.name) for s in found)

    def _places(self, criterion: Criterion) -> Section:
        if not criterion.pairs:
            return places([], "single replies are graded: there is no place to lean to")
        main = self._mine(criterion, self.questions.main)
        pairs = list(self.pairs(main or self._mine(criterion, self.questions.padded)))
        return places(pairs, f"compared: {self.found.compared}")

    def _pairs_by_length(self, criterion: Criterion, rng: np.random.Generator) -> Section:
        main = self.pairs(self._mine(criterion, self.questions.main))
        padded = self.pairs(self._mine(criterion, self.questions.padded))
        return lengths_of_pairs(list(main), list(padded), rng=rng)

    def _grades_by_length(self, criterion: Criterion) -> Section:
        questions = self.questions
        padded, main, others = (
            [self.grade(unit) for unit in self._mine(criterion, units)]
            for units in (questions.padded, questions.main, questions.others)
        )
        ideals = [a.reference for a in self.found.candidate if a.reference]
        whole = len(ideals) == len(self.found.candidate)
        reference = sum(map(len, ideals)) / len(ideals) if whole else None
        both = list(zip(padded, main, strict=True))
        return lengths_of_grades([*main, *others], both, reference=reference)

    def _repeats(self, criterion: Criterion, rng: np.random.Generator) -> Section:
        sampling = stated_sampling(self.bench.model)
        judgements = [
            Repeated(place(unit), [v.value for v in _verdicts(self.again, unit, self.repeats)])
            for unit in self._mine(criterion, self.questions.repeated)
        ]
        temperature = sampling.get("temperature", criterion.temperature)
        return repeats(judgements, temperature=temperature, rng=rng)

    def _mine(self, criterion: Criterion, units: Sequence[Unit]) -> list[Unit]:
        return [unit for unit in units if unit[0].criterion == criterion.name]

    def value(self, unit: Unit) -> float | None:
        """Return what the judge says of a reply or a pair: the mean over its own repeats."""
        return together(list(_verdicts(self.once, unit, self.bench.judge.repeats))).value

    def grade(self, unit: Unit) -> Grade:
        """Return a reply with its length and its grade."""
        return Grade(place(unit), len(unit[0].answers[0].output), self.value(unit))

    def pairs(self, units: Sequence[Unit]) -> Iterator[JudgedPair]:
        """Yield pairs as they are counted; items of several tasks stay apart."""
        for pair in pairs_of(self.once, [PairAsk(*unit) for unit in units]):
            for row in pair.rows:
                apart = f"{row.task}\0"
                yield row._replace(item=apart + row.item, unit=apart + row.unit)

    @property
    def responders(self) -> list[Responder]:
        """What the sanity responders got, by task and criterion."""
        several = len(self.bench.judge.criteria) > 1
        return [
            self._responder(name, criterion, task, several)
            for criterion in self.bench.judge.criteria
            for task in dict.fromkeys(answer.task for answer in self.found.candidate)
            for name in self.questions.responders
        ]

    def _responder(self, name: str, criterion: Criterion, task: str, several: bool) -> Responder:
        units = [u for u in self._mine(criterion, self.questions.responders[name]) if _of(u, task)]
        own = [u for u in self._mine(criterion, self.questions.beside) if _of(u, task)]
        return Responder(
            task=task,
            criterion=criterion.name if several else "",
            name=name,
            units=[place(unit) for unit in units],
            values=[self.value(unit) for unit in units],
            own=None if criterion.pairs else [self.value(unit) for unit in own],
            content=criterion.content,
            flips=sum(self._flips(unit) for unit in units),
        )

    def _flips(self, unit: Unit) -> bool:
        """Return whether a pair flips with the order, in each of the judge's own repeats."""
        said = _verdicts(self.once, unit, self.bench.judge.repeats)
        return all(FLIP in verdict.flags for verdict in said)

    @property
    def asked(self) -> list[Asked]:
        """Every judgement with what became of it, repeats included."""
        own = self.bench.judge.repeats
        first = [
            _asked(ask, self.once.verdict(ask, repeat))
            for ask in self.questions.once
            for repeat in range(own)
        ]
        more = [
            _asked(ask, self.again.verdict(ask, repeat))
            for ask in flat(self.questions.repeated)
            for repeat in range(own, self.repeats)
        ]
        return first + more


def place(unit: Unit) -> str:
    """Return what names the item, or its cluster, over all tasks."""
    answer = unit[0].answers[0]
    return f"{answer.task}\0{answer.unit}"


def _of(unit: Unit, task: str) -> bool:
    answer: Answer = unit[0].answers[0]
    return answer.task == task


def _verdicts(sitting: Sitting, unit: Unit, count: int) -> Iterator[Verdict]:
    """Yield the verdict of each repeat: of a pair, that of both orders."""
    for repeat in range(count):
        said = [sitting.verdict(ask, repeat) for ask in unit]
        yield of_pair(said[0], said[1]) if len(said) > 1 else said[0]


def _asked(ask: Ask, verdict: Verdict) -> Asked:
    answer = ask.answers[0]
    unit = f"{answer.task}\0{answer.unit}"
    item = f"{answer.task}\0{answer.sample_id}"
    return Asked(unit, verdict.value is not None, verdict.outcome, ask.criterion, item)
