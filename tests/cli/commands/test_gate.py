import json
import random
from pathlib import Path
from xml.etree import ElementTree

import pytest

from statera.gate.policy import policy_schema
from statera.store.runstore import RunStore
from tests.cli.commands.conftest import Cli
from tests.cli.commands.gates import Made, make
from tests.judges_made import stored
from tests.runs_made import stored as made


@pytest.fixture
def runs(tmp_path: Path) -> Made:
    return make(tmp_path)


def test_the_exit_code_is_the_ruling(cli: Cli, runs: Made) -> None:
    good = cli("gate", runs.good, runs.base, "-p", "gate.yaml")
    assert (good.returncode, good.stderr) == (0, "")
    assert good.stdout.splitlines()[0].startswith("PASS release · 4 rules: 0 fail, 0 inconclusive")
    bad = cli("gate", runs.bad, runs.base, "-p", "gate.yaml")
    assert bad.returncode == 1
    assert bad.stdout.startswith("FAIL release")
    assert "candidate 2 tried on this set" in bad.stdout
    assert "fail t/law/accuracy: upper bound " in bad.stdout
    doubted = cli("gate", runs.failing, "-p", "critical.yaml")
    assert doubted.returncode == 3
    assert f"statera confirm {runs.failing[:8]} art/0 --rule t/critical" in doubted.stdout


def test_json_is_the_documented_shape(cli: Cli, runs: Made) -> None:
    done = cli("gate", runs.good, runs.base, "-p", "gate.yaml", "--json")
    found = json.loads(done.stdout)
    assert found["schema"] == 1
    assert (found["verdict"], found["final"], found["exit_code"]) == ("pass", "pass", 0)
    assert (found["candidate"], found["base"]) == ([runs.good], [runs.base])
    first = found["rules"][0]
    assert (first["name"], first["claim"]) == ("t/accuracy", "difference to baseline > -0.05")
    assert first["bound"] == first["lower"] > -0.05
    assert first["n"] == 400
    assert first["p"] == first["p_pass"] < 0.05


def test_files_for_ci(cli: Cli, runs: Made, tmp_path: Path) -> None:
    done = cli(
        "gate", runs.bad, runs.base, "-p", "gate.yaml", "--junit", "gate.xml",
        "--markdown", "gate.md", env={"GITHUB_ACTIONS": "true"},
    )  # fmt: skip
    assert done.returncode == 1
    suite = ElementTree.parse(tmp_path / "gate.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("4", "3")
    comment = (tmp_path / "gate.md").read_text()
    assert comment.startswith("### ✗ FAIL `release`: ")
    assert "| `t/accuracy` | 0.800 | 0.300 |" in comment
    assert "::error title=release%3A fail::1 pass, 3 fail, 0 inconclusive" in done.stderr
    assert "::error" not in done.stdout


def test_a_comment_on_standard_output_stands_alone(cli: Cli, runs: Made) -> None:
    done = cli("gate", runs.good, runs.base, "-p", "gate.yaml", "--markdown")
    assert done.stdout.startswith("### ✓ PASS `release`: ")
    both = cli("gate", runs.good, runs.base, "-p", "gate.yaml", "--markdown", "--json")
    assert (both.returncode, both.stdout) == (2, "")
    quiet = cli("gate", runs.good, runs.base, "-p", "gate.yaml", "--no-annotations",
                env={"GITHUB_ACTIONS": "true"})  # fmt: skip
    assert quiet.stderr == ""


def test_an_override_is_loud_and_sets_the_exit_code(cli: Cli, runs: Made) -> None:
    refused = cli("gate", runs.bad, runs.base, "-p", "gate.yaml", "--override", "pass")
    assert refused.returncode == 2
    assert "--override needs --by" in refused.stderr
    done = cli(
        "gate", runs.bad, runs.base, "-p", "gate.yaml",
        "--override", "pass", "--by", "Ada", "--why", "agreed",
    )  # fmt: skip
    assert done.returncode == 0
    assert "OVERRIDDEN  to pass by Ada: agreed; the gate itself says fail" in done.stdout
    lonely = cli("gate", runs.bad, runs.base, "-p", "gate.yaml", "--by", "Ada")
    assert "--by and --why go with --override" in lonely.stderr


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "t/accuracy, than",
            "t/acuracy, than",
            "statera: gate.yaml: rules[0] `t/acuracy`: unknown metric 'acuracy'",
        ),
        ("margin: 0.05", "margn: 0.05", "gate.yaml: Object contains unknown field `margn`"),
        ("max: 0.05", "max: 5", "a limit of 5 is not between 0 and 1"),
    ],
)
def test_what_is_declared_wrong_is_one_line(
    cli: Cli, runs: Made, tmp_path: Path, old: str, new: str, told: str
) -> None:
    path = tmp_path / "gate.yaml"
    path.write_text(path.read_text().replace(old, new))
    done = cli("gate", runs.good, runs.base, "-p", "gate.yaml")
    assert done.returncode == 2
    assert told in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_baseline_rule_wants_a_base(cli: Cli, runs: Made) -> None:
    done = cli("gate", runs.good, "-p", "gate.yaml")
    assert done.returncode == 2
    assert "compares with the baseline: name its run, BASE" in done.stderr


def test_the_schema_is_printed_for_editors(cli: Cli) -> None:
    assert json.loads(cli("gate", "--schema").stdout) == policy_schema()


GRADES = """
rules:
  - {contains: "alpha ", reply: "Fine. [5]"}
  - {contains: "glib ", reply: "Fine. [5]"}
default: "Wrong. [1]"
"""


def judged_run(tmp_path: Path, cli: Cli) -> str:
    """Return a run whose replies please its judge more than people; `labels.csv` says how much."""
    kinds = ["alpha", "alpha", "alpha", "glib", "bad"]
    info = stored(RunStore(tmp_path / ".statera"), [f"{kinds[i % 5]} {i}" for i in range(200)])
    rows = [
        f"q{i},{5 if kinds[i % 5] == 'alpha' else 1},0.5"
        for i in random.Random(0).sample(range(200), 100)
    ]
    (tmp_path / "labels.csv").write_text("\n".join(["id,label,probability", *rows, ""]))
    (tmp_path / "grades.yaml").write_text(GRADES)
    (tmp_path / "judged.yaml").write_text(
        "gate: judged\nrules: [{metric: open/reference_good, min: 0.5}]\n"
    )
    said = cli(
        "score", info.id[:8], "--judge", "reference", "--judge-model", "scripted:grades.yaml"
    )
    assert said.returncode == 0, said.stderr
    return info.id[:8]


def test_a_judged_metric_waits_for_labels_and_is_ruled_on_as_they_correct_it(
    cli: Cli, tmp_path: Path
) -> None:
    run = judged_run(tmp_path, cli)
    waits = cli("gate", run, "-p", "judged.yaml")
    assert waits.returncode == 3
    line = next(x for x in waits.stdout.splitlines() if x.startswith("inconclusive open/"))
    assert "judge reference is unmeasured (no labels): " in line
    command = line.split(": statera ")[1].split(";")[0].split()
    assert command == ["judge", "label", run, "--judge", "reference"]
    kept = cli(*command, "--labels", "labels.csv", "--import-only")
    assert kept.returncode == 0, kept.stderr
    ruled = cli("gate", run, "-p", "judged.yaml", "--junit", "gate.xml", "--markdown", "gate.md")
    assert ruled.returncode == 0, ruled.stdout
    assert "judge open/reference_good > 0.5: corrected from 0.800 by 100 labels" in ruled.stdout
    assert "corrected from 0.800 by 100 labels" in (tmp_path / "gate.md").read_text()
    assert "corrected from 0.800 by 100 labels" in (tmp_path / "gate.xml").read_text()
    (rule,) = json.loads(cli("gate", run, "-p", "judged.yaml", "--json").stdout)["rules"]
    assert rule["raw"] == pytest.approx(0.8)
    assert rule["value"] == pytest.approx(0.6, abs=0.1)
    assert (rule["labels"], rule["transported"], rule["unvalidated"]) == (100, False, False)


COIN = """
gate: coin
rules: [{metric: open/reference_good, min: 0.05, transported: true, unvalidated: true}]
"""


@pytest.mark.parametrize("probability", ["0.5", ""])
@pytest.mark.parametrize("people", ["of other replies", "against it"])
def test_a_judge_at_chance_passes_nothing_whatever_the_rule_takes(
    cli: Cli, tmp_path: Path, people: str, probability: str
) -> None:
    run = judged_run(tmp_path, cli)
    draw = random.Random(3)
    grades = [5 if people == "against it" and i % 5 == 4 else 1 for i in range(200)]
    if people == "of other replies":
        grades = [draw.choice([1, 5]) for _ in range(200)]
    rows = [f"q{i},{grades[i]},{probability}" for i in sorted(draw.sample(range(200), 100))]
    (tmp_path / "labels.csv").write_text("\n".join(["id,label,probability", *rows, ""]))
    (tmp_path / "coin.yaml").write_text(COIN)
    label = ("judge", "label", run, "--judge", "reference", "--labels", "labels.csv")
    kept = cli(*label, "--import-only")
    assert kept.returncode == 0, kept.stderr
    ruled = cli("gate", run, "-p", "coin.yaml")
    assert ruled.returncode == 3, ruled.stdout
    assert "judge reference is void: not shown to be better than a coin" in ruled.stdout
    assert "100 labels" in ruled.stdout
    shown = cli("show", run)
    assert "open/reference_good: void: not shown to be better than a coin" in " ".join(
        shown.stdout.split()
    )
    (rule,) = json.loads(cli("gate", run, "-p", "coin.yaml", "--json").stdout)["rules"]
    assert (rule["value"], rule["verdict"]) == (None, "inconclusive")
    assert cli("report", run, "-o", "page.html").returncode == 0
    assert "not shown to be better than a coin" in (tmp_path / "page.html").read_text()


COUNTERED = """
gate: never
rules:
  - {metric: t/pass@2, max: 0.9, epochs: 2}
"""


def test_a_rule_without_its_counter_rule_is_warned_of_and_decided(cli: Cli, tmp_path: Path) -> None:
    store = RunStore(tmp_path / ".statera")
    made(store, {f"a/{n}": ["right", "wrong"] for n in range(40)})
    store.close()
    (tmp_path / "gate.yaml").write_text(COUNTERED)
    done = cli("gate", "-p", "gate.yaml", "--json")
    line = "no rule reads t/pass^2, the counter-metric of t/pass@2: add a rule on t/pass^2"
    assert (done.returncode, done.stderr) == (1, f"warning: {line}\n")
    found = json.loads(done.stdout)
    assert found["notes"][0] == line
    assert found["rules"][0]["epochs"] == 2
