from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from statera.analysis.formspread import form_spread, performance_drops
from statera.analysis.frame import Frame
from statera.metrics.means import Accuracy
from statera.metrics.rates import Rate
from statera.records.scores import UNDRAWN, Score
from statera.store.rows import ScoreRow

FORMATS = ("format_plain", "format_xml", "format_json")


def frame(items: Sequence[Mapping[str, float | None]], *names: str) -> Frame:
    """Return a frame with these values; None is a score that the item has not."""
    metrics = [Rate(score=name, better="higher") for name in names]
    found = Frame("t", [Accuracy(score="accuracy"), *metrics])
    for place, values in enumerate(items):
        found.add([row(place, name, values.get(name)) for name in ("accuracy", *names)])
    return found


def row(place: int, name: str, value: float | None) -> ScoreRow:
    if value is None:
        score = Score(metric=name, value=None, outcome="unparsed", flags=(UNDRAWN,))
    else:
        score = Score(metric=name, value=value, outcome="right" if value else "wrong")
    return made(f"t/{place:03}", score)


def made(sample_id: str, score: Score) -> ScoreRow:
    return ScoreRow(
        task="t",
        sample_id=sample_id,
        epoch=0,
        unit=sample_id,
        category=None,
        group=None,
        severity=None,
        score=score,
    )


def test_the_worst_format_and_the_spread_over_items_that_have_all() -> None:
    items: list[dict[str, float | None]] = [
        {"accuracy": 1.0, "format_plain": 1.0, "format_xml": float(k % 2), "format_json": 1.0}
        for k in range(40)
    ]
    items.append({"accuracy": 0.0, "format_plain": 0.0, "format_xml": 1.0, "format_json": None})
    found = form_spread(frame(items, "format_worst", *FORMATS), rng=np.random.default_rng(1))
    assert found is not None
    assert (found.best, found.worst, found.spread.value, found.left_out) == ("plain", "xml", 0.5, 1)
    assert [one.name for one in found.formats] == ["plain", "xml", "json"]
    assert [one.agrees for one in found.formats] == [0.75, 0.5, 0.75]
    assert found.p < 0.01
    assert "best plain, worst xml" in str(found)
    assert "noisy" in found.note


def test_a_format_that_nothing_was_asked_in_is_left_out() -> None:
    items = [{"accuracy": 1.0, "format_plain": 1.0, "format_xml": 0.0} for _ in range(9)]
    found = form_spread(frame(items, *FORMATS), rng=np.random.default_rng(1))
    assert found is not None
    assert [one.name for one in found.formats] == ["plain", "xml"]
    alone = frame(items, "format_plain")
    assert form_spread(alone, rng=np.random.default_rng(1)) is None
    apart = [{"accuracy": 1.0, name: 1.0} for name in FORMATS]
    assert form_spread(frame(apart, *FORMATS), rng=np.random.default_rng(1)) is None


def test_drop_rates_are_over_the_items_that_have_both() -> None:
    items = [
        {"accuracy": float(k < 32), "perturbed_typos": float(k < 24), "perturbed_casing": None}
        for k in range(40)
    ]
    items += [{"accuracy": 1.0, "perturbed_typos": None}]
    (found,) = performance_drops(frame(items, "perturbed_typos", "perturbed_casing"))
    assert (found.name, found.before, found.after, found.pdr.n) == ("typos", 0.8, 0.6, 40)
    assert found.pdr.value == pytest.approx(0.25)
    assert found.pdr.low is not None
    assert performance_drops(frame(items)) == ()
