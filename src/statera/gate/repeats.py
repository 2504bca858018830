"""How often each item was asked, where a rule says how often it has to be.

What fails in any of K tries fails the more often the larger K is, and replies that agree K times
agree the less often: such a rule is another one for another K.
"""

from collections import Counter

from statera.analysis.frame import Frame
from statera.gate.evidence import Evidence
from statera.gate.rules import Target
from statera.gate.ruling import epochs_words
from statera.metrics.critical import CriticalFailure


def not_as_often(target: Target, evidence: Evidence) -> str:
    """Return why a rule on runs of so many epochs says nothing here, or nothing."""
    wanted = target.rule.epochs
    if wanted is None:
        return ""
    sides = [("candidate", evidence.candidate.get(target.task))]
    pairing = evidence.pairing(target) if target.paired else None
    if pairing is not None:
        sides = [("candidate", pairing.candidate), (target.form, pairing.base)]
    for who, frame in sides:
        other = {} if frame is None else asked_of(target, frame)
        other = {times: items for times, items in other.items() if times != wanted}
        if other:
            return f"the rule is of {epochs_words(wanted)} an item; the {who} has {_counted(other)}"
    return ""


def asked_of(target: Target, frame: Frame) -> dict[int, int]:
    """Return, by number of epochs, how many items of the target were asked so often."""
    score = target.metric.score
    if score not in frame.outcomes:
        return {}
    spared = frame.spared(target.metric.name) if target.metric.name in frame.names else frozenset()
    places = [place for place in frame.places(target.category).tolist() if place not in spared]
    return dict(sorted(Counter(len(frame.outcomes[score][place]) for place in places).items()))


def unstated(target: Target, frame: Frame | None) -> str:
    """Return a note on a rule of single failures that does not say in how many tries; or nothing.

    Only of several epochs: one is what everybody expects.
    """
    single = target.rule.critical or isinstance(target.metric, CriticalFailure)
    if not single or target.rule.epochs is not None or frame is None:
        return ""
    most = max(asked_of(target, frame), default=0)
    if most < 2:
        return ""
    name = f"{target.task}/{target.metric.name}"
    return f"{name} failed in any of {most} tries counts: say `epochs: {most}` in its rule"


def _counted(found: dict[int, int]) -> str:
    """Return `20 items of 1 epoch, 3 of 5 epochs`."""
    (first, items), *rest = found.items()
    head = f"{items:,} item{'' if items == 1 else 's'} of {epochs_words(first)}"
    return ", ".join([head, *(f"{many:,} of {epochs_words(times)}" for times, many in rest)])
