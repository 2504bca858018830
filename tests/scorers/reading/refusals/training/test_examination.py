"""Held-out figures: nothing of a held-out model or prompt is learnt, and chances are calibrated."""

from pathlib import Path

import numpy as np
import pytest

from statera.scorers.reading.refusals.training import examination
from statera.scorers.reading.refusals.training.examination import (
    Held,
    Scored,
    calibrate,
    calibration_error,
    held_out,
    scored,
)
from statera.scorers.reading.refusals.training.rows import Row, read_rows
from statera.scorers.reading.refusals.training.table import Table, table
from tests.scorers.reading.refusals.training.sources import folder


def test_what_reads_a_reply_never_saw_its_model_or_its_prompt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = read_rows([folder(tmp_path)])
    learnt: list[set[tuple[str, str]]] = []
    real = examination.stages

    def watched(known: Table, of: list[Row], mask: np.ndarray) -> examination.Stages:
        learnt.append({(of[n].source, of[n].group) for n in np.flatnonzero(mask)})
        return real(known, of, mask)

    monkeypatch.setattr(examination, "stages", watched)
    found = held_out(table(rows), rows, without="own")
    assert found.odds.shape == (2, 2, 90)
    prompted = [{one for one in seen if one[1].startswith("p")} for seen in learnt]
    assert len(prompted) == 6
    assert all(len({source for source, _ in seen}) == 2 for seen in prompted)
    assert all(len({group for _, group in seen}) < 30 for seen in prompted)
    assert not any(source == "own" for seen in learnt for source, _ in seen)


def test_plain_replies_of_an_unseen_model_are_read_right(tmp_path: Path) -> None:
    rows = read_rows([folder(tmp_path)])
    held = held_out(table(rows), rows)
    for arm in (0, 1):
        found = scored(held, rows, arm)
        right = (found.refuses > 0.5) == [row.refused for row in found.rows]
        assert right.mean() > 0.95


def _made(odds: list[float], labels: list[str]) -> tuple[Held, list[Row]]:
    rows = [Row("m", f"g{n}", "?", "!", label, "k") for n, label in enumerate(labels)]  # type: ignore[arg-type]
    return Held(np.arange(len(rows)), np.array([[odds, odds], [odds, odds]])), rows


def test_odds_that_are_twice_too_sure_are_halved() -> None:
    chance = 1 / (1 + np.exp(-1.0))
    refused = round(1000 * chance)
    labels = ["full_refusal"] * refused + ["full_compliance"] * (1000 - refused)
    labels += ["full_compliance"] * refused + ["partial_refusal"] * (1000 - refused)
    held, rows = _made([2.0] * 1000 + [-2.0] * 1000, labels)
    line = calibrate(held, rows).refuses
    assert (line.slope, line.shift) == pytest.approx((0.5, 0.0), abs=0.01)


def test_as_many_are_read_as_partial_as_people_called_so() -> None:
    labels = ["partial_refusal", "full_refusal"] * 10 + ["full_refusal"] * 20
    odds = [float(n % 13) - 5 for n in range(40)]
    held, rows = _made(odds, labels)
    known = calibrate(held, rows)
    chance = 1 / (1 + np.exp(-(known.fully.slope * np.array(odds) + known.fully.shift)))
    assert (chance <= known.full_from).sum() == pytest.approx(10, abs=3)


def test_the_calibration_error_is_the_gap() -> None:
    rows = [Row("m", f"{n}", "?", "!", "full_refusal", "k") for n in range(50)]
    labels = np.array(["full_refusal"] * 50)
    assert calibration_error(Scored(rows, np.full(50, 0.7), labels)) == pytest.approx(0.3)
    assert calibration_error(Scored(rows, np.ones(50), labels)) == 0.0
