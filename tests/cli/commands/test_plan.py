import json
from pathlib import Path

import pytest

from tests.cli.commands.conftest import Cli
from tests.cli.commands.gates import make


def test_a_pilot_plans_its_gate(cli: Cli, tmp_path: Path) -> None:
    runs = make(tmp_path)
    done = cli("plan", "gate.yaml", "--pilot", runs.good, "--base", runs.base)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "release · 4 rules · one-sided alpha 0.05"
    assert any("as the pilot shows" in line for line in lines)
    assert any(line.startswith("cheapest ") and "$" in line for line in lines)
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
