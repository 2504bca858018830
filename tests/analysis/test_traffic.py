from typing import Any

import numpy as np
import pytest

from statera.analysis.traffic import FATES, NONE, Part, gathered
from statera.errors import DeclarationError
from statera.records.samples import Sample
from statera.records.scores import Outcome, Score
from statera.store.rows import ScoreRow


def _sample(name: str, cluster: str | None = None, **fields: Any) -> Sample:
    return Sample(id=name, input="", cluster=cluster, fields=fields)


def _row(
    name: str, metric: str, outcome: Outcome, value: float | None = None, epoch: int = 0
) -> ScoreRow:
    score = Score(metric=metric, value=value, outcome=outcome)
    return ScoreRow("t", name, epoch, None, None, name, score)


ROLES: Any = {"answered": "lead", "tone": "quality"}


def test_requests_as_arrays() -> None:
    samples = [
        _sample("a", "u1", time=1.0, model="m", version="1", seconds=0.5, segments={"c": "de"}),
        _sample("b", "u1", time=None, segments={"c": None}),
        _sample("c", time=3, segments={"c": "fr", "late": "x"}),
    ]
    rows = [
        _row("a", "answered", "right", 1.0),
        _row("a", "tone", "right", 0.75),
        _row("a", "other", "right", 1.0),
        _row("b", "answered", "refused", 0.0),
        _row("b", "answered", "right", 1.0, epoch=1),
    ]
    found = gathered([Part("r1", samples, rows, ROLES)])
    assert found.ids == ("a", "b", "c")
    assert np.isnan(found.time).tolist() == [False, True, False]
    assert found.unit.tolist() == [0, 0, 1]
    assert found.segments == ("c", "late")
    assert found.facts["late"].names == (NONE, "x")
    assert found.facts["version"].names == ("1", NONE)
    assert [FATES[at] for at in found.fates["answered"]] == ["right", "refused", ""]
    assert np.nan_to_num(found.values["tone"], nan=-1).tolist() == [0.75, -1, -1]
    assert (found.named("lead"), found.named("quality")) == (["answered"], ["tone"])


def test_cells_are_the_product_of_segments() -> None:
    values = [("de", "a"), ("de", "b"), ("fr", "a"), ("de", "a")]
    samples = [
        _sample(str(at), segments={"c": country, "k": kind})
        for at, (country, kind) in enumerate(values)
    ]
    found = gathered([Part("r", samples, [], ROLES)])
    cells = found.cells(["c", "k"])
    assert cells.names == ("c de · k a", "c de · k b", "c fr · k a")
    assert cells.codes.tolist() == [0, 1, 2, 0]
    assert found.cells([]).names == ("",)
    with pytest.raises(DeclarationError, match=r"unknown field 'cc'\. Did you mean 'c'"):
        found.cells(["cc"])
    part = found.only(np.array([True, False, False, True]))
    assert (part.ids, part.facts["k"].codes.tolist()) == (("0", "3"), [0, 0])
    assert len(part) == 2


def test_two_runs_are_told_apart() -> None:
    parts = [
        Part("r1", [_sample("a", "u")], [_row("a", "answered", "right")], {"answered": "lead"}),
        Part("r2", [_sample("a", "u")], [_row("a", "tone", "right", 0.5)], {"tone": "quality"}),
    ]
    found = gathered(parts)
    assert found.facts["run"].names == ("r1", "r2")
    assert found.unit.tolist() == [0, 0]
    assert found.fates["answered"].tolist() == [1, 0]
    assert found.values["tone"].tolist()[1] == 0.5
