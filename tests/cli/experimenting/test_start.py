import json
from pathlib import Path

from statera.errors import DeclarationError
from statera.experiment.opened import open_design
from tests.cli.experimenting.conftest import Experiment
from tests.experiment.designs import RAMP, write


def test_a_start_prints_digest_date_and_what_is_promised(
    experiment: Experiment, tmp_path: Path
) -> None:
    write(tmp_path, ramp=RAMP, analysis="group-sequential", planned="4000", length="14d")
    done = experiment("start", "tone.yaml")
    assert done.exit_code == 0, done.exception
    said = done.output
    assert said.startswith("tone started 2")
    assert f"digest {open_design('tone.yaml').digest}" in said
    for told in (
        "  unit: user named by user, safety_identifier, metadata.user_id or x-statera-user; "
        "outcomes within 1d of the first exposure",
        "  arms: base 0.5 (as the client asks); warm 0.5 (system_prompt)",
        "  ramp: 0.1 from 2026-12-01T08:00:00+00:00 (base 0.9, warm 0.1); 0.5 from",
        "  primary: solved, higher is better, worth having from 0.02 on, two-sided alpha 0.05",
        "  guardrail: complaint not more by 0.005",
        "  analysis: group-sequential: 5 looks until the planned end, planned 4,000 units, 14d",
    ):
        assert told in said
    assert "already started" in experiment("start", "tone.yaml").output


def test_a_changed_file_needs_edit(experiment: Experiment, tmp_path: Path) -> None:
    experiment("start", "tone.yaml")
    write(tmp_path, salt="new")
    done = experiment("start", "tone.yaml")
    assert "+salt: new" in done.output
    assert "units that were exposed would be in another arm" in done.output
    assert isinstance(done.exception, DeclarationError)
    assert "--edit takes it" in str(done.exception)
    edited = experiment("start", "tone.yaml", "--edit")
    assert edited.exit_code == 0
    assert "every report shows it" in edited.output
    assert "1 edit" in edited.output
    found = json.loads(experiment("start", "tone.yaml", "--json").output)
    assert (found["schema"], found["status"], found["edits"]) == (1, "already", 1)


def test_what_a_reader_would_not_expect_is_noted(experiment: Experiment, tmp_path: Path) -> None:
    same = "[{name: base, weight: 0.5}, {name: same, weight: 0.5}]"
    write(tmp_path, arms=same, unit="request", guardrails="")
    said = experiment("start", "tone.yaml").output
    assert "same sets nothing: an A/A test" in said
    assert "requests of one user are taken as independent" in said
    assert "no guardrail" in said


def test_a_canary_says_which_guardrail_waits(experiment: Experiment, tmp_path: Path) -> None:
    guards = "[{outcome: error, margin: 0.05}, {outcome: complaint, margin: 0.01}]"
    write(tmp_path, mode="canary", guardrails=guards)
    said = " ".join(experiment("start", "tone.yaml").output.split())
    assert "note: error counts 1d after a unit's first exposure and stops nothing before" in said
    assert "outcomes: {error: {window: 0s}} reads the first answer, at once" in said
    assert "note: complaint counts 1d" in said
    write(tmp_path, mode="canary", guardrails=guards, outcomes="{error: {window: 0s}}")
    assert "note: error" not in experiment("start", "tone.yaml", "--edit").output
