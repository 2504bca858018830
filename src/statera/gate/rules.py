"""From a policy's rules to what each is asked of: one target a task, category and metric.

    targets(policy, known)      # "mmlu/*/accuracy" becomes 57 targets, "*/refused" one a task

A name that nothing has is a declared mistake; a category that vanished from the candidate is not,
because the base, or the data, still has it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from statera.analysis.frame import Frame
from statera.errors import DeclarationError, unknown
from statera.gate.policy import Policy, Rule
from statera.gate.ruling import Form, Side
from statera.metrics.critical import CRITICAL, CriticalFailure
from statera.metrics.outcomes import NO_ANSWERS, OutcomeShare
from statera.metrics.repeats import of_several
from statera.protocols import Metric
from statera.records.samples import Sample


class KnownTask(NamedTuple):
    """What rules may name of a task.

    `own` are the metrics that `*` stands for; the others (shares of outcomes, `critical`) are read
    when they are named. `categories` are those of single items, `groups` what stands above them.
    """

    name: str
    metrics: Mapping[str, Metric]
    own: tuple[str, ...]
    categories: tuple[str, ...]
    groups: tuple[str, ...] = ()


class Target(NamedTuple):
    """One rule for one metric of one category (None: the whole task).

    The claim to be shown is that the number lies on `side` of `limit`.
    """

    place: int
    rule: Rule
    task: str
    category: str | None
    metric: Metric
    form: Form
    side: Side
    limit: float

    @property
    def paired(self) -> bool:
        """True when the rule compares with another run."""
        return self.form in ("baseline", "anchor")

    @property
    def asked(self) -> tuple[str, str, str]:
        """The metric, the category and the form: what counts as the same question again."""
        return f"{self.task}/{self.metric.name}", self.category or "", self.form


def targets(policy: Policy, known: Sequence[KnownTask]) -> tuple[Target, ...]:
    """Return what the rules are asked of, in the policy's order.

    DeclarationError for a task, metric or category that is not known, with the nearest name; for a
    limit outside the metric's range.
    """
    found: list[Target] = []
    for place, rule in enumerate(policy.rules):
        try:
            for task, category, metric in _matches(rule.metric.split("/"), known):
                found += _targets(policy, place, (task, category, metric))
        except DeclarationError as error:
            raise DeclarationError(f"rules[{place}] `{rule.metric}`: {error}") from None
    return tuple(found)


check_known = targets
"""The same before a run, where tasks are known and trials are not."""


def known_frames(frames: Iterable[Frame], declared: Mapping[str, Iterable[str]]) -> list[KnownTask]:
    """Return what the frames of some runs have between them; `declared` adds categories by task."""
    by_task: dict[str, list[Frame]] = {}
    for frame in frames:
        by_task.setdefault(frame.task, []).append(frame)
    return [_merged(name, of_task, declared.get(name, ())) for name, of_task in by_task.items()]


def known_task(name: str, metrics: Sequence[Metric], samples: Iterable[Sample]) -> KnownTask:
    """Return what rules may name of a task that is yet to be asked."""
    seen = list(samples)
    primary = metrics[0].score if metrics else ""
    every: dict[str, Metric] = {metric.name: metric for metric in metrics}
    for outcome in NO_ANSWERS:
        every.setdefault(outcome, OutcomeShare(score=primary, outcome=outcome))
    if any(sample.severity == CRITICAL for sample in seen):
        every.setdefault(CRITICAL, CriticalFailure(score=primary))
    categories = dict.fromkeys(s.category for s in seen if s.category is not None)
    groups = dict.fromkeys(s.group for s in seen if s.group is not None)
    return KnownTask(
        name=name,
        metrics=every,
        own=_own(metrics),
        categories=tuple(categories),
        groups=tuple(group for group in groups if group not in categories),
    )


def _merged(name: str, of_task: Sequence[Frame], declared: Iterable[str]) -> KnownTask:
    metrics = {name: frame.metric(name) for frame in reversed(of_task) for name in frame.names}
    kinds = sorted({kind for frame in of_task for kind in frame.kinds} | set(declared))
    groups = {group for frame in of_task for group in frame.groups}
    own = dict.fromkeys(name for frame in of_task for name in _own(frame.metrics))
    return KnownTask(
        name=name,
        metrics=metrics,
        own=tuple(own),
        categories=tuple(kinds),
        groups=tuple(sorted(groups - set(kinds))),
    )


def _own(metrics: Sequence[Metric]) -> tuple[str, ...]:
    """Return the names that `*` stands for: not those of several tries, which epochs bring along.

    A policy would otherwise have more rules for a run that is asked more often.
    """
    return tuple(metric.name for metric in metrics if not of_several(metric))


_Match = tuple[KnownTask, str | None, Metric]


def _matches(parts: Sequence[str], known: Sequence[KnownTask]) -> list[_Match]:
    """Return all that `task/metric` or `task/category/metric` names; a category may hold a `/`."""
    name, metric = parts[0], parts[-1]
    category = "/".join(parts[1:-1]) or None
    tasks = [task for task in known if name in ("*", task.name)]
    if not tasks:
        raise unknown("task", name, [task.name for task in known])
    having = [task for task in tasks if metric == "*" or metric in task.metrics]
    if not having:
        raise unknown("metric", metric, {name for task in tasks for name in task.metrics})
    found = [(task, one, m) for task in having for one, m in _inside(task, category, metric)]
    if not found:
        raise _no_category(category, metric, having)
    return found


def _inside(task: KnownTask, category: str | None, metric: str) -> list[tuple[str | None, Metric]]:
    names = task.own if metric == "*" else (metric,)
    metrics = [task.metrics[name] for name in names]
    if category is None:
        return [(None, found) for found in metrics]
    places = task.categories if category == "*" else (category,)
    places = tuple(place for place in places if place in task.categories + task.groups)
    return [(place, found) for place in places for found in metrics if found.by_category]


def _no_category(
    category: str | None, metric: str, having: Sequence[KnownTask]
) -> DeclarationError:
    names = {name for task in having for name in task.categories + task.groups}
    if not names:
        return DeclarationError(f"task {having[0].name} has no categories")
    if category == "*" or category in names:
        return DeclarationError(f"`{metric}` is a number of the whole task, not of a category")
    return unknown("category", category or "", names)


def _targets(policy: Policy, place: int, match: _Match) -> list[Target]:
    task, category, metric = match
    rule = policy.rules[place]
    if policy.unvalidated and not rule.unvalidated:
        rule = msgspec.structs.replace(rule, unvalidated=True)
    return [
        Target(place, rule, task.name, category, metric, form, side, limit)
        for form, side, limit in _claims(policy, rule, metric)
    ]


def _claims(policy: Policy, rule: Rule, metric: Metric) -> list[tuple[Form, Side, float]]:
    low, high = metric.bounds
    if rule.min is not None or rule.max is not None:
        limit = rule.min if rule.min is not None else rule.max
        if limit is None or not low < limit < high:
            raise DeclarationError(f"a limit of {limit:g} is not between {low:g} and {high:g}")
        return [("min", "above", limit)] if rule.min is not None else [("max", "below", limit)]
    forms: list[Form] = ["anchor"] if rule.than == "anchor" else ["baseline"]
    if rule.than == "baseline" and policy.anchor is not None:
        forms.append("anchor")
    return [_compared(policy, rule, metric, form) for form in forms]


def _compared(policy: Policy, rule: Rule, metric: Metric, form: Form) -> tuple[Form, Side, float]:
    """Return the claim of not being worse than a run; 0 minus a margin of 0 is plainly 0."""
    low, high = metric.bounds
    margin = policy.margin(rule, "anchor" if form == "anchor" else "baseline")
    if margin >= high - low:
        raise DeclarationError(f"a margin of {margin:g} allows anything")
    return (form, "above", 0.0 - margin) if metric.higher_is_better else (form, "below", margin)
