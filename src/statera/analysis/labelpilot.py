"""What is known of a judge and of labels before more are drawn: from a pilot's, or supposed.

    basis = label_basis(frame, "quality", standing)
    basis.by, basis.correlation           # "people", 0.72

Labels by people come first; without any, what a second judge said of a random part, and then the
plan is one of that judge's verdicts; else labels are supposed to vary as the judge's verdicts do.
"""

from collections.abc import Mapping
from math import sqrt
from typing import NamedTuple

import msgspec
import numpy as np

from statera.analysis.correction import Arm, arm, arms
from statera.analysis.frame import Frame
from statera.analysis.pairing import Pairing
from statera.analysis.stages import judged, seen_of
from statera.analysis.standing import Standing
from statera.records.parts import Part
from statera.stats.labelplan import (
    SUPPOSED,
    Labelling,
    correlation_interval,
    labelling,
    labelling_of_difference,
    supposed,
)
from statera.stats.ppi import Judged

MIN_PILOT = 20
"""Fewer labels are no pilot: what they show of the correlation is chance."""

NO_PARTS: Mapping[str, Part] = {}


class Basis(NamedTuple):
    """What a plan of labels rests on.

    `by` says whose labels the pilot has: `people`, or the name of a second judge's scores; empty
    where all is supposed. `few` counts labels that were too few for a pilot. `raw` is the judge's
    own number. `bounds` are those of the correlation at 95 %, None where nothing tells them.
    """

    known: Labelling
    by: str
    raw: float
    few: int = 0
    bounds: tuple[float, float] | None = None

    @property
    def correlation(self) -> float:
        """How far the judge goes with the labels, in [0, 1]."""
        return sqrt(self.known.explained)


def label_basis(
    frame: Frame,
    name: str,
    standing: Standing,
    category: str | None = None,
    *,
    parts: Mapping[str, Part] = NO_PARTS,
    correlation: float = SUPPOSED,
) -> Basis | None:
    """Return what is known of labels of one run's judged metric; None without any spread.

    With `parts` a second judge's verdicts count where people gave none.
    """
    found = arm(frame, name, standing, frame.places(category))
    given = len(found.labelled)
    if given >= MIN_PILOT and (known := labelling(_drawn(found))) is not None:
        return _told(known, "people", _drawn(found))
    for score, seen in _seconds(frame, name, category, parts):
        labels = sum(label is not None for label in seen.labels)
        if labels >= MIN_PILOT and (known := labelling(seen)) is not None:
            return _told(known, score, seen)._replace(few=given)
    guess = supposed(found.verdicts, clusters=found.clusters, correlation=correlation)
    return None if guess is None else Basis(guess, "", float(np.mean(found.verdicts)), given)


def label_basis_of_difference(
    pairing: Pairing,
    name: str,
    standings: tuple[Standing, Standing],
    category: str | None = None,
    *,
    correlation: float = SUPPOSED,
) -> Basis | None:
    """Return the same of candidate minus base, with labels by people on both."""
    ours, theirs = arms(pairing, name, standings, category)
    gaps = np.array(ours.verdicts) - np.array(theirs.verdicts)
    both = len(set(ours.labelled) & set(theirs.labelled))
    raw = float(gaps.mean()) if len(gaps) else 0.0
    if both >= MIN_PILOT:
        known = labelling_of_difference(_drawn(ours), _drawn(theirs))
        if known is not None:
            return Basis(known, "people", raw)
    guess = supposed(gaps.tolist(), clusters=ours.clusters, correlation=correlation)
    return None if guess is None else Basis(guess, "", raw, both)


def _told(known: Labelling, by: str, seen: Judged) -> Basis:
    bounds = correlation_interval(seen, rng=np.random.default_rng(0))
    return Basis(known, by, float(np.mean(seen.predictions)), bounds=bounds)


def _drawn(found: Arm) -> Judged:
    """Return the arm with every label of the same weight: what a pilot shows is no estimate."""
    return found._replace(probabilities=[1.0] * len(found.verdicts)).judged


def _seconds(
    frame: Frame, name: str, category: str | None, parts: Mapping[str, Part]
) -> list[tuple[str, Judged]]:
    """Return what each second judge said beside the metric, or as the metric itself."""
    metric, found = frame.metric(name), []
    for score, part in parts.items():
        if metric.score in (score, part.of):
            own = msgspec.structs.replace(metric, score=score)  # type: ignore[type-var]
            if own.name in frame.names:
                seen = seen_of(frame, own, part, frame.places(category))
                found.append((score, judged(seen)))
    return found
