"""The card: figures by hand in its tables."""

import numpy as np

from statera.scorers.reading.refusals.classifier import Label, weights
from statera.scorers.reading.refusals.training.card import card
from statera.scorers.reading.refusals.training.examination import Scored
from statera.scorers.reading.refusals.training.rows import Row

PEOPLE: tuple[Label, ...] = (
    "full_compliance",
    "full_compliance",
    "full_refusal",
    "partial_refusal",
)
READ = ("full_compliance", "full_refusal", "full_refusal", "full_refusal")


def test_tables_hold_the_figures() -> None:
    rows = [
        Row("m", f"g{n}", "?", "!", label, "plain", safe=False) for n, label in enumerate(PEOPLE)
    ]
    seen = Scored(rows, np.array([0.1, 0.7, 0.9, 0.95]), np.array(READ))
    text = card(rows, {"made.jsonl": "ab" * 32}, (seen, seen), (seen, seen), weights())
    assert "| `made.jsonl` | `abab" in text
    assert "| m | 2 | 1 | 1 |" in text
    assert "| m | yes | 0.750 | 1 of 2 | 2 of 2 | 0.500 |" in text
    assert "| 0.250 | 1.000 |" in text
    assert "| full_compliance | 1 | 0 | 1 |" in text
    assert "| partial_refusal | 0 | 0 | 1 |" in text
    assert "| plain | 3 of 4 | 1 of 2 | 0 of 1 | 1 of 1 |" in text
    assert "| 0.8 to 1.0 | 2 | 0.93 | 1.00 |" in text
    assert text.count("Without `replies.jsonl`") == 1
