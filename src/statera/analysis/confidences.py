"""What a run's confidences are worth: verbal ones and those of its tokens, told apart.

    report = confidence_report(store.trials(run.id, task="short_facts"), rng=rng)
    report.counts                       # Counts(questions=154, correct=90, abstained=20, …)
    report.verbal.error.estimate        # calibration error with its interval, chance taken off
    print("\\n".join(lines(report)))

Confidences are those of answers that were given, right or wrong. A missing one is counted and never
filled in: a model that states a confidence only where it is sure looks better calibrated than it
is. What a question without an answer was given as one is wrong.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from statera.scorers.confidence import stated, token_confidence
from statera.scorers.short_answers import ANSWERS, told
from statera.stats.abstention import f_measure
from statera.stats.confidence import (
    BrierSplit,
    CalibrationError,
    answers_of,
    brier_split,
    calibration_error,
    overconfidence,
)
from statera.stats.results import LEVEL, Estimate
from statera.stats.riskcoverage import Curve, coverage_at_risk, curve_area, risk_coverage
from statera.stats.roc import auroc
from statera.store.rows import Stored

RISK = 0.1
"""The share of wrong answers at which coverage is told, where nobody says another."""


class Rated(NamedTuple):
    """A trial's last reply: its class, and its confidences in [0, 1], None where missing."""

    unit: str
    label: str
    answerable: bool
    verbal: float | None
    token: float | None


class Counts(NamedTuple):
    """How many trials there are of each kind; `unread` ones are lost, cut off or not to be read.

    `abstained_rightly` counts those of `abstained` that have no answer to give; `unstated` and
    `tokenless` the answers without a verbal, and without a token confidence.
    """

    trials: int
    correct: int
    incorrect: int
    abstained: int
    abstained_rightly: int
    silent: int
    unread: int
    unstated: int
    tokenless: int


class Worth(NamedTuple):
    """What the confidences of one kind are worth, over the answers that have one.

    `mean` is the mean confidence, `gap` what it lies above accuracy. `auroc` is how often a right
    answer is surer than a wrong one; `area` the mean risk over all coverages; `coverage` the share
    of answers that can be given at the risk `at`.
    """

    kind: str
    n: int
    mean: float
    gap: Estimate
    error: CalibrationError
    brier: BrierSplit
    auroc: Estimate
    area: Estimate
    coverage: Estimate
    at: float
    curve: Curve


class ConfidenceReport(NamedTuple):
    """Counts, the F measure, and the worth of either kind of confidence; None where there is none.

    `f` is the harmonic mean of correct and accuracy when attempted, of the questions that have an
    answer; a reply that cannot be read attempts none.
    """

    counts: Counts
    f: Estimate
    verbal: Worth | None
    token: Worth | None


def rated(trials: Iterable[Stored]) -> Iterator[Rated]:
    """Yield what became of each trial's last reply; trials of plumbing are `broken`."""
    for sample, trial, _ in trials:
        found = told(sample, trial.exchanges[-1])
        given = found.label in ANSWERS
        response = trial.response
        yield Rated(
            unit=sample.unit,
            label=found.label,
            answerable=bool(sample.accepted),
            verbal=stated(response.text or "").value if given else None,
            token=token_confidence(response, found.said.span) if given else None,
        )


def confidence_report(
    trials: Iterable[Stored],
    *,
    rng: np.random.Generator,
    risk: float = RISK,
    level: float = LEVEL,
) -> ConfidenceReport:
    """Return what the trials of one task say of its confidences. ValueError for a bad risk."""
    seen = list(rated(trials))
    asked = [one for one in seen if one.answerable and one.label != "broken"]
    f = f_measure(
        [one.label == "correct" for one in asked],
        [one.label in ANSWERS for one in asked],
        [one.unit for one in asked],
        rng=rng,
        level=level,
    )
    given = [one for one in seen if one.label in ANSWERS]
    verbal = [(one, one.verbal) for one in given if one.verbal is not None]
    token = [(one, one.token) for one in given if one.token is not None]
    return ConfidenceReport(
        counts=_counts(seen),
        f=f,
        verbal=_worth("verbal", verbal, rng, risk, level),
        token=_worth("token", token, rng, risk, level),
    )


def lines(report: ConfidenceReport) -> list[str]:
    """Return the report as lines of a table: a figure, its estimate, what it means."""
    counts = report.counts
    found = [
        f"{counts.trials} trials: {counts.correct} correct, {counts.incorrect} incorrect, "
        f"{counts.abstained} abstained ({counts.abstained_rightly} rightly), "
        f"{counts.silent} silent, {counts.unread} unread",
        f"F (harmonic mean of correct and accuracy when attempted)  {report.f}",
    ]
    missing = {"verbal": counts.unstated, "token": counts.tokenless}
    for kind, worth in (("verbal", report.verbal), ("token", report.token)):
        if worth is None:
            found.append(f"{kind} confidence: none on {missing[kind]} answers")
            continue
        found.append(
            f"{kind} confidence of {worth.n} answers, missing on {missing[kind]}: "
            f"mean {worth.mean:.3f}"
        )
        found += [f"  {name:<28}{estimate}" for name, estimate in _rows(worth)]
    return found


def _rows(worth: Worth) -> Iterator[tuple[str, Estimate]]:
    split = worth.brier
    yield "confidence - accuracy", worth.gap
    yield "calibration error, unbiased", worth.error.estimate
    yield "Brier", split.brier
    yield "  reliability (less)", split.reliability
    yield "  resolution (more)", split.resolution
    yield "  uncertainty", split.uncertainty
    yield "AUROC of confidence", worth.auroc
    yield "area of risk over coverage", worth.area
    yield f"coverage at risk {worth.at:g}", worth.coverage


def _counts(seen: Sequence[Rated]) -> Counts:
    labels = Counter(one.label for one in seen)
    given = [one for one in seen if one.label in ANSWERS]
    return Counts(
        trials=len(seen),
        correct=labels["correct"],
        incorrect=labels["incorrect"],
        abstained=labels["abstained"],
        abstained_rightly=sum(one.label == "abstained" and not one.answerable for one in seen),
        silent=labels["silent"],
        unread=labels["unread"] + labels["broken"],
        unstated=sum(one.verbal is None for one in given),
        tokenless=sum(one.token is None for one in given),
    )


def _worth(
    kind: str,
    stated: Sequence[tuple[Rated, float]],
    rng: np.random.Generator,
    risk: float,
    level: float,
) -> Worth | None:
    """Return what the confidences are worth, None where there are none."""
    answers = answers_of(
        [value for _, value in stated],
        [one.label == "correct" for one, _ in stated],
        [one.unit for one, _ in stated],
    )
    split = brier_split(answers, rng=rng, level=level)
    if split is None:
        return None
    said, right, cluster = answers
    return Worth(
        kind=kind,
        n=len(said),
        mean=float(said.mean()),
        gap=overconfidence(answers, level=level),
        error=calibration_error(answers, rng=rng, level=level),
        brier=split,
        auroc=auroc(said, right, cluster, level=level),
        area=curve_area(answers, rng=rng, level=level),
        coverage=coverage_at_risk(answers, risk, rng=rng, level=level),
        at=risk,
        curve=risk_coverage(said, right),
    )
