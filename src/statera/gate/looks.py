"""Asked often is not evidence: which data a rule was asked on, and what another look may cost.

The same question on the same trials is the same look. With more items or epochs it is the next one,
and takes a smaller alpha (`stats.spending.asked_again_alpha`). Of a number that people's labels
correct, the labels count.
"""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from itertools import pairwise
from math import ceil
from typing import NamedTuple

import numpy as np

from statera.analysis.frame import Frame, Places
from statera.analysis.pairing import Pairing
from statera.gate.evidence import Evidence
from statera.gate.judges import behind, judged, listened
from statera.gate.rules import Target
from statera.stats.results import LEVEL
from statera.stats.spending import asked_again_alpha

STEP = 1.1
"""By how much the data of a look count as grown at least."""

Asked = tuple[str, str, str]
"""Metric, category and form of a target."""


class Glance(NamedTuple):
    """The data that one question was asked on: a digest of items and trials, and their number.

    Of a number that people's labels correct, `trials` counts the labels.
    """

    items: str
    trials: int


class Look(NamedTuple):
    """The trials at each look so far, this one last, and the how-manieth candidate this is."""

    trials: tuple[int, ...]
    tried: int = 1

    def alpha(self, alpha: float) -> float:
        """Return the one-sided level of this look."""
        return asked_again_alpha(growing(self.trials), alpha) if len(self.trials) > 1 else alpha


Looks = Mapping[Asked, Look]


def growing(trials: Sequence[int]) -> list[int]:
    """Return the numbers made to grow by at least a tenth, as information for the boundary.

    The more a look is said to add, the less it has in common with those before, and the smaller its
    alpha: so this errs on the safe side. Other data that are not more are no continuation at all;
    such a look counts as if it doubled them.
    """
    found = list(trials[:1])
    for before, count in pairwise(trials):
        last = found[-1]
        found.append(max(count, ceil(STEP * last)) if count > before else 2 * last)
    return found


def look(earlier: Sequence[Glance], now: Glance, *, tried: int = 1) -> Look:
    """Return the look that a question is on; data that were asked before are that look again."""
    for place, glance in enumerate(earlier):
        if glance.items == now.items:
            return Look(tuple(one.trials for one in earlier[: place + 1]), tried)
    return Look((*(one.trials for one in earlier), now.trials), tried)


def glances(targets: Sequence[Target], evidence: Evidence) -> dict[Asked, Glance]:
    """Return what each target is asked on; items are known by id and number of answered trials."""
    counts: dict[int, Places] = {}
    return {target.asked: _glance(target, evidence, counts) for target in targets}


def _glance(target: Target, evidence: Evidence, counts: dict[int, Places]) -> Glance:
    frame, pairing = evidence.candidate.get(target.task), evidence.pairing(target)
    if frame is None or (target.paired and pairing is None):
        return Glance("", 0)
    seen = _seen(target, frame, pairing, counts)
    if target.metric.name in frame.names and judged(target, evidence.judges):
        sides = frame if pairing is None or not target.paired else pairing
        return _heard(target, sides, evidence, seen)
    return seen


def _heard(target: Target, sides: Frame | Pairing, evidence: Evidence, seen: Glance) -> Glance:
    """Return the glance at what a judge says: more labels are a further look, none are no look."""
    said = listened(target, sides, evidence.judges, fixed=not evidence.early(target))
    if said.hearing.how in ("", "void"):
        return Glance("", 0)
    if said.hearing.how == "unvalidated" and said.found is None:
        sats = [standing.sat for standing in behind(target, evidence.judges)]
        return _at_its_word(target, sides, seen, sats)
    told = f"{seen.items} {said.found and said.found.at(LEVEL)!r}"
    return Glance(
        blake2b(told.encode(), digest_size=16).hexdigest(), said.hearing.labels or said.hearing.seen
    )


def _at_its_word(
    target: Target, sides: Frame | Pairing, seen: Glance, sats: Sequence[str]
) -> Glance:
    """Return the glance at what a judge says, whose run is known by `sats`, of pairs both.

    What another judge says of the same trials is a further look, and so is a larger part.
    """
    score = target.metric.score
    frames = [sides] if isinstance(sides, Frame) else [sides.candidate, sides.base]
    partial = [frame for frame in frames if score in frame.partial]
    counts = [sum(map(len, frame.outcomes[score])) for frame in partial]
    told = f"{seen.items} {sats} {counts}"
    trials = sum(counts) if partial else seen.trials
    return Glance(blake2b(told.encode(), digest_size=16).hexdigest(), trials)


def _seen(
    target: Target, frame: Frame, pairing: Pairing | None, counts: dict[int, Places]
) -> Glance:
    if pairing is None:
        places = frame.places(target.category)
        return _digest(frame, places, [_tries(frame, counts)[places]])
    chosen = pairing.chosen(target.category)
    here, there = (places[chosen] for places in pairing.places)
    tries = [_tries(pairing.candidate, counts)[here], _tries(pairing.base, counts)[there]]
    return _digest(pairing.candidate, here, tries)


def _digest(frame: Frame, places: Places, tries: Sequence[Places]) -> Glance:
    """Return the glance at items in the order of their ids."""
    order = sorted(range(len(places)), key=lambda place: frame.ids[places[place]])
    state = blake2b(digest_size=16)
    state.update("\n".join(frame.ids[places[place]] for place in order).encode())
    for side in tries:
        state.update(side[order].tobytes())
    return Glance(state.hexdigest(), int(sum(side.sum() for side in tries)))


def _tries(frame: Frame, known: dict[int, Places]) -> Places:
    """Return the number of answered trials of each item, computed once a frame."""
    if id(frame) not in known:
        outcomes = frame.outcomes.get(frame.primary, [])
        made = {o: len(o) - o.count("infra_error") for o in set(outcomes)}
        known[id(frame)] = np.array([made[o] for o in outcomes], dtype=np.int64)
    return known[id(frame)]
