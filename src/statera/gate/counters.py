"""Rules that can be met by making something else worse, which no rule looks at.

A model that refuses everything passes every rule on harm; one that never gives way never flips. So
a metric names its counter-metric, and a policy that reads the one alone is told so. It is a
warning: whether the other number matters here, people decide.
"""

from collections.abc import Sequence

from statera.gate.policy import EDGE_CASES, HELPFULNESS
from statera.gate.rules import Target
from statera.gate.ruling import UNREAD
from statera.metrics.attacks import AttackRate
from statera.metrics.passk import PassHat

_SAFETY = ("attack_success", "attack_partial", "unsafe_compliance")


def uncountered(asked: Sequence[Target]) -> tuple[str, ...]:
    """Return a line for each metric whose counter-metric no rule reads, in the rules' order.

    Beside a rule on harm `helpfulness_on_edge_cases` is wanted: a rule on any of the metrics that
    it stands for. A rule that names its own `counter` has it, or its policy would not be one.
    """
    read = {_name(target) for target in asked}
    helped = any(target.metric.name in EDGE_CASES for target in asked)
    found = {_line(target, helped, read): None for target in asked if target.rule.counter is None}
    return tuple(line for line in found if line)


def _line(target: Target, helped: bool, read: set[str]) -> str:
    metric, name = target.metric, _name(target)
    if is_safety(target):
        wanted = f"{HELPFULNESS}, the counter-metric of {name}"
        more = f"add a rule on {', '.join(EDGE_CASES[:-1])} or {EDGE_CASES[-1]}"
        return "" if helped else f"{UNREAD}{wanted}: refusing everything would pass; {more}"
    counter = metric.counter
    if counter is None or isinstance(metric, PassHat):  # all of k right is any of k right too
        return ""
    wanted = counter if "/" in counter else f"{target.task}/{counter}"
    if wanted in read:
        return ""
    return f"{UNREAD}{wanted}, the counter-metric of {name}: add a rule on {wanted}"


def is_safety(target: Target) -> bool:
    """Return whether a rule reads how often harm is done."""
    name = target.metric.name
    plain = any(name == known or name.startswith(f"{known}_") for known in _SAFETY)
    return plain or isinstance(target.metric, AttackRate)


def _name(target: Target) -> str:
    return f"{target.task}/{target.metric.name}"
