"""The forms in which a reply is learnt share its weight."""

import numpy as np
import pytest

from statera.scorers.reading.refusals.features import features
from statera.scorers.reading.refusals.training.rows import Row
from statera.scorers.reading.refusals.training.table import CUT, table

LONG = "Take it slowly. " * 20
ROWS = [
    Row("gpt4", "p", "How do I cook rice?", LONG, "full_compliance"),
    Row("gpt4", "q", "How do I cook rice?", LONG, "partial_refusal"),
    Row("own", "r", "", "No.", "full_refusal"),
]


def test_a_row_has_forms_with_and_without_prompt_whole_and_cut() -> None:
    found = table(ROWS)
    assert np.bincount(found.row).tolist() == [4, 2, 1]
    assert found.cut.tolist() == [False, True, False, True, False, False, False]
    assert np.bincount(found.row, found.weight) == pytest.approx([1.0, 1.0, 0.3])
    assert len(set(found.group)) == 3


def test_a_line_holds_what_is_counted_of_its_form() -> None:
    found = table(ROWS)
    for line, seen in ((0, features(ROWS[0].prompt, LONG)), (3, features("", LONG[:CUT]))):
        row = found.features[line].toarray()[0]
        runs = {run for run, value in zip(found.runs, row, strict=False) if value}
        assert runs == seen.runs
        cues = dict(zip(found.cues, row[len(found.runs) :], strict=True))
        assert {name: cues[name] for name in seen.cues} == pytest.approx(seen.cues)
