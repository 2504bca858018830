"""What keeps a ruling from passing: items that stand for nothing but themselves.

A sample that was picked by hand, or what is left of a log whose other items nobody knows, can be
any part of the candidate's answers: no bound speaks for the rest. A fail stays one.
"""

from collections.abc import Callable, Sequence

import msgspec

from statera.analysis.instrument import is_imported
from statera.gate.ruling import RuleRuling, Ruling, together
from statera.records.specs import EARLY, RunInfo


def withheld(
    ruling: Ruling,
    candidate: Sequence[RunInfo],
    others: Sequence[RunInfo] = (),
    *,
    allow: bool = False,
) -> Ruling:
    """Return the ruling without the passes that nothing vouches for, and with notes on them.

    `candidate` and `others` are the runs of either side. A pass becomes inconclusive where samples
    of any run were picked by hand; of a rule for which the candidate lacks items that another run
    has, unless its own plan left them out (`chose`). `allow` lets them pass; the notes stay.
    """
    picked = [
        f"samples of run {info.id[:8]} were picked by hand"
        for info in (*candidate, *others)
        if info.spec.chosen
    ]
    lost = not all(map(chose, candidate))
    if picked and not allow:
        told = f"{picked[0]}: they stand for nothing else (--allow decides)"
        ruling = _without(ruling, lambda _: told)
    if lost and not allow:
        ruling = _without(ruling, _reason)
    early = all(EARLY in info.environment for info in candidate)
    notes = [] if early and not lost else _lacks(ruling, lost)
    return msgspec.structs.replace(ruling, notes=(*ruling.notes, *picked, *notes))


def chose(info: RunInfo) -> bool:
    """Return whether a run lacks only items that its own plan did not ask, in a seeded order.

    That is so of one that ended as planned, also early by a gate; never of an imported log, nor of
    a run that was cut off: what comes back first, or at all, is no random part.
    """
    return info.status == "done" and not is_imported(info)


def lacking(rule: RuleRuling) -> str:
    """Return `the candidate lacks 247 items that the baseline has`, "" where it lacks none."""
    if not rule.missing:
        return ""
    whose = f"the {rule.form}" if rule.form in ("baseline", "anchor") else "another run"
    what = "1 item" if rule.missing == 1 else f"{rule.missing:,} items"
    return f"the candidate lacks {what} that {whose} has"


def _without(ruling: Ruling, why: Callable[[RuleRuling], str]) -> Ruling:
    """Return the ruling with each pass of a rule that has a reason made inconclusive."""
    rules = tuple(
        msgspec.structs.replace(rule, verdict="inconclusive", reason=why(rule))
        if rule.verdict == "pass" and why(rule)
        else rule
        for rule in ruling.rules
    )
    verdict = together([rule.verdict for rule in rules])
    return msgspec.structs.replace(ruling, rules=rules, verdict=verdict)


def _reason(rule: RuleRuling) -> str:
    return f"{lacking(rule)} (--allow decides)" if rule.missing else ""


def _lacks(ruling: Ruling, lost: bool) -> list[str]:
    """Return what the candidate lacks of each task, and whether its own plan left that out."""
    why = "nothing says why" if lost else "its own plan did not ask them"
    worst: dict[str, RuleRuling] = {}
    for rule in ruling.rules:
        task = rule.metric.split("/", 1)[0]
        if rule.missing > (worst[task].missing if task in worst else 0):
            worst[task] = rule
    return [f"{task}: {lacking(rule)}; {why}" for task, rule in worst.items()]
