"""`Experiment` as people use it in their own application."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from statera.api.experiments import Experiment
from statera.errors import DeclarationError
from tests.experiment.designs import RAMP, write

LATE = datetime(2030, 1, 1, tzinfo=UTC)


def test_a_unit_gets_its_arm_with_what_that_sets(tmp_path: Path) -> None:
    experiment = Experiment.load(write(tmp_path))
    assert experiment.name == "tone"
    assert [arm.name for arm in experiment.arms] == ["base", "warm"]
    assert repr(experiment) == f"Experiment(tone: base, warm; digest {experiment.digest[:12]})"
    found = experiment.assign("anna")
    assert found.name == "warm"
    assert found.takes_part
    assert (found.slice, found.system_prompt, found.reason) == (0, "Be warm.", "")
    assert experiment.assign("1").name == "base"
    assert experiment.assign("1").system_prompt == ""


def test_a_tester_sees_the_arm_that_the_design_gives(tmp_path: Path) -> None:
    found = Experiment.load(write(tmp_path, overrides="{'1': warm}")).assign("1")
    assert (found.name, found.entry, found.slice) == ("warm", "override", None)
    assert found.system_prompt == "Be warm."


def test_who_is_outside_gets_the_base_and_the_reason(tmp_path: Path) -> None:
    layer = Experiment.load(write(tmp_path, layer="{name: chat, start: 0, end: 0.0001}"))
    found = layer.assign("anna")
    assert (found.name, found.takes_part, found.slice) == ("base", False, None)
    assert found.reason == "outside the part [0, 0.0001) of layer 'chat'"
    ramp = "[{at: 2026-12-01T08:00:00Z, traffic: 0.0001}]"
    found = Experiment.load(write(tmp_path, ramp=ramp)).assign("anna", at=LATE)
    assert found.reason == "outside the ramp, which ends at a share of 0.0001"
    assert not found.takes_part


def test_a_ramp_opens_with_time_and_moves_nobody(tmp_path: Path) -> None:
    experiment = Experiment.load(write(tmp_path, ramp=RAMP))
    units = [f"u{number}" for number in range(200)]
    times = [datetime(2026, 11, 30, tzinfo=UTC), datetime(2026, 12, 2, tzinfo=UTC), LATE]
    seen = [[experiment.assign(unit, at=at) for unit in units] for at in times]
    taking = [[found.takes_part for found in row] for row in seen]
    assert sum(taking[0]) == 0
    assert 0 < sum(taking[1]) < 60
    assert sum(taking[2]) == 200
    assert "takes part from 2026-12-01T08:00:00+00:00 on" in {found.reason for found in seen[0]}
    for early, late in zip(seen[1], seen[2], strict=True):
        assert not early.takes_part or early.name == late.name
    assert experiment.assign("u1", at=LATE.timestamp()) == experiment.assign("u1", at=LATE)


def test_a_mistake_in_the_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="unknown outcome"):
        Experiment.load(write(tmp_path, primary="{outcome: x, minimum: 1}"))


@pytest.mark.parametrize("unit", ["", 5, None])
def test_whom_nothing_names_takes_no_part(tmp_path: Path, unit: object) -> None:
    experiment = Experiment.load(write(tmp_path))
    with pytest.raises(DeclarationError, match=f"unit: {unit!r} names nobody"):
        experiment.assign(unit)  # type: ignore[arg-type]
