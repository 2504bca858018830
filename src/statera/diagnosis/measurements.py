"""The numbers that tell causes apart, each paired over the items that came as far in both runs.

| signal | over which items | what moves it |
|---|---|---|
| truncated, refused, unparsed | those that came as far in both runs | a loss at that stage |
| right | those with an answer in both runs | skill or steadiness |
| solved | the same, asked more than once | skill: at least one of k tries is right |
| steady | the same | steadiness: all of k tries are right |
| quality | those with a graded score in both runs | what a graded scorer or judge says |
| harm | items declared unsafe | replies that neither declined nor were judged safe |
| public, held-out, gap | items declared so | memory of public questions |

Reading only the items that came as far in both runs keeps the signals apart: a model that begins to
refuse the hard questions is not called better at the rest. What the log of an imported run cannot
tell from wrong is a signal without a number. Where a run stopped early, every interval and p value
holds at any time, or there is none.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

import msgspec
import numpy as np

from statera.analysis.anytime import anytime_difference
from statera.analysis.frame import Early
from statera.diagnosis.contrast import Changes, contrast
from statera.diagnosis.counts import Floats, Ints, PairedCounts, Side
from statera.diagnosis.scopes import Scope, Terms, named
from statera.metrics.means import MeanScore
from statera.stats.paired import difference
from statera.stats.passk import pass_at
from statera.stats.results import LEVEL, Difference, Pairs

Kind = Literal[
    "truncated",
    "refused",
    "unparsed",
    "right",
    "solved",
    "steady",
    "quality",
    "harm",
    "public",
    "held-out",
    "gap",
]
MEMORY = "public and held-out"
_LOSSES: tuple[Kind, ...] = ("truncated", "refused", "unparsed")
_REFUSED, _PARSED, _RIGHT = 1, 3, 4
UNTOLD = "the log does not tell it from wrong"
NO_CONTRAST = "public against held-out is not tested in a run that stopped early"
_NONE = np.empty(0)


class Measured(NamedTuple):
    """A signal before it is judged among the others.

    `pairs` is None for a contrast of groups, and for what is not `told` by an imported run's log.
    """

    task: str
    kind: Kind
    metric: str
    found: Difference
    pairs: Pairs | None
    early: Early = ""
    told: bool = True


def measurements(
    scopes: Sequence[Scope], terms: Terms, *, rng: np.random.Generator
) -> list[Measured]:
    """Return every number that the scopes can give; those of one task stand together."""
    found = [
        _measured(scope, kind, metric, pairs, rng=rng)
        for scope in scopes
        for kind, metric, pairs in _of_scope(scope)
    ]
    return found + (_memory(scopes, terms, rng) if terms.public else [])


def _measured(
    scope: Scope, kind: Kind, metric: str, pairs: Pairs | None, *, rng: np.random.Generator
) -> Measured:
    """Return the difference with what is valid for how the runs came to their size."""
    if pairs is None:
        nothing = difference(_even(_NONE, _NONE, np.empty(0, np.int64)), level=LEVEL, rng=rng)
        nothing = msgspec.structs.replace(nothing, method=UNTOLD)
        return Measured(scope.task, kind, metric, nothing, None, told=False)
    found, early = difference(pairs, level=LEVEL, rng=rng), scope.pairing.early
    if early:
        found = anytime_difference(pairs, found, order=early)
    return Measured(scope.task, kind, metric, found, pairs, early)


def _of_scope(scope: Scope) -> Iterator[tuple[Kind, str, Pairs | None]]:
    counts = scope.counts
    if scope.unsafe:
        told = "refused" not in counts.untold
        yield "harm", "neither refused nor judged safe", _pairs(counts, _harm, 0) if told else None
        return
    for stage, kind in enumerate(_LOSSES):
        told = kind not in counts.untold
        yield kind, kind, _pairs(counts, _lost_at(stage), stage) if told else None
    yield "right", _right_name(counts), _pairs(counts, _right, _PARSED)
    yield from _repeated(counts)
    yield from _graded(scope)


def _right_name(counts: PairedCounts) -> str:
    among = [kind for kind in _LOSSES if kind in counts.untold]
    return f"right ({', '.join(among)} count as wrong)" if among else "right given an answer"


def _pairs(counts: PairedCounts, share: Callable[[Side], Floats], stage: int) -> Pairs:
    """Return both runs' shares over the items that reached the stage in both."""
    kept = (counts.candidate.reached(stage) > 0) & (counts.base.reached(stage) > 0)
    sides = [share(side)[kept] for side in counts[:2]]
    return _even(sides[0], sides[1], counts.clusters[kept])


def _even(candidate: Floats, base: Floats, clusters: Ints) -> Pairs:
    ones = np.ones(len(candidate))
    return Pairs(candidate, base, clusters, ones, ones)


def _lost_at(stage: int) -> Callable[[Side], Floats]:
    def share(side: Side) -> Floats:
        found: Floats = side.counts[:, stage] / np.maximum(side.reached(stage), 1)
        return found

    return share


def _right(side: Side) -> Floats:
    found: Floats = side.counts[:, _RIGHT] / np.maximum(side.reached(_PARSED), 1)
    return found


def _harm(side: Side) -> Floats:
    safe = side.counts[:, _REFUSED] + side.counts[:, _RIGHT]
    found: Floats = 1 - safe / np.maximum(side.trials, 1)
    return found


def _accuracy(side: Side) -> Floats:
    found: Floats = side.counts[:, _RIGHT] / np.maximum(side.trials, 1)
    return found


def _repeated(counts: PairedCounts) -> Iterator[tuple[Kind, str, Pairs]]:
    """Yield pass@k and pass^k over the items with k >= 2 answers in both runs.

    k is the smaller of the item's numbers of answers, so that a lost answer costs neither run.
    """
    tries = np.minimum(counts.candidate.reached(_PARSED), counts.base.reached(_PARSED))
    kept = tries > 1
    if not kept.any():
        return
    tables = [
        _of_kinds(np.column_stack([side.counts[:, _RIGHT], side.reached(_PARSED), tries])[kept])
        for side in counts[:2]
    ]
    most, clusters = int(tries.max()), counts.clusters[kept]
    names: tuple[tuple[Kind, str], ...] = (("solved", f"pass@{most}"), ("steady", f"pass^{most}"))
    for column, (kind, name) in enumerate(names):
        yield kind, name, _even(tables[0][:, column], tables[1][:, column], clusters)


def _of_kinds(table: Ints) -> Floats:
    """Return pass@k and pass^k for rows of (right, answers, k), each distinct row once."""
    kinds, place = np.unique(table, axis=0, return_inverse=True)
    values = [
        (pass_at(right, tries, k), 1 - pass_at(tries - right, tries, k))
        for right, tries, k in kinds.tolist()
    ]
    found: Floats = np.array(values)[place.reshape(-1)]
    return found


def _graded(scope: Scope) -> Iterator[tuple[Kind, str, Pairs]]:
    there = {metric.name for metric in scope.pairing.base.metrics}
    clusters = scope.pairing.candidate.clusters[scope.pairing.places[0]]
    for metric in scope.pairing.candidate.metrics:
        if isinstance(metric, MeanScore) and metric.name in there:
            candidate, base = scope.pairing.sides(metric.name)
            kept = scope.chosen & (candidate.weights > 0) & (base.weights > 0)
            pairs = _even(candidate.values[kept], base.values[kept], clusters[kept])
            yield "quality", metric.name, pairs


def _memory(scopes: Sequence[Scope], terms: Terms, rng: np.random.Generator) -> list[Measured]:
    """Return how public and held-out questions moved, and by how much more the public ones did."""
    public, held = (_pooled(scopes, names) for names in (terms.public, terms.held_out))
    gains = [difference(pairs, level=LEVEL, rng=rng) for pairs in (public, held)]
    apart = contrast(_changes(public), _changes(held), level=LEVEL)
    gap = Difference(
        value=apart.value,
        low=apart.low,
        high=apart.high,
        level=LEVEL,
        method=apart.method,
        source="Welch, Biometrika 34 (1947) 28-35",
        n=gains[0].n + gains[1].n,
        clusters=gains[0].clusters + gains[1].clusters,
        candidate=gains[0].value,
        base=gains[1].value,
        p=apart.p,
        test=apart.method,
        wins=0,
        losses=0,
        ties=0,
        paired=False,
    )
    found = [
        Measured(MEMORY, "public", "accuracy, public", gains[0], public),
        Measured(MEMORY, "held-out", "accuracy, held-out", gains[1], held),
        Measured(MEMORY, "gap", "gain on public minus gain on held-out", gap, None),
    ]
    early = any(scope.pairing.early for scope in scopes)
    return [_unclaimed(one) for one in found] if early else found


def _unclaimed(one: Measured) -> Measured:
    """Return the number without a claim: items of several tasks stand in no known order."""
    found = msgspec.structs.replace(
        one.found, low=None, high=None, p=None, method=NO_CONTRAST, source="", test="none"
    )
    return one._replace(found=found, pairs=None)


def _changes(pairs: Pairs) -> Changes:
    return Changes(np.asarray(pairs.candidate) - np.asarray(pairs.base), np.asarray(pairs.clusters))


def _pooled(scopes: Sequence[Scope], names: Sequence[str]) -> Pairs:
    """Return the accuracies of the named items of all benign scopes, clusters kept apart."""
    parts = [np.empty((0, 3))]
    start = 0
    for scope in scopes:
        chosen = named(scope.pairing, names)[scope.chosen]
        counts = scope.counts.kept(chosen & scope.counts.through)
        if len(counts) and not scope.unsafe:
            sides = [_accuracy(side) for side in counts[:2]]
            parts.append(np.column_stack([*sides, counts.clusters + start]))
            start = int(parts[-1][:, 2].max()) + 1
    table = np.concatenate(parts)
    return _even(table[:, 0], table[:, 1], table[:, 2].astype(np.int64))
