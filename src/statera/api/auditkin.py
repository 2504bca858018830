"""What several judges, or people, said of the same replies: whether a judge favours its family."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from statera.analysis.instrument import shown_model
from statera.analysis.judgeaudit.kin import PEOPLE, Opinion
from statera.api.auditasks import Questions, Unit
from statera.api.auditreading import Said, place
from statera.api.judging import Bench, Sitting, sit
from statera.errors import DeclarationError
from statera.graders.asks import Ask, both_orders, of_pair
from statera.graders.families import families_of, family_of, shared_family
from statera.graders.panel import together
from statera.records.labels import PEOPLE as LABELS_OF_PEOPLE
from statera.records.labels import stored_labels
from statera.records.specs import RunInfo

Place = tuple[str, str, int]


@dataclass(frozen=True, kw_only=True)
class Sides:
    """Whose replies are judged, and by which family: the judged run, and the other one.

    `stated` names, by run id, the family of a model whose name does not tell it.
    """

    judge: str
    candidate: RunInfo
    other: RunInfo | None
    stated: Mapping[str, str] = field(default_factory=dict)

    @property
    def families(self) -> tuple[str, str]:
        """The families of both runs, named as the judge's where they share it."""
        return self._family(self.candidate), self._family(self.other) if self.other else ""

    def _family(self, info: RunInfo) -> str:
        model = model_name(info, self.stated)
        own = self.judge == model or self.judge in families_of(model)
        return self.judge if own else family_of(model) or model

    def opinion(self, judge: str, unit: Unit, value: float | None, *, theirs: bool) -> Opinion:
        """Return what one judge said of a unit; `theirs` says that it is the other run's reply."""
        first = unit[0].answers[0]
        mine, others = self.families
        pairs = len(unit) > 1
        return Opinion(
            judge=judge,
            value=value,
            what="\0".join([*map(str, first.place), "other" if theirs else "", unit[0].criterion]),
            unit=place(unit),
            family=others if theirs else mine,
            base=others if pairs else None,
        )


def judge_family(bench: Bench) -> str:
    """Return the family of a judge: as its file says, as its model's name tells, or its model."""
    stated = bench.judge.family
    return family_of(stated) or stated or family_of(bench.model.identity) or bench.model.identity


def model_name(info: RunInfo, stated: Mapping[str, str]) -> str:
    """Return what tells a run's family: what is stated of it, else its model's name."""
    return stated.get(info.id) or shown_model(info)


def warnings(bench: Bench, infos: Sequence[RunInfo], stated: Mapping[str, str]) -> list[str]:
    """Return a warning for each run whose model is of the judge's family."""
    judge = bench.judge.family or bench.model.identity
    found = [shared_family(judge, model_name(info, stated)) for info in infos]
    return list(dict.fromkeys(told for told in found if told))


def check_seconds(bench: Bench, seconds: Sequence[Bench]) -> None:
    """Raise DeclarationError for another judge that cannot stand beside the first."""
    for second in seconds:
        name = second.judge.name
        if second.judge.pairs != bench.judge.pairs:
            kinds = ("single replies", "pairs")
            raise DeclarationError(
                f"--second-judge {name} judges {kinds[second.judge.pairs]}, and judge "
                f"{bench.judge.name} {kinds[bench.judge.pairs]}"
            )
        if judge_family(second) == judge_family(bench):
            raise DeclarationError(
                f"--second-judge {name} is of the same family ({judge_family(bench)}) as the "
                "judge: it cannot tell self-preference from quality"
            )


def units_beside(questions: Questions) -> list[tuple[Unit, bool]]:
    """Return what other judges are asked too, each with whether it is the other run's reply."""
    return [(u, False) for u in questions.main] + [(u, True) for u in questions.others]


def how_many(second: Bench, units: Sequence[Unit]) -> int:
    """Return how many judgements another judge gives on these, with its repeats."""
    asks = {(ask.criterion, ask.id) for unit in _for_judge(second, units) for ask in unit}
    return len(asks) * second.judge.repeats


async def by_second(bench: Bench, units: Sequence[Unit]) -> list[float | None]:
    """Ask another judge about the same replies; return its values in their order."""
    asked = _for_judge(bench, units)
    sitting = await sit(bench, [ask for unit in asked for ask in unit], repeats=bench.judge.repeats)
    return [_value(sitting, unit, bench.judge.repeats) for unit in asked]


def _for_judge(bench: Bench, units: Sequence[Unit]) -> list[Unit]:
    """Return the units under the judge's own criteria: of the same name, else its first."""
    own = [criterion.name for criterion in bench.judge.criteria]
    found: list[Unit] = []
    for unit in units:
        name = unit[0].criterion if unit[0].criterion in own else own[0]
        answers = unit[0].answers
        pair = len(unit) > 1
        found.append(
            both_orders(name, *answers) if pair else (Ask(criterion=name, answers=answers),)
        )
    return found


def _value(sitting: Sitting, unit: Unit, repeats: int) -> float | None:
    said = []
    for repeat in range(repeats):
        each = [sitting.verdict(ask, repeat) for ask in unit]
        said.append(of_pair(each[0], each[1]) if len(each) > 1 else each[0])
    return together(said).value


async def opinions(
    bench: Bench, seconds: Sequence[Bench], said: Said, sides: Sides
) -> list[Opinion]:
    """Return what the judge, other judges and people said of the same replies.

    The other judges are asked for what they were not asked yet. Nothing where pairs are of one run.
    """
    if bench.judge.pairs and sides.other is None:
        return []
    units = units_beside(said.questions)
    whole, left = bench.tally.total, [how_many(s, [u for u, _ in units]) for s in seconds]
    own = judge_family(bench)
    found = [sides.opinion(own, unit, said.value(unit), theirs=t) for unit, t in units]
    for at, second in enumerate(seconds):
        second.tally.passed, second.tally.ahead = whole - sum(left[at:]), sum(left[at + 1 :])
        values = await by_second(second, [unit for unit, _ in units])
        name = judge_family(second)
        found += [
            sides.opinion(name, unit, value, theirs=t)
            for (unit, t), value in zip(units, values, strict=True)
        ]
    return found + list(_of_people(bench, units, sides))


def _of_people(bench: Bench, units: Sequence[tuple[Unit, bool]], sides: Sides) -> Iterator[Opinion]:
    for criterion in bench.judge.criteria:
        score = f"{bench.judge.metric(criterion)}{LABELS_OF_PEOPLE}"
        said = {
            False: people(bench, sides.candidate, score, sides.other if criterion.pairs else None),
            True: {} if sides.other is None else people(bench, sides.other, score, None),
        }
        for unit, theirs in units:
            place = unit[0].answers[0].place
            if unit[0].criterion == criterion.name and place in said[theirs]:
                yield sides.opinion(PEOPLE, unit, said[theirs][place], theirs=theirs)


def people(bench: Bench, info: RunInfo, score: str, other: RunInfo | None) -> Mapping[Place, float]:
    """Return what people said of a run's replies, by trial; empty where they said nothing.

    With `other` it is of pairs: labels against another run do not count.
    """
    labelled = stored_labels(info).get(score)
    if labelled is None or labelled.against != ("" if other is None else other.id):
        return {}
    return {
        (row.task, row.sample_id, row.epoch): row.score.value
        for row in bench.store.scores(info.id)
        if row.score.metric == score and row.score.value is not None
    }
