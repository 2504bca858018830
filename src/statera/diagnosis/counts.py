"""What became of the trials of the items that two runs share, as counts.

An answer has to come through four stages. A trial is lost at the first that it fails:

| stage | lost there as | what is asked |
|---|---|---|
| complete | truncated | was the reply finished? |
| not refused | refused | if finished: did it answer at all? |
| parsed | unparsed | if it did: could an answer be read? |
| right | wrong | if one was read: is it right? |

The share of right answers is the product of the four conditional shares. What the log of an
imported run cannot tell from wrong counts as wrong in both runs, and has no stage.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from statera.analysis.pairing import Pairing
from statera.records.scores import Outcome

Stage = Literal["complete", "not refused", "parsed", "right"]
STAGES: tuple[Stage, ...] = ("complete", "not refused", "parsed", "right")
LOST: tuple[Outcome, ...] = ("truncated", "refused", "unparsed", "wrong")
"""The outcome of the trials that are lost at each stage."""

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_ORDER: tuple[Outcome, ...] = (*LOST, "right", "infra_error")
_WRONG, _RIGHT, _INFRA = 3, 4, 5


class Side(NamedTuple):
    """One run's trials: `counts` (n, 5) by outcome lost at each stage, then right; `failed` (n,).

    `failed` counts infrastructure errors, which are no part of `counts`.
    """

    counts: Ints
    failed: Ints

    @property
    def trials(self) -> Ints:
        """How many trials of each item got through, (n,)."""
        found: Ints = self.counts.sum(axis=1)
        return found

    def reached(self, stage: int) -> Ints:
        """How many trials of each item came as far as the stage with that number, (n,)."""
        found: Ints = self.counts[:, stage:].sum(axis=1)
        return found

    def survivors(self) -> Floats:
        """Return, by item, the share of its trials left after each stage, shape (n, 4)."""
        left = np.cumsum(self.counts[:, ::-1], axis=1)[:, ::-1][:, 1:]
        share: Floats = left / np.maximum(self.trials, 1)[:, None]
        return share


class PairedCounts(NamedTuple):
    """Both runs' trials over the same n items; `ids` names them, `clusters` (n,) binds them.

    `untold` are the outcomes that a run's log cannot tell from wrong: they are counted as wrong.
    """

    candidate: Side
    base: Side
    clusters: Ints
    ids: tuple[str, ...]
    untold: frozenset[Outcome] = frozenset()

    def __len__(self) -> int:
        """Return the number of items."""
        return len(self.ids)

    def kept(self, chosen: Mask) -> "PairedCounts":
        """Return the items for which `chosen` (n,) is true."""
        ids = tuple(self.ids[place] for place in np.flatnonzero(chosen))
        sides = [Side(side.counts[chosen], side.failed[chosen]) for side in self[:2]]
        return PairedCounts(sides[0], sides[1], self.clusters[chosen], ids, self.untold)

    def without(self, untold: frozenset[Outcome]) -> "PairedCounts":
        """Return the counts with these outcomes among the wrong, on both sides alike."""
        stages = [stage for stage, lost in enumerate(LOST) if lost in untold]
        sides = [Side(_moved(side.counts, stages), side.failed) for side in self[:2]]
        return PairedCounts(sides[0], sides[1], self.clusters, self.ids, untold)

    @property
    def through(self) -> Mask:
        """Return which items have a trial that got through in both runs, (n,)."""
        found: Mask = (self.candidate.trials > 0) & (self.base.trials > 0)
        return found


def paired_counts(pairing: Pairing, chosen: Mask | None = None) -> PairedCounts:
    """Return the outcomes of the primary score over the shared items (of those `chosen`).

    What a run's log cannot tell from wrong is counted as wrong in both.
    """
    places = pairing.places
    if chosen is not None:
        places = (places[0][chosen], places[1][chosen])
    score = pairing.candidate.primary
    here = pairing.candidate.outcomes.get(score, [])
    there = pairing.base.outcomes.get(score, [])
    ids = pairing.candidate.ids
    found = PairedCounts(
        _side(here, places[0]),
        _side(there, places[1]),
        pairing.candidate.clusters[places[0]],
        tuple(ids[place] for place in places[0].tolist()),
    )
    return found.without(pairing.blind)


def _moved(counts: Ints, stages: Sequence[int]) -> Ints:
    found = counts.copy()
    found[:, _WRONG] += counts[:, stages].sum(axis=1)
    found[:, stages] = 0
    return found


def _side(outcomes: Sequence[tuple[Outcome, ...]], places: Ints) -> Side:
    """Count each distinct tuple of outcomes once; there are few."""
    if not outcomes:
        return Side(np.zeros((len(places), 5), np.int64), np.zeros(len(places), np.int64))
    numbers: dict[tuple[Outcome, ...], int] = {}
    kinds = np.array([numbers.setdefault(of_item, len(numbers)) for of_item in outcomes])
    table = np.array([[kind.count(o) for o in _ORDER] for kind in numbers], dtype=np.int64)
    counts = table[kinds[places]]
    return Side(counts[:, : _RIGHT + 1], counts[:, _INFRA])
