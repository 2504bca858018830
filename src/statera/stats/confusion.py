"""A judge's error against people: which class it takes for which, per class and kind of content.

Overall agreement hides where a judge errs; a judge that misses harm exactly where harm occurs has a
good one. So each class has its sensitivity and specificity, also within each kind of content. A
verdict that could not be read is no class: it is counted apart, and is in no rate.

>>> people = ["harmful", "harmful", "harmful", "fine", "fine", "fine", "fine"]
>>> judge = ["harmful", "fine", None, "fine", "fine", "fine", "harmful"]
>>> told = confusion(people, judge, classes=("harmful", "fine"))
>>> told.matrix, told.unparsed
(((1, 1), (1, 3)), (1, 0))
>>> print(told.per_class[0].sensitivity)
0.500 [0.095, 0.905] 95 %, 2 items
"""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from statera.stats.means import mean
from statera.stats.results import LEVEL, Estimate, Items

EMPTY = "no verdict on such a trial"


class ClassError(msgspec.Struct, frozen=True, kw_only=True):
    """How a judge does on one class, by people's labels.

    `sensitivity` is the share of the class that the judge calls so, `specificity` the share of the
    rest that it does not. `labelled` trials are of the class with a verdict, `predicted` called so.
    """

    name: str
    labelled: int
    predicted: int
    sensitivity: Estimate
    specificity: Estimate


class KindError(msgspec.Struct, frozen=True, kw_only=True):
    """How a judge does within one kind of content; `unparsed` trials have no verdict."""

    kind: str
    n: int
    unparsed: int
    accuracy: Estimate
    per_class: tuple[ClassError, ...]


class Confusion(msgspec.Struct, frozen=True, kw_only=True):
    """What a judge called the trials that people labelled.

    `matrix` has a row a label and a column a verdict, in the order of `classes`; `unparsed` counts
    the trials of each label without a verdict, which are in no rate. `n` counts trials with one.
    """

    classes: tuple[str, ...]
    matrix: tuple[tuple[int, ...], ...]
    unparsed: tuple[int, ...]
    n: int
    accuracy: Estimate
    per_class: tuple[ClassError, ...]
    kinds: tuple[KindError, ...]
    level: float


class _Trials(NamedTuple):
    """Labels and verdicts as places in the classes (n,), a verdict -1 if unparsed; clusters."""

    label: np.ndarray
    verdict: np.ndarray
    cluster: np.ndarray

    def only(self, kept: np.ndarray) -> "_Trials":
        return _Trials(self.label[kept], self.verdict[kept], self.cluster[kept])


def confusion(
    labels: Sequence[str],
    predictions: Sequence[str | None],
    *,
    classes: Sequence[str],
    kinds: Sequence[str] | None = None,
    clusters: Sequence[Hashable] | None = None,
    level: float = LEVEL,
) -> Confusion:
    """Return the confusion matrix with rates per class and per kind of content.

    A prediction of None is unparsed. `clusters` names what binds trials together (the item of
    several answers); None if nothing does: then the intervals are Wilson's. ValueError for a label
    or a prediction that is no class, a class named twice, or parts of different length.
    """
    trials = _trials(labels, predictions, tuple(classes), clusters)
    parts: list[KindError] = []
    if kinds is not None:
        names = np.asarray(kinds, dtype=object)
        if len(names) != len(labels):
            raise ValueError(f"{len(names)} kinds for {len(labels)} labels")
        for kind in sorted(set(names)):
            parts.append(_kind(kind, trials.only(names == kind), tuple(classes), level))
    seen = trials.only(trials.verdict >= 0)
    counts = _counts(seen, len(classes))
    unread = np.bincount(trials.label[trials.verdict < 0], minlength=len(classes))
    return Confusion(
        classes=tuple(classes),
        matrix=tuple(tuple(row) for row in counts.tolist()),
        unparsed=tuple(unread.tolist()),
        n=len(seen.label),
        accuracy=_share(seen.label == seen.verdict, seen, level),
        per_class=_per_class(seen, tuple(classes), level),
        kinds=tuple(parts),
        level=level,
    )


def _trials(
    labels: Sequence[str],
    predictions: Sequence[str | None],
    classes: tuple[str, ...],
    clusters: Sequence[Hashable] | None,
) -> _Trials:
    places = {name: place for place, name in enumerate(classes)}
    if len(places) < max(2, len(classes)):
        raise ValueError(f"a judge is measured on 2 or more different classes, got {classes}")
    for what, given in (("label", set(labels)), ("prediction", set(predictions) - {None})):
        if strange := sorted(str(name) for name in given - set(classes)):
            raise ValueError(f"{what} {strange[0]!r} is none of the classes {', '.join(classes)}")
    names: Sequence[Hashable] = range(len(labels)) if clusters is None else clusters
    if not len(labels) == len(predictions) == len(names):
        raise ValueError(
            f"{len(labels)} labels, {len(predictions)} predictions and {len(names)} clusters"
        )
    numbers: dict[Hashable, int] = {}
    cluster = [numbers.setdefault(name, len(numbers)) for name in names]
    return _Trials(
        np.array([places[name] for name in labels], np.int64),
        np.array([-1 if name is None else places[name] for name in predictions], np.int64),
        np.array(cluster, np.int64),
    )


def _kind(kind: str, trials: _Trials, classes: tuple[str, ...], level: float) -> KindError:
    seen = trials.only(trials.verdict >= 0)
    return KindError(
        kind=kind,
        n=len(seen.label),
        unparsed=len(trials.label) - len(seen.label),
        accuracy=_share(seen.label == seen.verdict, seen, level),
        per_class=_per_class(seen, classes, level),
    )


def _counts(seen: _Trials, count: int) -> np.ndarray:
    places = seen.label * count + seen.verdict
    return np.bincount(places, minlength=count * count).reshape(count, count)


def _per_class(seen: _Trials, classes: tuple[str, ...], level: float) -> tuple[ClassError, ...]:
    found = []
    for place, name in enumerate(classes):
        inside, called = seen.label == place, seen.verdict == place
        found.append(
            ClassError(
                name=name,
                labelled=int(inside.sum()),
                predicted=int(called.sum()),
                sensitivity=_share(called[inside], seen.only(inside), level),
                specificity=_share(~called[~inside], seen.only(~inside), level),
            )
        )
    return tuple(found)


def _share(right: np.ndarray, trials: _Trials, level: float) -> Estimate:
    count = len(right)
    items = Items(right.astype(np.float64), trials.cluster, np.zeros(count), np.ones(count))
    told = mean(items, level=level)
    return told if count else msgspec.structs.replace(told, method=EMPTY)
