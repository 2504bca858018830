"""The scorecard: five levels, and on each what was measured, beside what would pay for it.

scorecard(measures, levels={"gsm8k": "capability"}, ruling=ruling)

A number that is made better alone makes another one worse, so every line names its
counter-metric. There is no total: nothing adds up a refusal and a wrong answer.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from statera.analysis.measure import MetricRow
from statera.gate.ruling import RuleRuling, Ruling, Verdict
from statera.metrics.critical import CRITICAL
from statera.metrics.judged import JUDGED
from statera.metrics.rates import Rate
from statera.metrics.repeats import REPEATED
from statera.protocols import Metric
from statera.records.levels import LEVELS, Level

NOT_MEASURED = "not measured"


class Measure(NamedTuple):
    """One metric of a whole task, as the run has it, and its estimate."""

    task: str
    metric: Metric
    row: MetricRow
    leads: bool = False


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A metric's estimate: `task/metric`, value and interval at `level`, over `n` items.

    `estimate` is None where there is none; `why` then says so. `marks` say what must be read
    beside it: `temperature 0`.
    """

    metric: str
    estimate: float | None
    low: float | None
    high: float | None
    level: float
    n: int
    higher_is_better: bool
    why: str = ""
    marks: tuple[str, ...] = ()


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A metric with its counter-metric, and what a gate said of it.

    `counter` is None where the metric names none; of one that the run did not measure `estimate` is
    None. `threshold` is the rule's claim, `verdict` the ruling, "" where no rule reads the metric.
    """

    figure: Figure
    counter: Figure | None = None
    threshold: str = ""
    verdict: Verdict | None = None
    reason: str = ""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One level with its lines; none means that it was not measured."""

    level: Level
    question: str
    lines: tuple[Line, ...] = ()


class Scorecard(msgspec.Struct, frozen=True, kw_only=True):
    """All five levels, in their order; `gate` names the policy whose ruling is shown, or is ""."""

    parts: tuple[Part, ...]
    gate: str = ""

    @property
    def telling(self) -> bool:
        """True when it shows more than the leading capability numbers that stand elsewhere."""
        lines = [line for part in self.parts for line in part.lines]
        levels = {part.level for part in self.parts if part.lines}
        return bool(levels - {"capability"}) or any(line.counter for line in lines)


def scorecard(
    measures: Sequence[Measure],
    *,
    levels: Mapping[str, Level],
    ruling: Ruling | None = None,
    lived: Sequence[Line] = (),
) -> Scorecard:
    """Return the scorecard of a run's metrics over whole tasks; `lived` are lines of live value.

    `levels` says on which level a task is; without an entry it is capability. A line has each
    metric that leads its task, that has or is a counter-metric, that is read by a rule of
    `ruling`, or that says how often repeats agree; one that is `aside` only by a rule.
    """
    by_name = {measure.row.metric: measure for measure in measures}
    rules = {} if ruling is None else {rule.name: rule for rule in ruling.rules}
    chosen = _chosen(measures, by_name, rules)
    found: dict[Level, list[Line]] = {level: [] for level in LEVELS}
    for measure in chosen:
        level = level_of(measure.metric, levels.get(measure.task, "capability"))
        found[level].append(_line(measure, by_name, rules.get(measure.row.metric)))
    found["value"] += lived
    parts = [
        Part(level=level, question=question, lines=tuple(found[level]))
        for level, question in LEVELS.items()
    ]
    return Scorecard(parts=tuple(parts), gate="" if ruling is None else ruling.gate)


def level_of(metric: Metric, task: Level) -> Level:
    """Return the level of a metric of a task on that level.

    A judge's numbers are quality, repeats and critical failures reliability, unless the task is on
    a level of its own.
    """
    if task != "capability":
        return task
    if isinstance(metric, JUDGED):
        return "quality"
    return "reliability" if isinstance(metric, REPEATED) or metric.name == CRITICAL else task


def _chosen(
    measures: Sequence[Measure], by_name: Mapping[str, Measure], rules: Mapping[str, RuleRuling]
) -> list[Measure]:
    """Return what has a line, in the order of the run; of several k only the largest."""
    largest = _largest(measures)
    counters = {_counter_name(m) for m in measures if m.metric.counter}
    return [
        measure
        for measure in measures
        if measure.row.metric in rules
        or measure.row.metric in largest
        or (not isinstance(measure.metric, REPEATED) and _worth(measure, counters))
    ]


def _worth(measure: Measure, counters: Iterable[str]) -> bool:
    if isinstance(measure.metric, Rate) and measure.metric.aside:
        return False
    return measure.leads or bool(measure.metric.counter) or measure.row.metric in set(counters)


def _largest(measures: Iterable[Measure]) -> set[str]:
    """Return, for each task and kind of metric over repeats, the name of that with the most."""
    found: dict[tuple[str, type], tuple[int, str]] = {}
    for measure in measures:
        if isinstance(measure.metric, REPEATED):
            kind = measure.task, type(measure.metric)
            tried = measure.metric.k, measure.row.metric
            found[kind] = max(found.get(kind, tried), tried)
    return {name for _, name in found.values()}


def _counter_name(measure: Measure) -> str:
    counter = measure.metric.counter or ""
    return counter if "/" in counter else f"{measure.task}/{counter}"


def _line(measure: Measure, by_name: Mapping[str, Measure], rule: RuleRuling | None) -> Line:
    line = Line(figure=_figure(measure))
    if measure.metric.counter:
        name = _counter_name(measure)
        there = by_name.get(name)
        line = msgspec.structs.replace(line, counter=_figure(there) if there else _absent(name))
    if rule is None:
        return line
    return msgspec.structs.replace(
        line, threshold=rule.told, verdict=rule.verdict, reason=rule.reason
    )


def _figure(measure: Measure) -> Figure:
    row = measure.row
    return Figure(
        metric=row.metric,
        estimate=row.estimate,
        low=row.low,
        high=row.high,
        level=row.level,
        n=row.n,
        higher_is_better=measure.metric.higher_is_better,
        why="" if row.low is not None else row.method,
        marks=row.marks,
    )


def _absent(name: str) -> Figure:
    return Figure(
        metric=name,
        estimate=None,
        low=None,
        high=None,
        level=0.0,
        n=0,
        higher_is_better=True,
        why=NOT_MEASURED,
    )
