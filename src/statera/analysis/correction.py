"""Judged numbers, corrected by what people said: means, win rates, and differences of two runs.

    corrected(frame, "quality", behind["support", "quality"])      # 0.61 [0.55, 0.67], from 0.70
    corrected_difference(pairing, "quality", (ours, theirs))

| what people labelled | correction |
|---|---|
| these very trials, drawn with known probabilities | PPI++ |
| both runs of a difference | PPI++ of the difference |
| these trials, nobody knows how they were drawn; or other runs of this judge | transported: |
| … a yes or no, and the judge away from chance | Rogan-Gladen |
| … anything else | the mean error, carried over |
| one run of a difference, or other runs of this judge | transported: |
| … a yes or no, and the judge away from chance | Rogan-Gladen of the difference |
| … anything else, or nothing | none, and why |

A difference that a judge sees through its errors is too small, so that of grades nothing is carried
over: the judge would call a worse candidate as good.

An empty reply that is no good needs no label and no judge: what is carried over is of the others,
and a difference is not carried over where many are empty.

Each item counts the same, however many epochs it has. Whether an item of several epochs has one
label or several, its label is the mean of those there are.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from statera.analysis.frame import Frame, Places
from statera.analysis.pairing import Pairing
from statera.analysis.standing import Known, MetricError, Standing
from statera.metrics.judged import JUDGED
from statera.metrics.means import Accuracy, MeanScore
from statera.metrics.outcomes import OutcomeShare
from statera.metrics.rates import Rate
from statera.protocols import Metric
from statera.records.labels import Labelled
from statera.stats.carrying import carrying, mean_error
from statera.stats.corrected import Corrected
from statera.stats.dilution import diluted
from statera.stats.information import Information, information
from statera.stats.ppi import Judged, powering
from statera.stats.ppipaired import powering_paired
from statera.stats.results import LEVEL
from statera.stats.rogangladen import rogan_gladen
from statera.stats.roganpaired import differing

AtLevel = Callable[[float], Corrected]
"""A correction as a function of its level: bounds and p values are read off it."""

MOST_SILENT = 0.02
"""Of a run's items, the share without a reply with which a difference is still carried over."""

MOST_MISSING = 0.05
"""Of the items that were drawn for a label, the share that may lack one."""

NO_LABELS = "no labels"
ONE_SIDE = "labels on one run alone: the judge may err differently on the other"
NEITHER = "no labels on either run"
OTHER_JUDGE = "not the same judge on both runs, and no labels on each"
SILENT = "labels on both runs are needed where replies are empty"
NO_YES_OR_NO = (
    "label both runs: without, only the difference of a yes or no on independent items is corrected"
)


class Arm(NamedTuple):
    """One run's items that have a verdict, with the labels that some of them have.

    `clusters` is None where every item stands on its own; `probabilities` is None where nobody
    knows how the labelled were drawn. `known` are the places whose label nobody had to ask for,
    `silent` those of empty replies: the judge was not asked about them, and did not err.
    """

    verdicts: list[float]
    labels: list[float | None]
    probabilities: list[float] | None
    clusters: list[int] | None
    known: frozenset[int] = frozenset()
    silent: frozenset[int] = frozenset()

    @property
    def spoken(self) -> "Arm":
        """The items that the judge was asked about."""
        kept = [place for place in range(len(self.verdicts)) if place not in self.silent]
        return Arm(
            verdicts=[self.verdicts[place] for place in kept],
            labels=[self.labels[place] for place in kept],
            probabilities=None,
            clusters=None if self.clusters is None else [self.clusters[place] for place in kept],
        )

    @property
    def labelled(self) -> list[int]:
        """The places of the items with a label."""
        return [place for place, label in enumerate(self.labels) if label is not None]

    @property
    def judged(self) -> Judged:
        """The arm as `stats.ppi` takes it."""
        return Judged(self.verdicts, self.labels, self.probabilities, self.clusters)

    @property
    def asked(self) -> list[int]:
        """The places of the items whose label a person had to give."""
        return [place for place in self.labelled if place not in self.known]

    @property
    def weights(self) -> list[float] | None:
        """1 / the chance of each of these to be asked for, None where all had the same."""
        if self.probabilities is None:
            return None
        chances = [self.probabilities[place] for place in self.asked]
        return None if len(set(chances)) < 2 else [1 / chance for chance in chances]


def corrected(
    frame: Frame,
    name: str,
    standing: Standing,
    category: str | None = None,
    *,
    level: float = LEVEL,
) -> Corrected:
    """Return a judged metric of a category (None: the whole task), corrected; or why it is not."""
    return correcting(arm(frame, name, standing, frame.places(category)), name, standing)(level)


def corrected_difference(
    pairing: Pairing,
    name: str,
    standings: tuple[Standing, Standing],
    category: str | None = None,
    *,
    level: float = LEVEL,
) -> Corrected:
    """Return candidate minus base, corrected by labels on both; or why it is not."""
    return correcting_difference(arms(pairing, name, standings, category), name, standings)(level)


def arm(frame: Frame, name: str, standing: Standing, places: Places) -> Arm:
    """Return the items at those places that have a verdict."""
    column = frame.column(name)
    return _arm(frame, name, standing, places[column.weights[places] > 0])


def arms(
    pairing: Pairing, name: str, standings: tuple[Standing, Standing], category: str | None = None
) -> tuple[Arm, Arm]:
    """Return both runs' arms over the category's shared items that both have a verdict on."""
    frames = (pairing.candidate, pairing.base)
    known = [
        frame.column(name).weights[places] > 0
        for frame, places in zip(frames, pairing.places, strict=True)
    ]
    kept = pairing.chosen(category) & known[0] & known[1]
    ours, theirs = (
        _arm(frame, name, standing, places[kept])
        for frame, standing, places in zip(frames, standings, pairing.places, strict=True)
    )
    return ours, theirs._replace(clusters=ours.clusters)


def correcting(found: Arm, name: str, standing: Standing) -> AtLevel:
    """Return the correction of one run's number, as a function of the level."""
    elsewhere = (known.errors.get(name) for known in nearest(standing))
    tried = [*_own(found), *(_transported(found, error) for error in elsewhere)]
    refused: list[str] = []
    for at in tried:
        if (told := at(LEVEL)).value is not None:
            return _after(at, refused)
        refused += [told.method]
    return nothing(found, refused[0] if refused else NO_LABELS)


def _after(at: AtLevel, refused: Sequence[str]) -> AtLevel:
    """Return a correction that says which better ones were refused, and why."""
    if not refused:
        return at

    def told(level: float) -> Corrected:
        found = at(level)
        why = "; ".join(dict.fromkeys(filter(None, (*refused, found.refused))))
        return msgspec.structs.replace(found, refused=why)

    return told


def _own(found: Arm) -> list[AtLevel]:
    """Return the correction by labels of these very trials, if there are any."""
    if not found.labelled:
        return []
    if found.probabilities is None:
        return [_transported(found, own_error(found))]
    at, asked = powering(found.judged), len(found.asked)
    return [lambda level: msgspec.structs.replace(at(level), labels=asked)]


def correcting_difference(
    found: tuple[Arm, Arm], name: str, standings: tuple[Standing, Standing]
) -> AtLevel:
    """Return the correction of a difference, as a function of the level."""
    own = _own_difference(found)
    if own(LEVEL).value is not None:
        return own
    if standings[0].sat != standings[1].sat:
        return own if _both(found) else _differing(found, OTHER_JUDGE)
    carried = [_carried_difference(found, one) for one in _errors(found, name, standings)]
    last = own if _both(found) or not carried else carried[0]
    return next((at for at in carried if at(LEVEL).value is not None), last)


def _both(found: tuple[Arm, Arm]) -> bool:
    return all(side.labelled for side in found)


def _own_difference(found: tuple[Arm, Arm]) -> AtLevel:
    """Return the correction by labels on both runs, or why there is none."""
    ours, theirs = found
    if not _both(found):
        return _differing(found, ONE_SIDE if ours.labelled or theirs.labelled else NEITHER)
    if ours.probabilities is not None and theirs.probabilities is not None:
        return powering_paired(ours.judged, theirs.judged)
    alike = [side._replace(probabilities=[1.0] * len(side.verdicts)).judged for side in found]
    supposed = powering_paired(alike[0], alike[1])
    return lambda level: msgspec.structs.replace(supposed(level), transported=True)


def _errors(
    found: tuple[Arm, Arm], name: str, standings: tuple[Standing, Standing]
) -> list[MetricError]:
    """Return the judge's error as it was measured: on one of the runs, then elsewhere."""
    own = [own_error(side) for side in found]
    known = [one.errors.get(name) for standing in standings for one in nearest(standing)]
    return [error for error in (*own, *known) if error is not None]


def _carried_difference(found: tuple[Arm, Arm], error: MetricError) -> AtLevel:
    """Return Rogan-Gladen's difference of a yes or no, or why there is none."""
    ours, theirs = found
    if any(len(side.silent) > MOST_SILENT * len(side.verdicts) for side in found):
        return _differing(found, SILENT)
    binary = {*ours.verdicts, *theirs.verdicts} <= {0.0, 1.0}
    if error.accuracy is None or ours.clusters is not None or not binary:
        return _differing(found, NO_YES_OR_NO)
    return differing(ours.verdicts, theirs.verdicts, error.accuracy)


def nothing(found: Arm, why: str) -> AtLevel:
    """Return no correction of one run's number, and why."""
    verdicts = found.verdicts
    return _bare(len(verdicts), found, float(np.mean(verdicts)) if verdicts else None, why)


def metric_error(
    verdicts: Sequence[float],
    labels: Sequence[float],
    *,
    clusters: Sequence[int | str] | None = None,
    weights: Sequence[float] | None = None,
) -> MetricError | None:
    """Return the error of verdicts against labels; None with fewer than 2 labelled clusters.

    `weights` are 1 / the chance of each label, None where all had the same.
    """
    mean = mean_error(labels, verdicts, clusters=clusters, weights=weights)
    if mean is None:
        return None
    counted = mean.even and mean.clusters == mean.labels
    return MetricError(
        mean=mean,
        counts=_counts(verdicts, labels) if counted else None,
        information=information(labels, verdicts, clusters=clusters, weights=weights),
    )


def chances(labelled: Labelled, task: str, ids: Sequence[str], seen: int) -> list[float] | None:
    """Return with which probability each item was drawn for a label, None where nobody knows.

    `seen` of the items have one. Items without a label count as drawn like the others on the mean:
    their own chance says nothing. Where every item has a label, each had to.
    """
    if seen == len(ids):
        return [1.0] * len(ids)
    if labelled.missing > MOST_MISSING * (seen + labelled.missing):
        return None
    if labelled.probability is not None:
        return [labelled.probability] * len(ids)
    known = labelled.probabilities.get(task, {})
    there = [known[name] for name in ids if name in known]
    if len(there) < seen:
        return None
    usual = sum(there) / len(there)
    return [known.get(name, usual) for name in ids]


def _arm(frame: Frame, name: str, standing: Standing, places: Places) -> Arm:
    column, units = frame.column(name), frame.clusters[places]
    labels = _labels(frame, name, standing, places)
    known = _unasked(frame, standing, places, labels)
    ids = {at: frame.ids[place] for at, place in enumerate(places) if at not in known}
    seen, drawn = sum(labels[at] is not None for at in ids), None
    if seen and standing.labelled is not None:
        drawn = chances(standing.labelled, frame.task, list(ids.values()), seen)
    chance = dict(zip(ids, drawn or (), strict=False))
    alone = len(np.unique(units)) == len(units)
    return Arm(
        verdicts=column.values[places].tolist(),
        labels=[None if drawn is None and at in known else y for at, y in enumerate(labels)],
        probabilities=None if drawn is None else [chance.get(at, 1.0) for at in range(len(labels))],
        clusters=None if alone else units.tolist(),
        known=known,
        silent=_silent(frame, name, places),
    )


def _labels(frame: Frame, name: str, standing: Standing, places: Places) -> list[float | None]:
    """Return people's value of each item in the same metric, None where there is none."""
    people = labels_name(frame.metric(name), standing.people)
    if standing.labelled is None or people not in frame.names:
        return [None] * len(places)
    column = frame.column(people)
    pairs = zip(column.values[places].tolist(), column.weights[places].tolist(), strict=True)
    return [value if weight > 0 else None for value, weight in pairs]


def labels_name(metric: Metric, people: str) -> str:
    """Return the metric of people's scores that says what `metric` says; empty where none does.

    Of a classifier's scores that is their mean over items, and the share of an outcome.
    """
    if isinstance(metric, JUDGED):
        return msgspec.structs.replace(metric, score=people).name
    plain = isinstance(metric, OutcomeShare) or (
        isinstance(metric, Rate | Accuracy | MeanScore) and metric.bounds == (0.0, 1.0)
    )
    return people if plain else ""


def _unasked(
    frame: Frame, standing: Standing, places: Places, labels: Sequence[float | None]
) -> frozenset[int]:
    """Return which items are known without a label, as no answer is: an empty reply is not good."""
    found = [at for at, label in enumerate(labels) if label is not None]
    outcomes = frame.outcomes[standing.people] if found else []
    return frozenset(at for at in found if not {"right", "wrong"} & set(outcomes[places[at]]))


def _silent(frame: Frame, name: str, places: Places) -> frozenset[int]:
    """Return which items have a value without a verdict, as empty replies that are not good.

    A classifier has read what it calls no answer.
    """
    metric = frame.metric(name)
    if not isinstance(metric, JUDGED):
        return frozenset()
    outcomes = frame.outcomes[metric.score]
    found = (set(outcomes[place]) for place in places.tolist())
    return frozenset(at for at, of in enumerate(found) if not {"right", "wrong"} & of)


def nearest(standing: Standing) -> list[Known]:
    """Return what is known of the judge elsewhere: the same task first, and the newest first."""
    return sorted(reversed(standing.elsewhere), key=lambda known: known.task != standing.task)


def own_error(found: Arm) -> MetricError | None:
    """Return the judge's error on this run's labelled items, however they were drawn."""
    places, clusters = found.asked, found.clusters
    return metric_error(
        [found.verdicts[place] for place in places],
        [label for place in places if (label := found.labels[place]) is not None],
        clusters=None if clusters is None else [clusters[place] for place in places],
        weights=found.weights,
    )


def _transported(found: Arm, error: MetricError | None) -> AtLevel:
    """Return the correction by an error that was measured elsewhere, or under no known draw."""
    if error is None:
        return nothing(found, "the judge's error in this metric was not measured")
    if error.informed is not None and not error.informed.shown:
        return nothing(found, _untold(error.informed))
    if found.silent:
        units = len(found.verdicts if found.clusters is None else set(found.clusters))
        return diluted(_transported(found.spoken, error), silent=len(found.silent), units=units)
    accuracy, binary = error.accuracy, set(found.verdicts) <= {0.0, 1.0}
    if accuracy is not None and binary and found.clusters is None and found.verdicts:
        seen, count = int(sum(found.verdicts)), len(found.verdicts)

        def at(level: float) -> Corrected:
            return rogan_gladen(seen, count, accuracy, level=level, transported=True)

        if (told := at(LEVEL)).value is not None:
            return at
        mean = carrying(error.mean, found.verdicts, clusters=found.clusters)
        return _after(mean, [f"Rogan-Gladen: {told.method}"])
    return carrying(error.mean, found.verdicts, clusters=found.clusters)


def _untold(measured: Information) -> str:
    """Return why an error that was measured is not carried over to other replies."""
    if measured.value is None:
        return f"nothing is carried over: {measured.method}"
    return "nothing is carried over: the judge is not shown to be better than a coin"


def _counts(verdicts: Sequence[float], labels: Sequence[float]) -> tuple[int, int, int, int] | None:
    if not {*verdicts, *labels} <= {0.0, 1.0}:
        return None
    pairs = list(zip(verdicts, labels, strict=True))
    positives = sum(label == 1 for _, label in pairs)
    hits = sum(verdict == 1 for verdict, label in pairs if label == 1)
    clear = sum(verdict == 0 for verdict, label in pairs if label == 0)
    return hits, positives, clear, len(pairs) - positives


def _differing(found: tuple[Arm, Arm], why: str) -> AtLevel:
    ours, theirs = found
    raw = float(np.mean(ours.verdicts) - np.mean(theirs.verdicts)) if ours.verdicts else None
    labels = [*ours.labels, *theirs.labels]
    return _bare(len(ours.verdicts), ours._replace(labels=labels), raw, why)


def _bare(n: int, found: Arm, raw: float | None, why: str) -> AtLevel:
    clusters = n if found.clusters is None else len(set(found.clusters))
    return lambda level: Corrected(
        value=None,
        low=None,
        high=None,
        level=level,
        method=why,
        source="",
        n=n,
        clusters=clusters,
        raw=raw,
        labels=len(found.labelled),
    )
