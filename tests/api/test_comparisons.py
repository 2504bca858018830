from pathlib import Path

import pytest

from statera.api.comparisons import compare
from statera.errors import DeclarationError
from statera.store.runstore import RunStore
from tests.runs_made import alternating, stored


def test_two_runs_of_a_store_by_name_or_by_their_info(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    new = stored(store, alternating(41, 9), model="new", sampling={"temperature": 0.5})
    old = stored(store, alternating(40, 10), model="old")
    found = compare(new, old.info)
    assert found["t/accuracy"].difference == pytest.approx(0.02)
    assert found["t/all/accuracy"].n == 50
    assert [change.what for change in found.system] == ["model", "temperature"]
    assert (found.instrument, found.only_candidate, found.only_base) == ((), (), ())
    assert found.pairing("t").shared == 50
    with pytest.raises(DeclarationError, match=r"unknown metric 't/acuracy'\. Did you mean"):
        found["t/acuracy"]
    with pytest.raises(DeclarationError, match="unknown task of both runs 'u'"):
        found.pairing("u")


def test_another_instrument_is_refused_unless_allowed_and_then_marked(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    new = stored(store, alternating(5, 5), model="new", data="e", key="exact-2")
    old = stored(store, alternating(5, 5), model="old")
    with pytest.raises(DeclarationError) as refused:
        compare(new, old)
    assert "not the same instrument: t data: d -> e; t scorer of accuracy" in str(refused.value)
    assert [change.what for change in compare(new, old, allow=True).instrument] == [
        "t data",
        "t scorer of accuracy",
    ]


@pytest.mark.parametrize("level", [0.0, 1.0, -1.0, float("nan")])
def test_a_level_outside_0_and_1_is_refused(tmp_path: Path, level: float) -> None:
    run = stored(RunStore(tmp_path), alternating(5, 5))
    with pytest.raises(DeclarationError, match="level"):
        compare(run, run, level=level)


def test_runs_without_a_task_in_common_are_refused(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    new, old = (stored(store, alternating(5, 5), task=name) for name in ("t", "u"))
    with pytest.raises(DeclarationError, match="no answered task in common: t against u"):
        compare(new, old)
