import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from statera.store.runstore import RunStore
from tests.cli.commands.conftest import Cli, cli
from tests.endpoint import Endpoint
from tests.judges_made import stored

__all__ = ["cli"]

SCRIPT = """
rules:
  - regex: "(?s)Reply A:[^>]*alpha"
    reply: "The first.\\n[[A]]"
  - regex: "(?s)Reply B:[^>]*alpha"
    reply: "The second.\\n[[B]]"
default: "[[TIE]]"
"""


def lines(*rows: Mapping[str, object]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def output(name: int, text: str, **more: object) -> dict[str, object]:
    return {"id": str(name), "prompt": f"Question {name}?", "reference": "r", "output": text} | more


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Two files of outputs, of which the first is better on every second item, and a judge."""
    ours = [output(i, "alpha" if i % 2 else "same") for i in range(20)]
    theirs = [output(i, "omega" if i % 2 else "same") for i in range(20)]
    (tmp_path / "a.jsonl").write_text(lines(*ours), encoding="utf-8")
    (tmp_path / "b.jsonl").write_text(lines(*theirs), encoding="utf-8")
    (tmp_path / "script.yaml").write_text(SCRIPT, encoding="utf-8")
    text = "judge: preferred\nkind: pairwise\nmodel: scripted:script.yaml\n"
    (tmp_path / "judge.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def test_two_files_are_compared(cli: Cli, files: Path) -> None:
    said = cli("judge", "compare", "a.jsonl", "b.jsonl", "--judge", "judge.yaml")
    assert said.returncode == 0, said.stderr
    row = next(line for line in said.stdout.splitlines() if line.startswith("outputs"))
    assert row.split()[:2] == ["outputs", "0.750"]
    assert "20 of 20" in row
    assert "outputs: 10 of 20 pairs are of the same text on both sides: ties" in said.stdout
    assert "never audited" in said.stdout


def test_the_same_command_again_asks_nothing(cli: Cli, files: Path) -> None:
    args = ("judge", "compare", "a.jsonl", "b.jsonl", "--judge", "judge.yaml", "--json")
    first, second = (json.loads(cli(*args).stdout) for _ in range(2))
    assert first == second
    (rate,) = first["win_rates"]
    assert (rate["rate"]["wins"], rate["rate"]["ties"], rate["rate"]["asked"]) == (10, 10, 20)
    store = RunStore(files / ".statera")
    (info,) = store.runs()
    assert info.id == first["judge_run"]
    assert store.counts(info.id).trials == 20  # of the same text on both sides nothing is asked


def test_two_runs_are_compared_and_a_gate_can_read_the_win_rate(cli: Cli, files: Path) -> None:
    store = RunStore(files / ".statera")
    replies = ["alpha" if i % 4 else "omega" for i in range(60)]
    new = stored(store, replies, name="new")
    old = stored(store, ["same"] * 60, name="old")
    said = cli("judge", "compare", new.id[:8], old.id[:8], "--judge", "judge.yaml")
    assert said.returncode == 0, said.stderr
    shown = json.loads(cli("show", new.id[:8], "--json").stdout)
    rate = next(
        m for m in shown["metrics"] if m["metric"] == "open/preferred" and not m["category"]
    )
    assert rate["estimate"] == pytest.approx(0.875)
    assert rate["n"] == 60
    assert cli("show", "--json").stdout  # the latest run is none of the judge's
    gate = "gate: g\nrules:\n  - {metric: open/preferred, min: 0.6, unvalidated: true}\n"
    (files / "gate.yaml").write_text(gate, encoding="utf-8")
    ruled = cli("gate", new.id[:8], "--policy", "gate.yaml")
    assert ruled.returncode == 0, ruled.stdout + ruled.stderr


def test_a_judge_that_an_audit_voids_gives_no_number(cli: Cli, files: Path) -> None:
    args = ("judge", "compare", "a.jsonl", "b.jsonl", "--judge", "judge.yaml")
    run = json.loads(cli(*args, "--json").stdout)["judge_run"]
    store = RunStore(files / ".statera")
    audit = {"void": True, "why": "a constant reply gets 0.70"}
    store.change_environment(run, lambda found: found | {"audit": audit})
    for more in ((), ("--until", "0.5")):
        said = cli(*args, *more)
        assert said.returncode == 0
        row = next(line for line in said.stdout.splitlines() if line.startswith("outputs"))
        assert row.split()[:3] == ["outputs", "void", "none"]
        assert "warning outputs: void: a constant reply gets 0.70" in said.stdout
        assert said.stdout.count("a constant reply") == 1
    (rate,) = json.loads(cli(*args, "--json").stdout)["win_rates"]
    assert (rate["rate"]["void"], rate["rate"]["value"]) == (True, None)


def test_what_an_audit_found_is_repeated(cli: Cli, files: Path) -> None:
    args = ("judge", "compare", "a.jsonl", "b.jsonl", "--judge", "judge.yaml")
    run = json.loads(cli(*args, "--json").stdout)["judge_run"]
    fault = {"name": "position", "n": 60, "fault": "it leans to the first place"}
    audit = {"void": False, "warnings": [fault]}
    store = RunStore(files / ".statera")
    store.change_environment(run, lambda found: found | {"audit": audit})
    said = cli(*args).stdout
    assert "note audit: warning position: it leans to the first place" in said
    assert "never audited" not in said


def test_labels_of_the_pairs_stand_beside_the_rate(cli: Cli, files: Path) -> None:
    store = RunStore(files / ".statera")
    new = stored(store, ["alpha" if i % 4 else "omega" for i in range(40)], name="new").id[:8]
    old = stored(store, ["same"] * 40, name="old").id[:8]
    args = ("judge", "compare", new, old, "--judge", "judge.yaml")
    bare = cli(*args).stdout
    assert "corrected  its interval" not in bare
    assert f"(no labels): statera judge label {new} {old} --judge" in bare
    labels = [{"id": f"q{i}", "label": "AB"[i % 2], "labeller": "ana"} for i in range(40)]
    (files / "labels.jsonl").write_text(lines(*labels), encoding="utf-8")
    kept = cli(
        "judge",
        "label",
        new,
        old,
        "--judge",
        "judge.yaml",
        "--labels",
        "labels.jsonl",
        "--import-only",
    )
    assert kept.returncode == 0, kept.stderr
    said = cli(*args).stdout
    row = next(line for line in said.splitlines() if line.startswith("open"))
    assert "0.500" in row.split()
    assert row.split()[-1] == "40"
    assert "corrected by people's labels" in said
    found = json.loads(cli(*args, "--json").stdout)["win_rates"][0]
    assert found["metric"] == "open/preferred"
    assert found["behind"]["corrected"]["value"] == pytest.approx(0.5)


def test_it_ends_when_the_winner_is_sure(cli: Cli, files: Path) -> None:
    ours, theirs = ([output(i, text) for i in range(300)] for text in ("alpha", "omega"))
    (files / "a.jsonl").write_text(lines(*ours), encoding="utf-8")
    (files / "b.jsonl").write_text(lines(*theirs), encoding="utf-8")
    args = ("judge", "compare", "a.jsonl", "b.jsonl", "--judge", "judge.yaml", "--until", "0.5")
    said = json.loads(cli(*args, "--json").stdout)
    assert said["stopped"] == "the win rate is surely above 0.5 after 32 of 300 items"
    assert said["win_rates"][0]["rate"]["asked"] == 32
    assert said["win_rates"][0]["rate"]["low"] > 0.5


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("a.jsonl", "missing.jsonl", "--judge", "judge.yaml"), "missing.jsonl"),
        (("a.jsonl", "run", "--judge", "judge.yaml"), "give two runs, or two .jsonl files"),
        (
            ("a.jsonl", "b.jsonl"),
            "no judge named. Give --judge FILE, or a ready one: --judge pairwise",
        ),
        (("a.jsonl", "b.jsonl", "--judge", "pairwise"), "judge pairwise has no model"),
        (
            ("a.jsonl", "b.jsonl", "--judge", "tone", "--judge-model", "scripted:script.yaml"),
            "judge tone grades single replies",
        ),
        (("a.jsonl", "c.jsonl", "--judge", "judge.yaml"), "not on the same data"),
        (("a.jsonl", "d.jsonl", "--judge", "judge.yaml"), "no item in common"),
        (("a.jsonl", "b.jsonl", "--judge", "judge.yaml", "--task", "t"), "--task names a task"),
        (("a.jsonl", "b.jsonl", "--judge", "judge.yaml", "--until", "1"), "until"),
        (("a.jsonl", "b.jsonl", "--judge", "wrong.yaml"), "Did you mean 'kind'"),
    ],
)
def test_what_is_wrong_is_one_line_and_nothing_is_asked(
    cli: Cli, files: Path, args: tuple[str, ...], told: str
) -> None:
    other = output(1, "x") | {"prompt": "Another question?"}
    (files / "c.jsonl").write_text(lines(other), encoding="utf-8")
    (files / "d.jsonl").write_text(lines(output(99, "x")), encoding="utf-8")
    (files / "wrong.yaml").write_text("judge: j\nkimd: pairwise\n", encoding="utf-8")
    said = cli("judge", "compare", *args)
    assert said.returncode == 2
    assert told in said.stderr
    assert len(said.stderr.strip().splitlines()) == 1, said.stderr


def test_help_tells_of_judges_of_pairs(cli: Cli) -> None:
    for name in ("compare", "rank"):
        said = " ".join(cli("judge", name, "--help").stdout.split())
        assert "`pairwise`, the YAML file of a judge of `kind: pairwise`" in said
        assert "tone" not in said


def test_a_real_endpoint_judges(cli: Cli, files: Path) -> None:
    def judge(text: str) -> str:
        first = text.split("Reply A:")[1].split(">>>")[0]
        return "Clear.\n[[A]]" if "alpha" in first else "[[B]]" if "alpha" in text else "[[TIE]]"

    with Endpoint(answer=judge) as endpoint:
        args = ("judge", "compare", "a.jsonl", "b.jsonl", "--judge", "pairwise", "--json")
        said = cli(*args, "--judge-model", f"{endpoint.url}#judge")
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout)["win_rates"][0]["rate"]["value"] == 0.75
