import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from statera.api.judged import judge_run
from statera.cli.main import cli as commands
from statera.models.script import Script
from statera.models.scripted import ScriptedModel
from statera.models.scriptedjudge import ScriptedJudge
from statera.store.runstore import RunStore
from tests.cli.commands.conftest import Cli
from tests.cli.commands.gates import make
from tests.judges_made import REFERENCE, bench, stored


def test_a_pilot_plans_its_gate(cli: Cli, tmp_path: Path) -> None:
    runs = make(tmp_path)
    done = cli("plan", "gate.yaml", "--pilot", runs.good, "--base", runs.base)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "release · 4 rules · one-sided alpha 0.05"
    assert any("as the pilot shows" in line for line in lines)
    assert any(line.startswith("cheapest ") and "$" in line for line in lines)
    told = f"{runs.good} is the candidate, {runs.base} is the base; difference seen: t/accuracy +0."
    assert any(line.startswith(told) for line in lines)
    assert sum("just at every limit" in line for line in lines) == 1
    assert "--discordance" not in done.stdout
    found = json.loads(
        cli("plan", "gate.yaml", "--pilot", runs.good, "--base", runs.base, "--json").stdout
    )
    assert found["schema"] == 1
    assert [rule["name"] for rule in found["rules"]][:2] == ["t/accuracy", "t/art/accuracy"]
    assert found["cheapest"]["passes"] + found["cheapest"]["fails"] >= 0.8
    row = found["chances"][0]
    assert row["passes"] + row["fails"] + row["inconclusive"] == pytest.approx(1.0)


def test_without_a_pilot_what_is_supposed_is_stated(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "g.yaml").write_text(
        "gate: g\nrules:\n  - {metric: t/accuracy, than: baseline, margin: 0.02}\n"
        "  - {metric: t/critical, max: 0.01, critical: true, detector: fallible}\n"
    )
    done = cli("plan", "g.yaml", "--items", "300", "--discordance", "0.05")
    assert done.returncode == 0, done.stderr
    assert "as the pilot shows" not in done.stdout
    assert "no number of items decides with 80 %" in done.stdout
    assert "a person must read each failure" in done.stdout
    assert "supposed: two runs differ on 5 % of the items (--discordance)" in done.stdout
    assert "supposed: t/critical is 0 (--value)" in done.stdout


def test_no_more_items_are_planned_than_there_are(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "g.yaml").write_text(
        "gate: g\nrules: [{metric: starter_knowledge/accuracy, than: baseline, margin: 0.02}]\n"
    )
    done = cli("plan", "g.yaml")
    assert done.returncode == 0, done.stderr
    assert "no number of items decides with 80 %" in done.stdout
    assert "; 96 items a task decide with " in done.stdout
    assert "items that there are: starter_knowledge 96" in done.stdout
    found = json.loads(cli("plan", "g.yaml", "--json").stdout)
    assert (found["exist"], found["cheapest"]) == ({"starter_knowledge": 96}, None)
    assert {row["items"] for row in found["chances"]} == {96}


def test_of_a_margin_of_0_the_limit_is_no_row_of_its_own(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "g.yaml").write_text(
        "gate: g\nrules: [{metric: t/accuracy, than: baseline, margin: 0}]\n"
    )
    done = cli("plan", "g.yaml", "--items", "500")
    assert "as good as the base" in done.stdout
    assert "just at every limit" not in done.stdout
    assert "what is as good as the other run never passes `margin: 0`" in done.stdout


def test_a_pilot_that_shows_nothing_else_than_the_base_is_no_row_of_its_own(
    cli: Cli, tmp_path: Path
) -> None:
    runs = make(tmp_path)
    (tmp_path / "g.yaml").write_text(
        "gate: g\nrules: [{metric: t/accuracy, than: baseline, margin: 0.02}]\n"
    )
    alone = cli("plan", "g.yaml", "--pilot", runs.good).stdout
    assert "as good as the base" in alone
    assert "as the pilot shows" not in alone
    other = cli("plan", "g.yaml", "--pilot", runs.bad, "--base", runs.base).stdout
    assert "as the pilot shows" in other


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--base", "latest"), "--base goes with --pilot"),
        (("--value", "t"), "'t' is not like task/metric=0.9"),
        (("--value", "t/refused=0.01"), "what `*` stands for is known with --pilot RUN"),
    ],
)
def test_what_is_asked_wrong(
    cli: Cli, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    make(tmp_path)
    done = cli("plan", "gate.yaml", *arguments)
    assert done.returncode == 2
    assert told in done.stderr
    more = cli("plan", "critical.yaml", "--epochs", "4")
    assert "a pilot of one epoch does not say" in more.stderr


def test_rules_on_a_judge_are_told_how_many_labels_they_need(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = RunStore(tmp_path / ".statera")
    info = stored(store, [f"reply {i} quality={1 + i * 7 % 5}" for i in range(100)])
    judging = ScriptedModel(Script(judge=ScriptedJudge(noise=0.3)))
    asyncio.run(judge_run(bench(REFERENCE, judging, store), info))
    (tmp_path / "g.yaml").write_text(
        "gate: g\nrules:\n  - {metric: open/reference, min: 0.35}\n"
        "  - {metric: open/reference_good, min: 0.2, unvalidated: true}\n"
    )
    args = ["plan", "g.yaml", "--pilot", info.id[:8]]
    text = CliRunner().invoke(commands, args, standalone_mode=False).output
    assert "labels for open/reference (min): " in text
    assert "(supposed correlation with the judge 0.50)" in text
    assert "labels for open/reference_good (min): none: the rule says" in text
    found = json.loads(CliRunner().invoke(commands, [*args, "--json"]).output)
    first, second = found["labels"]
    assert first["needed"]["items"] == 100
    assert second["needed"] is None
