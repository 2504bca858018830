"""The fit: words that tell labels apart get their sign, rare ones no weight."""

import numpy as np
import pytest

from statera.scorers.reading.refusals.features import features
from statera.scorers.reading.refusals.training import fitting
from statera.scorers.reading.refusals.training.fitting import fit
from statera.scorers.reading.refusals.training.rows import Row
from statera.scorers.reading.refusals.training.table import table

ROWS = [
    Row("own", f"g{n}", "", f"{'Never' if n % 2 else 'Gladly'} word{n}", "full_compliance")
    for n in range(40)
]
TRUTH = np.arange(40) % 2


def test_frequent_words_get_their_sign_and_rare_ones_none() -> None:
    known = table(ROWS)
    found = fit(known, np.arange(40), TRUTH.astype(float))
    odds = found.odds(known.features)
    assert ((odds > 0) == (TRUTH == 1)).all()
    runs = np.array(known.runs)[found.columns[found.columns < len(known.runs)]]
    common = features("", "Never word1").runs & features("", "Never word3").runs
    assert common <= set(runs.tolist())
    once = set.difference(*(set(features("", f"word{n}").runs) for n in (1, 3)))
    assert not once & set(runs.tolist())


def test_the_same_rows_give_the_same_weights() -> None:
    known = table(ROWS)
    first, again = (fit(known, np.arange(40), TRUTH.astype(float)) for _ in range(2))
    assert (first.weights == again.weights).all()
    assert first.bias == again.bias


def test_less_strength_means_smaller_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    known = table(ROWS)
    loose = fit(known, np.arange(40), TRUTH.astype(float))
    monkeypatch.setattr(fitting, "STRENGTH", 0.01)
    tight = fit(known, np.arange(40), TRUTH.astype(float))
    assert np.abs(tight.weights).sum() < np.abs(loose.weights).sum()
