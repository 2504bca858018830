import json
from pathlib import Path

import pytest

from tests.cli.experimenting.conftest import Experiment
from tests.experiment.designs import write

QUICK = {
    "primary": "{outcome: solved, minimum: 0.1}",
    "guardrails": "[{outcome: complaint, margin: 0.05}]",
}


def test_a_rate_gives_units_days_and_what_to_write(experiment: Experiment, tmp_path: Path) -> None:
    write(tmp_path, **QUICK)
    rates = ("--rate", "0.4", "--value", "complaint=0.03")
    done = experiment("plan", "tone.yaml", *rates, "--per-day", "50")
    assert done.exit_code == 0, done.exception
    lines = done.output.splitlines()
    assert lines[0] == "tone · solved 0.4 as stated · to show 0.1 with power 80 %, alpha 0.05"
    assert lines[2].startswith("confidence-sequence (of the design)  ")
    assert lines[3].startswith("group-sequential  ")
    assert "base 664, warm 664    28 " in lines[2]
    assert "not worse: power" in done.output
    found = json.loads(experiment("plan", "tone.yaml", *rates, "--json").output)
    assert found["schema"] == 1
    assert f"write `planned: {found['advised']}` into the file" in done.output


def test_planned_units_that_are_too_few_are_told(experiment: Experiment, tmp_path: Path) -> None:
    write(tmp_path, **QUICK, planned="300")
    done = experiment("plan", "tone.yaml", "--rate", "0.4")
    assert "300 units planned are too few: a pass takes" in done.output
    assert "power when planned" in done.output
    assert "unknown: --value complaint=RATE or MEAN:SD" in done.output


def test_a_table_of_the_past_is_read(experiment: Experiment, tmp_path: Path) -> None:
    write(tmp_path, **QUICK)
    rows = (f"{n % 2},{int(n % 20 == 0)}" for n in range(200))
    (tmp_path / "past.csv").write_text("\n".join(["solved,complaint", *rows]))
    done = experiment("plan", "tone.yaml", "--history", "past.csv")
    assert "solved 0.5 of 200 past units" in done.output
    assert "complaint    0.05  0.05" in done.output


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ([], "say once how 'solved' is today: --rate R, --mean M --sd S, or --history FILE.csv"),
        (["--rate", "0.4", "--mean", "1", "--sd", "1"], "say once how"),
        (["--mean", "0.4"], "--mean and --sd go together"),
        (["--rate", "1.4"], "'solved' cannot be 1.4: it goes from 0 to 1"),
        (["--rate", "0.95"], "tone.yaml: primary.minimum: 0.95 + 0.1 is no share"),
        (["--rate", "0.4", "--value", "complan=0.1"], "--value: unknown outcome of the design"),
        (["--rate", "0.4", "--value", "complaint=x"], "is not like complaint=0.03"),
        (["--rate", "0.4", "--value", "complaint=0.1:1:2"], "more than a mean and a deviation"),
    ],
)
def test_what_cannot_be_meant_is_told(
    experiment: Experiment, tmp_path: Path, args: list[str], told: str
) -> None:
    write(tmp_path, **QUICK)
    assert told in str(experiment("plan", "tone.yaml", *args).exception)
