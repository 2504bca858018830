"""What a plan supposes of each rule: its spread, its part of the items, how rules hang together.

From a pilot run (and its base) these are seen; without one they are stated.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from statera.analysis.frame import Frame, Places
from statera.errors import DeclarationError
from statera.gate.evidence import Evidence, untold
from statera.gate.judges import judged, listened
from statera.gate.policy import Policy
from statera.gate.rules import KnownTask, Target, targets
from statera.metrics.critical import CRITICAL, CriticalFailure
from statera.metrics.means import Accuracy, GivenAnswer, Macro
from statera.metrics.outcomes import NO_ANSWERS, OutcomeShare
from statera.protocols import Metric
from statera.stats.proportion import normal_quantile
from statera.stats.results import LEVEL

Truth = Literal["equal", "seen", "limit"]
"""The candidate is as good as what it is compared with, as the pilot shows, or at each limit."""

Floats = NDArray[np.float64]
COUNTS = (1, 2, 3, 4, 6, 8, 12, 16)
"""The numbers of epochs that are weighed against more items."""
DISCORDANCE = 0.1
"""The share of items on which two runs disagree, where nothing says it better."""

_BY_EPOCH = (Accuracy, GivenAnswer, Macro, OutcomeShare)
"""Metrics whose item value is the mean of its epochs, each 0 or 1."""


class Assumed(NamedTuple):
    """What is supposed of one target.

    `value` is what was seen or stated; `between` and `within` are the variances of an item's value
    (for pairs: of its difference), `within` None where one epoch cannot tell; `share` is its part
    of the task's items, `effect` the design effect of clusters. `counted` says that items are right
    or wrong, so that events are counted. `known` is False where there is nothing to go by. `judged`
    says of a judge's number how far the judge is believed, or why it is not.
    """

    target: Target
    value: float
    between: float
    within: float | None = None
    share: float = 1.0
    effect: float = 1.0
    counted: bool = False
    known: bool = True
    judged: str = ""

    def truth(self, truth: Truth) -> float:
        """Return the true value that is supposed."""
        if truth == "limit":
            return self.target.limit
        return 0.0 if truth == "equal" and self.target.paired else self.value

    def variance(self, epochs: int) -> float:
        """Return the variance of one item's mean over so many epochs."""
        return self.between + (self.within or 0.0) / epochs


class Assumptions(NamedTuple):
    """All targets, how their estimates hang together, and what a request costs in US dollars.

    `tasks` are asked; each question is paid for `runs` runs: 2 where the base must have it too.
    `epochs` are those that can be told about.
    """

    alpha: float
    rules: tuple[Assumed, ...]
    correlation: Floats
    tasks: int
    runs: int = 1
    epochs: tuple[int, ...] = (1,)
    price: float | None = None

    def requests(self, items: int, epochs: int) -> int:
        """Return how many requests so much takes."""
        return items * epochs * self.tasks * self.runs

    def cost(self, items: int, epochs: int) -> float | None:
        """Return what they cost."""
        return None if self.price is None else self.price * self.requests(items, epochs)


def seen(
    policy: Policy,
    evidence: Evidence,
    *,
    discordance: float = DISCORDANCE,
    price: float | None = None,
) -> Assumptions:
    """Return what a pilot's items show; DeclarationError for rules that name what it lacks.

    `discordance` is supposed for rules that compare with a run which is not given.
    """
    check_discordance(discordance)
    asked = targets(policy, evidence.known)
    views = [_view(target, evidence) for target in asked]
    rules = tuple(
        _heard(_assumed(target, view, discordance), view, evidence)
        for target, view in zip(asked, views, strict=True)
    )
    telling = [view for view in views if view is not None]
    repeated = bool(telling) and all(view.noise is not None for view in telling)
    epochs = max((view.epochs for view in telling), default=1)
    return Assumptions(
        alpha=policy.alpha,
        rules=rules,
        correlation=_correlation(asked, views),
        tasks=len({target.task for target in asked}),
        runs=1 + any(target.paired for target in asked),
        epochs=COUNTS if repeated else (epochs,),
        price=price,
    )


def stated(
    policy: Policy, values: Mapping[str, float], *, discordance: float = DISCORDANCE
) -> Assumptions:
    """Return what is stated without a pilot; rules are taken as independent.

    `values` holds the true number of `min` and `max` rules by their metric; a `max` rule that is
    not there supposes 0, a `min` rule is a DeclarationError, and so is a `*`.
    """
    check_discordance(discordance)
    asked = targets(policy, _named([rule.metric for rule in policy.rules]))
    rules = tuple(_stated(target, policy, values, discordance) for target in asked)
    return Assumptions(
        alpha=policy.alpha,
        rules=rules,
        correlation=np.eye(len(rules)),
        tasks=len({target.task for target in asked}),
        runs=1 + any(target.paired for target in asked),
    )


def check_discordance(discordance: float) -> None:
    """Raise DeclarationError unless it is a share above 0."""
    if not 0 < discordance <= 1:
        raise DeclarationError(f"--discordance: {discordance:g} is not above 0 and at most 1")


def _named(names: Sequence[str]) -> list[KnownTask]:
    """Return tasks that have just what the rules name."""
    found: dict[str, KnownTask] = {}
    for name in names:
        task, *category, metric = name.split("/")
        if "*" in (task, *category, metric):
            raise DeclarationError(f"`{name}`: what `*` stands for is known with --pilot RUN")
        known = found.get(task, KnownTask(task, {}, (), ()))
        found[task] = KnownTask(
            task,
            {**known.metrics, metric: _metric(metric)},
            (*known.own, metric),
            (*known.categories, *(["/".join(category)] if category else [])),
        )
    return list(found.values())


def _metric(name: str) -> Metric:
    """Return the metric of that name, a share of right answers unless the name says otherwise."""
    if name == CRITICAL:
        return CriticalFailure(score="")
    for outcome in NO_ANSWERS:
        if name == outcome:
            return OutcomeShare(score="", outcome=outcome)
    return Accuracy(score=name)


def _stated(
    target: Target, policy: Policy, values: Mapping[str, float], discordance: float
) -> Assumed:
    name = policy.rules[target.place].metric
    if target.paired:
        return Assumed(target, 0.0, discordance)
    if name not in values and target.side == "above":
        raise DeclarationError(
            f"`{name}`: state its true value, --value {name}=0.9, or --pilot RUN"
        )
    value = values.get(name, 0.0)
    if not 0 <= value <= 1:
        raise DeclarationError(f"--value {name}={value:g}: a share lies between 0 and 1")
    return Assumed(target, value, value * (1 - value), counted=True)


class _View(NamedTuple):
    """A target's item values (or differences) at places of the candidate's frame.

    `noise` is how much the epochs of each item vary, None where they cannot tell. `part` of the
    task's items are the target's.
    """

    places: Places
    clusters: Places
    values: Floats
    noise: Floats | None
    epochs: int
    part: float
    counted: bool


def _view(target: Target, evidence: Evidence) -> _View | None:
    frame, pairing = evidence.candidate.get(target.task), evidence.pairing(target)
    if frame is None or target.metric.name not in frame.names:
        return None
    if untold(target, frame.blind if pairing is None else pairing.blind):
        return None
    if not target.paired:
        places = frame.places(target.category)
        return _items(frame, places, _column(target.metric, frame, places))
    if pairing is None:
        return None
    chosen = pairing.chosen(target.category)
    here, there = (places[chosen] for places in pairing.places)
    sides = (
        _column(target.metric, pairing.candidate, here),
        _column(target.metric, pairing.base, there),
    )
    view = _items(frame, here, _minus(*sides))
    return None if view is None else view._replace(counted=False)


class _Column(NamedTuple):
    """Item values, how many trials stand behind each, and how much these vary."""

    values: Floats
    weights: Floats
    noise: Floats | None


def _column(metric: Metric, frame: Frame, places: Places) -> _Column:
    column = frame.column(metric.name)
    values, weights = column.values[places], column.weights[places]
    there = weights > 0
    if not isinstance(metric, _BY_EPOCH) or not np.all(weights[there] > 1):
        return _Column(values, weights, None)
    return _Column(values, weights, values * (1 - values) * weights / np.maximum(weights - 1, 1))


def _minus(candidate: _Column, base: _Column) -> _Column:
    noise = None
    if candidate.noise is not None and base.noise is not None:
        noise = candidate.noise + base.noise
    weights = np.minimum(candidate.weights, base.weights)
    return _Column(candidate.values - base.values, weights, noise)


def _items(frame: Frame, places: Places, column: _Column) -> _View | None:
    """Return the view of the items that have a value; None for fewer than two."""
    there = column.weights > 0
    values = column.values[there]
    if len(values) < 2:
        return None
    return _View(
        places=places[there],
        clusters=frame.clusters[places[there]],
        values=values,
        noise=None if column.noise is None else column.noise[there],
        epochs=int(column.weights[there].min()),
        part=len(values) / len(frame),
        counted=bool(np.all((values == 0) | (values == 1))),
    )


def _assumed(target: Target, view: _View | None, discordance: float) -> Assumed:
    if view is None:
        if target.paired:
            return Assumed(target, 0.0, discordance)
        return Assumed(target, target.limit, 0.0, known=False)
    spread = view.values - view.values.mean()
    squares = float(np.sum(spread**2))
    total = squares / (len(spread) - 1)
    if target.paired:
        total = max(total, 1 / len(spread))
    within = None if view.noise is None else float(view.noise.mean())
    sums = np.bincount(np.unique(view.clusters, return_inverse=True)[1], weights=spread)
    return Assumed(
        target=target,
        value=float(view.values.mean()),
        between=max(0.0, total - (within or 0.0) / view.epochs),
        within=within,
        share=view.part,
        effect=max(1.0, float(np.sum(sums**2)) / squares) if squares else 1.0,
        counted=view.counted,
    )


def _heard(supposed: Assumed, view: _View | None, evidence: Evidence) -> Assumed:
    """Return what is supposed of a judge's number: spread as the corrected one, if it is read.

    That more items come with as many more labels is supposed.
    """
    target = supposed.target
    sides = evidence.pairing(target) if target.paired else evidence.candidate.get(target.task)
    if view is None or sides is None or not judged(target, evidence.judges):
        return supposed
    said = listened(target, sides, evidence.judges, fixed=not evidence.early(target))
    if said.found is None or said.hearing.seen:
        told = "unvalidated judge" if said.hearing.how == "unvalidated" else said.why
        return supposed._replace(known=said.hearing.how == "unvalidated", judged=told)
    found = said.found.at(LEVEL)
    if found.value is None or found.low is None or found.high is None:
        return supposed._replace(known=False, judged=found.method)
    error = (found.high - found.low) / (2 * normal_quantile(LEVEL))
    between = error**2 * found.n
    return supposed._replace(
        value=found.value,
        between=between,
        within=None if supposed.within is None else 0.0,
        effect=1.0,
        counted=False,
        judged=f"{said.hearing.how}: {said.hearing.labels:,} labels of {found.n:,} items, and of "
        "more items as many more",
    )


def _correlation(asked: Sequence[Target], views: Sequence[_View | None]) -> Floats:
    """Return the correlations of the estimates, from the items that targets have in common."""
    found = np.eye(len(asked))
    for task in {target.task for target in asked}:
        of_task = {
            k: view
            for k, (target, view) in enumerate(zip(asked, views, strict=True))
            if target.task == task and view is not None
        }
        members = list(of_task)
        size = max((int(view.places.max()) + 1 for view in of_task.values()), default=0)
        parts = np.zeros((len(members), size))
        for row, view in enumerate(of_task.values()):
            parts[row, view.places] = view.values - view.values.mean()
        norms = np.sqrt((parts**2).sum(axis=1))
        scaled = parts / np.where(norms > 0, norms, 1.0)[:, None]
        found[np.ix_(members, members)] = scaled @ scaled.T
    np.fill_diagonal(found, 1.0)
    return found
