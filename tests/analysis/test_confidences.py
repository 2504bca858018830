from math import log

import numpy as np
import pytest

from statera.analysis.confidences import confidence_report, lines, rated
from statera.records.responses import Response, TokenLogprob
from statera.records.samples import Sample
from statera.store.rows import Stored
from tests.scorers.conversations import BROKEN, conversation

GAP = Sample(id="gap", input="Who was the king of France in 1950?")


def city(number: int) -> Sample:
    return Sample(id=f"q{number}", input="Capital of Australia?", reference="Canberra")


def stored(sample: Sample, reply: str | Response) -> Stored:
    return Stored(sample, conversation(reply), ())


def tokens(text: str, chance: float) -> Response:
    return Response(text=text, finish="stop", logprobs=(TokenLogprob(text, log(chance)),))


ROWS = [
    *[stored(city(n), "Answer: Canberra\nConfidence: 90%") for n in range(60)],
    *[stored(city(n), "Answer: Sydney\nConfidence: 90%") for n in range(60, 100)],
    *[stored(city(n), "Answer: Canberra") for n in range(100, 110)],
    *[stored(city(n), "Answer: I don't know\nConfidence: 90%") for n in range(110, 120)],
    stored(GAP, "Answer: I don't know"),
    stored(GAP, "Answer: Louis XX\nConfidence: 90%"),
    stored(city(120), ""),
    stored(city(121), "word " * 60),
    stored(city(122), BROKEN),
]


def test_every_trial_is_counted_once_and_no_confidence_filled_in() -> None:
    counts = confidence_report(ROWS, rng=np.random.default_rng(0)).counts
    assert counts.trials == len(ROWS) == 125
    assert (counts.correct, counts.incorrect, counts.abstained) == (70, 41, 11)
    assert (counts.abstained_rightly, counts.silent, counts.unread) == (1, 1, 2)
    assert (counts.unstated, counts.tokenless) == (10, 111)
    parts = counts.correct + counts.incorrect + counts.abstained + counts.silent + counts.unread
    assert parts == counts.trials
    assert sum(one.verbal is not None for one in rated(ROWS)) == 101


def test_overconfidence_is_found_at_its_size() -> None:
    report = confidence_report(ROWS, rng=np.random.default_rng(0))
    worth = report.verbal
    assert worth is not None
    assert worth.n == 101
    assert worth.mean == pytest.approx(0.9)
    for found in (worth.gap, worth.error.estimate):
        assert found.low is not None
        assert found.high is not None
        assert found.low <= 0.3 <= found.high
    assert worth.auroc.value == 0.5
    assert worth.coverage.value == 0.0
    assert report.token is None
    assert report.f.value == pytest.approx(2 * 70 / (122 + 110))


def test_token_confidence_is_told_apart() -> None:
    rows = [
        *[stored(city(n), tokens("Canberra", 0.9)) for n in range(40)],
        *[stored(city(n), tokens("Sydney", 0.3)) for n in range(40, 60)],
    ]
    report = confidence_report(rows, rng=np.random.default_rng(0), risk=0.05)
    assert report.verbal is None
    assert report.token is not None
    assert report.token.mean == pytest.approx(0.7)
    assert report.token.auroc.value == 1.0
    assert report.token.coverage.value == pytest.approx(2 / 3)
    assert report.token.curve.risk[0] == 0.0


def test_the_table_says_what_is_missing() -> None:
    text = "\n".join(lines(confidence_report(ROWS, rng=np.random.default_rng(0))))
    assert "125 trials: 70 correct, 41 incorrect, 11 abstained (1 rightly), 1 silent" in text
    assert "verbal confidence of 101 answers, missing on 10: mean 0.900" in text
    assert "token confidence: none on 111 answers" in text
    for name in ("calibration error", "Brier", "AUROC", "coverage at risk 0.1", "F (harmonic"):
        assert name in text


def test_nothing_at_all() -> None:
    report = confidence_report([], rng=np.random.default_rng(0))
    assert (report.verbal, report.token, report.f.value) == (None, None, None)
    assert lines(report)
