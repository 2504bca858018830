import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands.conftest import Cli
from tests.interop.importing import made

CSV = "id,correct,category,reply\nq1,1,odd,B\nq2,0,even,\nq3,0,odd,C\n"


def _shown(cli: Cli, name: str) -> dict[str, Any]:
    done = cli("show", name, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _estimates(cli: Cli, name: str) -> dict[tuple[str, str | None], tuple[Any, ...]]:
    rows = _shown(cli, name)["metrics"]
    keys = ("estimate", "low", "high", "n", "outcomes")
    return {(r["metric"], r["category"]): tuple(r[key] for key in keys) for r in rows}


def test_a_table_as_the_issue_writes_it(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text(CSV)
    done = cli("import", "csv", "s.csv", "--task", "support", "--tag", "candidate")
    assert done.returncode == 0, done.stderr
    assert "3 items, 3 trials, 3 with a reply" in done.stdout
    assert (
        "1 unparsed told apart; the log cannot tell truncated or refused or errors from wrong"
        in (done.stdout)
    )
    estimates = _estimates(cli, "candidate")
    assert estimates["support/accuracy", None][0] == pytest.approx(1 / 3)
    assert estimates["support/accuracy", "odd"][0] == 0.5


def test_json_says_what_was_made(here: Cli, tmp_path: Path) -> None:
    made.lm_folder(tmp_path / "lm")
    done = here("import", "lm", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["schema"] == 1
    (run,) = found["runs"]
    assert (run["tool"], run["new"], run["items"], run["trials"]) == ("lm-eval", True, 4, 4)
    assert run["tasks"] == {"sums": ["flexible", "strict"]}
    assert run["told"] == {"right": 4}
    assert _shown(here, run["run"])["spec"]["system"]["model"] == "m-1"


def test_the_same_again_changes_nothing(here: Cli, tmp_path: Path) -> None:
    made.inspect_eval(tmp_path / "a.eval", [made.inspect_sample("a"), made.inspect_sample("b")])
    first = here("import", "a.eval")
    again = here("import", "a.eval", "--format", "inspect")
    assert "imported" in first.stdout
    assert "already here" in again.stdout
    assert len(json.loads(here("runs", "--json").stdout)["runs"]) == 1


def test_two_models_over_the_same_questions_are_compared(here: Cli, tmp_path: Path) -> None:
    made.lm_folder(tmp_path / "base", [1, 0, 0, 0])
    made.lm_folder(tmp_path / "new", [1, 1, 1, 0], model_name="m-2")
    for tag in ("base", "new"):
        assert here("import", tag, "--tag", tag).returncode == 0
    done = here("compare", "new", "base", "--json")
    assert done.returncode == 0, done.stderr
    rows = {row["metric"]: row for row in json.loads(done.stdout)["metrics"]}
    assert (rows["sums/strict"]["wins"], rows["sums/strict"]["losses"]) == (2, 0)
    assert rows["sums/strict"]["difference"] == 0.5


def test_a_gate_pools_no_imported_runs(here: Cli, tmp_path: Path) -> None:
    for name, right in (("base", 2), ("other", 3), ("new", 1)):
        rows = [f"q{n},{int(n % 4 < right)}" for n in range(40)]
        (tmp_path / f"{name}.csv").write_text("\n".join(["id,correct", *rows]))
        model = "m-0" if name == "base" else "m"
        args = ("--task", "t", "--model-name", model, "--tag", name)
        assert here("import", f"{name}.csv", *args).returncode == 0
    rule = "{metric: t/accuracy, than: baseline, margin: 0.02}"
    (tmp_path / "g.yaml").write_text(f"gate: g\nalpha: 0.05\nrules: [{rule}]\n")
    done = here("gate", "new", "base", "-p", "g.yaml", "--json")
    assert done.returncode == 1, done.stderr
    (found,) = json.loads(done.stdout)["rules"]
    assert (found["candidate"], found["base"], found["n"]) == (0.25, 0.5, 40)


def test_other_questions_are_another_instrument(here: Cli, tmp_path: Path) -> None:
    made.lm_folder(tmp_path / "base", [1, 0])
    made.lm_folder(tmp_path / "new", [1, 0])
    path = tmp_path / "new" / f"samples_sums_{made.STAMP}.jsonl"
    path.write_text(path.read_text().replace("What is", "Why is"))
    for tag in ("base", "new"):
        assert here("import", tag, "--tag", tag).returncode == 0
    done = here("compare", "new", "base")
    assert done.returncode == 2
    assert "2 asked otherwise" in done.stderr


def test_a_promptfoo_file_makes_a_run_for_each_prompt(here: Cli, tmp_path: Path) -> None:
    results = [
        made.promptfoo_result(number, passed=number > prompt, prompt=prompt)
        for number in range(4)
        for prompt in range(2)
    ]
    made.promptfoo_json(tmp_path / "out.json", [*results, made.promptfoo_error(9)])
    done = here("import", "out.json")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("imported") == 2
    assert "prompt: prompt 0" in done.stdout
    assert "1 errors told apart; the log cannot tell unparsed from wrong" in done.stdout
    refused = here("import", "out.json", "--tag", "x")
    assert refused.returncode == 2
    assert "--tag names one run" in refused.stderr


def test_our_own_export_comes_back_with_the_same_estimates(here: Cli, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text('default: {text: "Answer: A"}')
    made_here = here(
        "run",
        "starter",
        "-m",
        "scripted:s.yaml",
        "--limit",
        "6",
        "--epochs",
        "2",
        "-q",
        "--tag",
        "a",
    )
    assert made_here.returncode == 0, made_here.stderr
    assert here("export", "a", "-o", "a.jsonl", "-o", "b.csv").returncode == 0
    done = here("import", "a.jsonl", "--tag", "b")
    assert done.returncode == 0, done.stderr
    before, after = _estimates(here, "a"), _estimates(here, "b")
    shared = before.keys() & after.keys()
    assert {key[0] for key in before.keys() - shared} <= _beyond(before)
    assert {key: before[key] for key in shared} == {key: after[key] for key in shared}
    assert any(key[1] for key in shared)


def _beyond(estimates: Any) -> set[str]:
    """Return the metrics that a line of trials does not name: pass@k and means over categories."""
    return {name for name, _ in estimates if "pass@" in name or name.endswith("_macro")}


def test_the_neutral_format_comes_back_too(here: Cli, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text('default: {text: "Answer: A"}')
    here("run", "starter_knowledge", "-m", "scripted:s.yaml", "--limit", "6", "-q", "--tag", "a")
    assert here("export", "a", "-o", "e.json", "-o", "e.jsonl", "--format", "eee").returncode == 0
    done = here("import", "e.jsonl", "--tag", "b")
    assert done.returncode == 0, done.stderr
    before, after = _estimates(here, "a"), _estimates(here, "b")
    assert after
    assert {key: before[key] for key in after} == after


def test_replies_are_scored_again_under_a_name_of_their_own(here: Cli, tmp_path: Path) -> None:
    made.inspect_json(tmp_path / "a.json", [made.inspect_sample(n, value="I") for n in range(3)])
    here("import", "a.json")
    alone = here("score")
    assert alone.returncode == 2
    assert "name one with --scorer" in alone.stderr
    taken = here("score", "-s", "{type: exact, metric: match}")
    assert taken.returncode == 2
    assert "has a score called 'match'" in taken.stderr
    done = here("score", "-s", "exact")
    assert done.returncode == 0, done.stderr
    estimates = _estimates(here, "latest")
    assert estimates["group_answers/match", None][0] == 0.0
    assert estimates["group_answers/exact", None][0] == 1.0
    again = here("score")
    assert again.returncode == 0, again.stderr


def test_scores_without_replies_cannot_be_scored_again(here: Cli, tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text("id,correct\nq1,1\n")
    imported = here("import", "s.csv")
    assert "no replies in it: it cannot be scored again" in imported.stdout
    done = here("score", "-s", "exact")
    assert done.returncode == 2
    assert "has no replies" in done.stderr


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("csv",), "import csv: name a file or a folder"),
        (("b.csv",), "b.csv: no such file"),
        (("csv", "s.csv", "--format", "eee"), "say one of them"),
        (("s.txt",), "the format is unclear; say --format, one of: lm-eval, inspect, promptfoo"),
        (("broken.csv",), "broken.csv, line 3: correct 'perhaps'"),
    ],
)
def test_what_is_wrong_is_one_line_and_nothing_is_kept(
    here: Cli, tmp_path: Path, args: tuple[str, ...], told: str
) -> None:
    (tmp_path / "s.csv").write_text(CSV)
    (tmp_path / "s.txt").write_text(CSV)
    (tmp_path / "broken.csv").write_text("id,correct\nq1,1\nq2,perhaps\n")
    done = here("import", *args)
    assert done.returncode == 2
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / ".statera").exists()


def test_nothing_is_claimed_that_the_log_cannot_tell(here: Cli, tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text("id,correct\n" + "".join(f"q{i},1\n" for i in range(300)))
    assert "model not named (--model-name)" in here("import", "s.csv", "--tag", "s").stdout
    shown = here("show", "s").stdout
    assert "imported the log cannot tell unparsed, refused, truncated or errors" in shown
    assert "0 (0.0%)" not in shown
    assert "s.csv (model not named, " in shown
    assert "s.csv (model not named, " in here("runs").stdout
    blind = ["unparsed", "refused", "truncated", "infra_error"]
    assert _shown(here, "s")["blind"] == blind
    rules = "".join(f"- {{metric: s/{name}, max: 0.05}}\n" for name in blind)
    (tmp_path / "g.yaml").write_text(f"gate: g\nrules:\n{rules}")
    done = here("gate", "s", "-p", "g.yaml", "--json")
    assert done.returncode == 3
    for rule in json.loads(done.stdout)["rules"]:
        assert (rule["verdict"], rule["value"]) == ("inconclusive", None)
        assert "the log that was imported cannot tell" in rule["reason"]


@pytest.mark.parametrize("flag", ["--task", "--model-name", "--tag"])
def test_an_empty_name_is_none(here: Cli, tmp_path: Path, flag: str) -> None:
    (tmp_path / "s.csv").write_text(CSV)
    done = here("import", "s.csv", flag, "")
    assert done.returncode == 2
    assert f"{flag}: '' is no name" in done.stderr


def test_repeats_counted_from_1_and_what_a_table_without_answers_cannot_tell(
    cli: Cli, tmp_path: Path
) -> None:
    rows = [
        f"q{i},{int(i % 3 == 0 or epoch == i % 4)},{epoch}"
        for i in range(40)
        for epoch in (1, 2, 3, 4)
    ]
    (tmp_path / "s.csv").write_text("\n".join(["id,correct,epoch", *rows, ""]))
    (tmp_path / "gate.yaml").write_text(
        "{gate: steady, rules: [{metric: s/tar_answer@4, min: 0.1}]}"
    )
    assert cli("import", "csv", "s.csv", "--tag", "four").returncode == 0
    estimates = _estimates(cli, "four")
    assert ("s/pass^5", None) not in estimates
    assert estimates["s/pass^4", None][0] == pytest.approx(14 / 40)
    assert estimates["s/tar_answer@4", None][:4] == (None, None, None, 0)
    assert estimates["s/tar_text@4", None][:4] == (None, None, None, 0)
    text = " ".join(cli("show", "four").stdout.split())
    assert "infra error" not in text
    assert "of 26 of 40 items the wrong answers themselves are not there" in text
    assert "of 40 of 40 items the replies themselves are not there" in text
    ruled = cli("gate", "four", "-p", "gate.yaml")
    assert ruled.returncode == 3
    assert "s/tar_answer@4: of 26 of 40 items the wrong answers themselves" in ruled.stdout
    again = cli("import", "csv", "s.csv", "--tag", "other", "--model-name", "m")
    assert again.returncode == 0
    rows_of = json.loads(cli("compare", "four", "other", "--json").stdout)["metrics"]
    (row,) = [r for r in rows_of if r["metric"] == "s/tar_answer@4" and r["category"] is None]
    assert (row["difference"], row["p"]) == (None, None)
