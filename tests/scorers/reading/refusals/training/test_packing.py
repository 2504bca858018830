"""Weights that ship are whole thousandths, the same every time, and read as they were fitted."""

from pathlib import Path

import numpy as np
import pytest

from statera.scorers.reading.refusals.classifier import Line, weigh
from statera.scorers.reading.refusals.features import features
from statera.scorers.reading.refusals.training.__main__ import main
from statera.scorers.reading.refusals.training.examination import Calibration, stages
from statera.scorers.reading.refusals.training.packing import packed, to_bytes
from statera.scorers.reading.refusals.training.rows import read_rows
from statera.scorers.reading.refusals.training.table import table
from tests.scorers.reading.refusals.training.sources import folder

KNOWN = Calibration(Line(1.0, 0.0), Line(1.0, 0.0), 0.5)


def test_packed_weights_say_what_the_fit_says(tmp_path: Path) -> None:
    rows = read_rows([folder(tmp_path)])
    lines = table(rows)
    found = stages(lines, rows, np.ones(len(rows), dtype=bool))
    weights = packed(lines, found, KNOWN)
    odds = found[0].odds(lines.features)
    for place in (0, 1, 2, 60):
        row = rows[lines.row[place]]
        if not lines.cut[place]:
            prompt = row.prompt if place == 0 or lines.row[place - 1] != lines.row[place] else ""
            chance = weigh(weights, features(prompt, row.reply)).probability["full_compliance"]
            assert 1 - chance == pytest.approx(1 / (1 + np.exp(-odds[place])), abs=0.01)
    assert to_bytes(weights) == to_bytes(packed(lines, found, KNOWN))


def test_the_command_writes_the_same_bytes_twice(tmp_path: Path) -> None:
    data = folder(tmp_path / "data")
    outs = [tmp_path / "a", tmp_path / "b"]
    for out in outs:
        assert main(["--data", str(data), "--out", str(out)]) == 0
    first, again = ({p.name: p.read_bytes() for p in out.iterdir()} for out in outs)
    assert first == again
    assert set(first) == {"weights.msgpack", "card.md"}
    assert b"| gpt4 | yes |" in first["card.md"]


def test_a_source_that_is_missing_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert "xstest_completions_gpt4.jsonl: in none of" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
