import json
from pathlib import Path

import pytest

from tests.cli.commands.conftest import Cli

SCRIPT = """
rules:
  - {contains: "photo", reply: {text: "I cannot help with that request."}}
default: {text: "Answer: B"}
"""


@pytest.fixture
def measured(cli: Cli, tmp_path: Path) -> Cli:
    (tmp_path / "script.yaml").write_text(SCRIPT)
    done = cli(
        "run", "starter_knowledge", "-m", "scripted:script.yaml", "--limit", "30", "--tag", "t",
        "-q", "-o", "out.jsonl",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return cli


def test_runs_are_named_by_prefix_tag_and_latest(measured: Cli) -> None:
    run = json.loads(measured("runs", "--json").stdout)["runs"][0]["id"]
    shown = {measured("show", name).stdout for name in (run, run[:6], "t", "latest")}
    assert len(shown) == 1
    missing = measured("show", "tt")
    assert missing.returncode == 2
    assert "unknown run 'tt'. Did you mean 't'?" in missing.stderr


def test_samples_to_read_show_what_was_asked_said_and_read(measured: Cli) -> None:
    out = measured("show", "t", "--outcome", "wrong", "--limit", "1").stdout
    assert "epoch 0 · wrong" in out
    assert "user> " in out
    assert "Answer: B" in out
    assert "read 'B'" in out
    assert "reference: " in out


def test_samples_as_json_are_export_lines(measured: Cli, tmp_path: Path) -> None:
    out = measured("show", "t", "--outcome", "right", "--json").stdout.splitlines()
    lines = [json.loads(line) for line in out]
    assert lines
    assert {line["outcome"] for line in lines} == {"right"}
    exported = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    by_id = {line["sample_id"]: line for line in exported}
    assert len(by_id) == 30
    assert all(by_id[line["sample_id"]] == line for line in lines)


def test_standard_errors_come_with_a_flag_and_always_in_json(measured: Cli) -> None:
    told = json.loads(measured("show", "t", "--json").stdout)["metrics"][0]
    usual = (told["estimate"] * (1 - told["estimate"]) / (told["n"] - 1)) ** 0.5
    assert told["standard_error"] == pytest.approx(usual, rel=1e-6)
    assert "std. error" not in measured("show", "t").stdout
    assert f"{usual:.4f}" in measured("show", "t", "--standard-errors").stdout
    wrong = measured("show", "t", "--standard-errors", "--outcome", "right")
    assert wrong.returncode == 2
    assert "--standard-errors is of estimates" in wrong.stderr


def test_an_outcome_that_no_trial_has_is_said_with_those_that_there_are(measured: Cli) -> None:
    run = json.loads(measured("runs", "--json").stdout)["runs"][0]["id"][:8]
    done = measured("show", "t", "--outcome", "truncated")
    assert done.returncode == 0
    assert done.stdout.startswith(
        f"No trial of run {run} is truncated by its primary score. It has:"
    )
    assert "right " in done.stdout
    assert "unparsed" not in done.stdout
    quiet = measured("show", "t", "--sample-id", "no-such", "--json")
    assert quiet.stdout == ""
    assert quiet.stderr.startswith(f"No trial of the samples no-such of run {run} is there.")


def test_what_the_limit_hides_is_counted(measured: Cli) -> None:
    wrong = measured("show", "t", "--outcome", "wrong", "--limit", "100", "--json")
    total = wrong.stdout.count("\n")
    assert total > 1
    assert wrong.stderr == ""
    some = measured("show", "t", "--outcome", "wrong", env={"STATERA_LIMIT": "1"})
    assert some.stdout.endswith(f"1 of {total} shown; --limit for more\n")


def test_the_suggestion_after_a_run_has_trials(measured: Cli) -> None:
    again = measured(
        "run", "starter_knowledge", "-m", "scripted:script.yaml", "--limit", "30", "-q"
    )
    hint = again.stdout.splitlines()[-1]
    outcome = hint.partition("--outcome ")[2].split()[0]
    assert "epoch 0" in measured("show", "latest", "--outcome", outcome).stdout


def test_the_outcome_may_be_that_of_another_score(measured: Cli) -> None:
    scorer = "{type: contains, any: [Answer], metric: has_b}"
    done = measured("score", "t", "--scorer", scorer, "-q")
    assert done.returncode == 0, done.stderr
    both = measured("show", "t", "--outcome", "right", "--score", "has_b", "--json").stdout
    lines = [json.loads(line) for line in both.splitlines()]
    assert lines
    assert {line["outcomes"]["has_b"] for line in lines} == {"right"}
    assert "wrong" in {line["outcome"] for line in lines}
    bad = measured("show", "t", "--outcome", "right", "--score", "has")
    assert bad.returncode == 2
    assert "unknown score 'has'. Did you mean 'has_b'?" in bad.stderr
    alone = measured("show", "t", "--score", "has_b")
    assert (alone.returncode, "Give --outcome too" in alone.stderr) == (2, True)
    none = measured("show", "t", "--outcome", "truncated", "--score", "has_b")
    assert "is truncated by score has_b." in none.stdout


def test_a_named_metric_is_shown_alone_with_its_categories(measured: Cli) -> None:
    known = json.loads(measured("show", "t", "--json").stdout)["metrics"]
    names = list(dict.fromkeys(row["metric"] for row in known))
    out = measured("show", "t", "--metric", names[1]).stdout
    lines = [line.split()[0] for line in out.splitlines()]
    assert names[1] in lines
    assert names[0] not in lines
    assert sum(row["metric"] == names[1] for row in known) > 1
    one = json.loads(measured("show", "t", "--metric", names[1], "--json").stdout)
    assert one["metrics"] == [row for row in known if row["metric"] == names[1]]
    two = measured("show", "t", "--metric", names[1], "--metric", names[0], "--json").stdout
    assert json.loads(two)["metrics"] == known
    wrong = measured("show", "t", "--metric", f"{names[1]}x")
    assert wrong.returncode == 2
    assert f"unknown metric '{names[1]}x'. Did you mean '{names[1]}'?" in wrong.stderr
    assert measured("show", "t", "--metric", names[1], "--outcome", "wrong").returncode == 2


def test_a_probe_is_one_line_of_the_run_and_repeats_have_a_mark(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "script.yaml").write_text(SCRIPT)
    done = cli(
        "run", "starter_knowledge", "-m", "scripted:script.yaml", "--limit", "8", "-q",
        "--probe", "4", "--epochs", "2",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "probe 4 identical calls at temperature 0: 1 reply\n" in cli("show").stdout
    found = json.loads(cli("show", "--json").stdout)
    kept = found["environment"]["determinism"]
    assert (kept["calls"], kept["distinct"], kept["first_different_token"]) == (4, 1, None)
    marks = {row["metric"].split("/")[1]: row["marks"] for row in found["metrics"]}
    assert marks["tar_text@2"] == marks["pass^2"] == ["temperature 0"]
    assert marks["accuracy"] == []
    few = cli("run", "starter_knowledge", "-m", "scripted:script.yaml", "--probe", "1")
    assert few.returncode == 2
