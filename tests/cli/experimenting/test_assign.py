import json
from pathlib import Path

import pytest

from statera.experiment.vectors import SHIPPED
from tests.cli.experimenting.conftest import Experiment
from tests.experiment.designs import RAMP, write


def test_units_are_told_with_their_arm(experiment: Experiment, tmp_path: Path) -> None:
    write(tmp_path, overrides="{tess: warm}")
    (tmp_path / "units").write_text("ben\ncarl\n")
    lines = experiment("assign", "tone.yaml", "anna", "tess", "@units").output.splitlines()
    assert lines[0] == "tone · 2 arms"
    assert lines[2].split()[:3] == ["anna", "warm", "0"]
    assert lines[3].endswith("tester, in no analysis")
    assert [line.split()[0] for line in lines[4:]] == ["ben", "carl"]


def test_a_time_opens_the_ramp(experiment: Experiment, tmp_path: Path) -> None:
    write(tmp_path, ramp=RAMP)
    early = experiment("assign", "tone.yaml", "anna", "--at", "2026-11-01", "--json")
    late = experiment("assign", "tone.yaml", "anna", "--at", "2027-01-01T00:00:00+02:00", "--json")
    (before,), (after,) = (json.loads(done.output)["units"] for done in (early, late))
    assert (before["takes_part"], before["arm"]) == (False, "base")
    assert "takes part from" in before["reason"]
    assert (after["takes_part"], after["slice"]) == (True, before["slice"])
    assert after["numbers"]["arm"] == 0.6277989519887368


def test_vectors_are_those_that_ship_or_of_the_design(experiment: Experiment) -> None:
    assert experiment("assign", "--vectors").output == SHIPPED.read_text(encoding="utf-8")
    (own,) = json.loads(experiment("assign", "tone.yaml", "anna", "--vectors").output)
    assert own["design"]["slices"] == [{"traffic": 1.0, "since": 0.0, "weights": [0.5, 0.5]}]
    assert own["units"][0]["arm"] == "warm"


@pytest.mark.parametrize(
    ("args", "told"),
    [([], "no design named"), (["tone.yaml"], "no unit named"), (["no.yaml", "u"], "no such file")],
)
def test_what_is_missing_is_told(experiment: Experiment, args: list[str], told: str) -> None:
    assert told in str(experiment("assign", *args).exception)
