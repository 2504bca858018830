"""Two runs compared item by item: the numbers that say whether one is better.

| what | family that p is adjusted over |
|---|---|
| whole tasks | all metrics of all tasks, by Holm |
| repeats (pass^k, TAR, flips, …) of whole tasks | theirs of all tasks, by Holm: they come unasked |
| categories | those of one metric, by Benjamini-Hochberg: a search for where it moved |
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from statera.analysis.anytime import anytime_difference
from statera.analysis.frame import Frame
from statera.analysis.instrument import Change
from statera.analysis.judgednumber import Behind, judged_difference
from statera.analysis.pairing import Case, Pairing
from statera.analysis.standing import NOBODY, Standings, is_judged
from statera.analysis.understanding import why_unknown
from statera.errors import DeclarationError, unknown
from statera.interop import measured
from statera.metrics.outcomes import NO_ANSWERS
from statera.metrics.repeats import named_for_several
from statera.records.specs import RunInfo
from statera.stats.multiplicity import benjamini_hochberg, holm
from statera.stats.paired import difference
from statera.stats.results import LEVEL
from statera.stats.spans import Span
from statera.stats.unpaired import unpaired_difference

_NUMBERS = ("base", "candidate", "difference", "low", "high", "p", "p_exact", "worst", "best")
"""What a row whose judge is void does not have."""

_WHOLE, _REPEATS = "whole tasks", "repeats"


class ComparisonRow(msgspec.Struct, frozen=True, kw_only=True):
    """One metric of both runs over the items they share. `category` None is the whole task.

    `difference` is candidate - base with its own interval at `level`; `p` is two-sided, from
    `test`; `p_exact` is McNemar's exact p where that test fits (right or wrong, items alone), else
    None. `p_adjusted` counts how many such tests were made. `wins` counts the items on which the
    candidate is better. `worst` and `best` are the difference if every infrastructure error had
    counted for the base, or for the candidate; None without any. `unscored` items have no value on
    a side. `paired` is False for runs without a shared item. `behind` is what stands behind a
    judge's number, None for any other; where it is void there is no difference.
    """

    metric: str
    category: str | None
    n: int
    clusters: int
    base: float | None
    candidate: float | None
    difference: float | None
    low: float | None
    high: float | None
    level: float
    method: str
    source: str
    test: str
    p: float | None
    p_adjusted: float | None
    wins: int
    losses: int
    ties: int
    worst: float | None
    best: float | None
    unscored: int
    paired: bool
    higher_is_better: bool
    behind: Behind | None = None
    p_exact: float | None = None

    @property
    def name(self) -> str:
        """`task/metric`, or `task/category/metric`."""
        return measured.name(self)

    @property
    def of_repeats(self) -> bool:
        """True for a metric over several tries of an item: a family of its own."""
        return named_for_several(self.metric.rpartition("/")[2])

    def __str__(self) -> str:
        """Return `+0.021 [+0.004, +0.038] 95 %, 412 items, 3 unscored`."""
        if self.difference is None:
            return f"no difference ({self.method})"
        left = f", {self.unscored} unscored" if self.unscored else ""
        how = "" if self.paired else ", unpaired"
        if self.low is None or self.high is None:
            bounds = f"(no interval: {self.method})"
        else:
            bounds = f"[{self.low:+.3f}, {self.high:+.3f}] {100 * self.level:g} %"
        return f"{self.difference:+.3f} {bounds}, {self.n} items{how}{left}"


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A candidate and a base, with every row, the pairs behind them, and what else differs.

    `system` lists what differs in the system under test; `instrument` what differs in data, task
    or scorers and was allowed, `left_out` the scores that were not: their metrics are no rows.
    `only_candidate` and `only_base` name the tasks of one run alone.
    `judges` is what is known of the judges behind the candidate's and the base's scores.
    """

    candidate: RunInfo
    base: RunInfo
    rows: tuple[ComparisonRow, ...]
    pairings: tuple[Pairing, ...]
    system: tuple[Change, ...]
    instrument: tuple[Change, ...]
    only_candidate: tuple[str, ...]
    only_base: tuple[str, ...]
    judges: tuple[Standings, Standings] = (NOBODY, NOBODY)
    left_out: tuple[Change, ...] = ()

    def __getitem__(self, name: str) -> ComparisonRow:
        """Return the row called `task/metric`, or `task/category/metric`.

        DeclarationError, with the reason, for one that was left out.
        """
        for row in self.rows:
            if row.name == name:
                return row
        self.check_made_alike(name)
        raise unknown("metric", name, [row.name for row in self.rows])

    def check_made_alike(self, name: str) -> None:
        """Raise DeclarationError for a metric, by its name, that other instruments gave."""
        task, metric = name.split("/", 1)[0], name.rsplit("/", 1)[-1]
        for pairing in self.pairings:
            found = [m.score for m in pairing.candidate.metrics if m.name == metric]
            found = found or ([pairing.candidate.primary] if metric in NO_ANSWERS else [])
            for change in self.left_out:
                if change.task == task == pairing.task and change.score in found:
                    raise DeclarationError(
                        f"{name}: not the same instrument: {change}. --allow compares, marked"
                    )

    def pairing(self, task: str) -> Pairing:
        """Return the pairs of a task; DeclarationError for one that the runs do not share."""
        for pairing in self.pairings:
            if pairing.task == task:
                return pairing
        raise unknown("task of both runs", task, [p.task for p in self.pairings])


def pair(
    candidate: Iterable[Frame], base: Iterable[Frame], *, without: Iterable[Change] = ()
) -> tuple[Pairing, ...]:
    """Return the pairings of the tasks that both runs have, in the candidate's order.

    The scores that `without` names are not compared.
    """
    there = {frame.task: frame for frame in base}
    gone: dict[str, frozenset[str]] = {}
    for change in without:
        gone[change.task] = gone.get(change.task, frozenset()) | {change.score}
    return tuple(
        Pairing.of(f, there[f.task], without=gone.get(f.task, frozenset()))
        for f in candidate
        if f.task in there
    )


def compared(
    pairings: Sequence[Pairing],
    *,
    level: float = LEVEL,
    rng: np.random.Generator,
    judges: tuple[Standings, Standings] = (NOBODY, NOBODY),
) -> tuple[ComparisonRow, ...]:
    """Return the rows of every shared metric, with p adjusted; `level` is two-sided in (0, 1).

    `judges` says what is known of the judges behind the candidate's and the base's scores.
    """
    rows = [
        _judged(row, pairing, judges) for pairing in pairings for row in _rows(pairing, level, rng)
    ]
    return adjusted(rows)


def _judged(
    row: ComparisonRow, pairing: Pairing, judges: tuple[Standings, Standings]
) -> ComparisonRow:
    """Return the row with what stands behind a judge's number; a void or unknown one is none."""
    metric = pairing.candidate.metric(row.metric.removeprefix(f"{pairing.task}/"))
    if why := max(why_unknown(frame, metric) for frame in (pairing.candidate, pairing.base)):
        return msgspec.structs.replace(row, **dict.fromkeys(_NUMBERS), method=why, test="none")
    ours, theirs = (side.get((pairing.task, metric.score)) for side in judges)
    if ours is None or theirs is None or not is_judged(metric) or not pairing.shared:
        return row
    behind = judged_difference(pairing, metric, (ours, theirs), row.category, level=row.level)
    if not behind.void:
        return msgspec.structs.replace(row, behind=behind)
    gone = dict.fromkeys(_NUMBERS)
    return msgspec.structs.replace(row, **gone, method=behind.void, test="none", behind=behind)


def adjusted(rows: Sequence[ComparisonRow]) -> tuple[ComparisonRow, ...]:
    """Return the rows with p adjusted in its family (see the table above)."""
    families: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        families.setdefault(_family(row), []).append(place)
    found: Mapping[int, float | None] = {
        place: p
        for name, places in families.items()
        for place, p in zip(places, _adjust(name, [rows[i].p for i in places]), strict=True)
    }
    replace = msgspec.structs.replace
    return tuple(replace(row, p_adjusted=found[place]) for place, row in enumerate(rows))


def _family(row: ComparisonRow) -> str:
    """Return the name of the family in which a row's p is adjusted."""
    if row.category is not None:
        return row.metric
    return _REPEATS if row.of_repeats else _WHOLE


def _adjust(family: str, p: Sequence[float | None]) -> tuple[float | None, ...]:
    return holm(p) if family in (_WHOLE, _REPEATS) else benjamini_hochberg(p)


def _rows(pairing: Pairing, level: float, rng: np.random.Generator) -> Iterator[ComparisonRow]:
    there = {metric.name for metric in pairing.base.metrics}
    for metric in pairing.metrics:
        names = pairing.parts(metric.name) if metric.by_category else []
        for category in (None, *names):
            yield row(pairing, metric.name, category, level=level, rng=rng)
    for outcome in NO_ANSWERS if pairing.led else ():
        if outcome in there or outcome in pairing.blind:
            continue
        if any(np.any(c.values > 0) for c in pairing.sides(outcome)):
            yield row(pairing, outcome, None, level=level, rng=rng)


def row(
    pairing: Pairing,
    name: str,
    category: str | None,
    *,
    level: float = LEVEL,
    rng: np.random.Generator,
) -> ComparisonRow:
    """Return one metric compared, over a category or the whole task; p is not adjusted yet."""
    if pairing.shared:
        span = Span(*pairing.candidate.metric(name).bounds)
        pairs = span.pairs(pairing.pairs(name, category))
        found = difference(pairs, level=level, rng=rng)
        if pairing.early:
            found = anytime_difference(pairs, found, order=pairing.early)
        found = span.difference(found)
    else:
        found = unpaired_difference(*pairing.alone(name, category), level=level)
    better = pairing.candidate.metric(name).higher_is_better
    wins, losses = (found.wins, found.losses) if better else (found.losses, found.wins)
    return ComparisonRow(
        metric=f"{pairing.task}/{name}",
        category=category,
        n=found.n,
        clusters=found.clusters,
        base=found.base,
        candidate=found.candidate,
        difference=found.value,
        low=found.low,
        high=found.high,
        level=found.level,
        method=found.method,
        source=found.source,
        test=found.test,
        p=found.p,
        p_adjusted=None,
        wins=wins,
        losses=losses,
        ties=found.ties,
        worst=_extreme(pairing, name, category, "worst"),
        best=_extreme(pairing, name, category, "best"),
        unscored=pairing.unscored(name, category),
        paired=found.paired,
        higher_is_better=better,
        p_exact=found.p_exact,
    )


def _extreme(pairing: Pairing, name: str, category: str | None, case: Case) -> float | None:
    """Return the difference with the failed trials put to one side; None when none failed."""
    if not pairing.failed(category):
        return None
    candidate, base, _, *weights = map(np.asarray, pairing.pairs(name, category, infra=case))
    if not len(candidate) or not all(np.any(weight > 0) for weight in weights):
        return None
    return float(np.average(candidate, weights=weights[0]) - np.average(base, weights=weights[1]))
