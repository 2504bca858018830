import json
from pathlib import Path

import pytest
import yaml

from statera.records.scores import Outcome
from statera.store.runstore import RunStore
from tests.api.test_probing import KEY, NO, TASK
from tests.cli.commands.conftest import Cli
from tests.runs_made import alternating, stored


@pytest.fixture
def two(cli: Cli, tmp_path: Path) -> tuple[str, str]:
    """Return a candidate that refuses 40 of 500 questions that its base answered right."""
    store = RunStore(tmp_path / ".statera")
    base = alternating(400, 100)
    refused: dict[str, list[Outcome]] = {f"all/{place}": ["refused"] for place in range(40)}
    new = stored(store, base | refused, model="new")
    old = stored(store, base, model="old")
    store.close()
    return new.info.id[:8], old.info.id[:8]


def test_a_diagnosis_to_read(cli: Cli, two: tuple[str, str]) -> None:
    done = cli("diagnose", *two)
    assert done.returncode == 0, done.stderr
    assert "model: old -> new" in done.stdout
    assert "1. safety over-correction" in done.stdout
    assert "-8.0 points" in done.stdout
    assert f"statera show {two[0]} --sample-id all/0,all/1,all/2" in done.stdout
    assert done.stderr == ""
    line = next(x for x in done.stdout.splitlines() if "t, refused: " in x)
    read = cli(*line.split("t, refused: statera ")[1].split())
    assert read.stdout.count("refused") >= 5


def test_json_has_the_documented_keys(cli: Cli, two: tuple[str, str]) -> None:
    found = json.loads(cli("diagnose", *two, "--json").stdout)
    assert list(found) == [
        *("schema", "run", "base", "answer", "findings", "signals", "decompositions", "places"),
        *("slices", "discordant", "probes", "terms", "caveats", "restorations"),
    ]
    assert found["findings"][0]["cause"] == "safety over-correction"
    assert found["decompositions"][0]["change"] == pytest.approx(-0.08)


def test_terms_are_flags(cli: Cli, two: tuple[str, str]) -> None:
    found = json.loads(
        cli(
            "diagnose", *two, "--unsafe", "t", "--margin", "0.1", "--alpha", "0.01", "--json"
        ).stdout
    )
    assert [signal["kind"] for signal in found["signals"]] == ["harm"]
    assert found["terms"]["margin"] == 0.1
    assert found["decompositions"] == []


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--unsafe", "u"), "unknown task or task/category 'u'"),
        (("--safety", "al"), "unknown category 'al'. Did you mean 'all'?"),
    ],
)
def test_what_is_declared_wrong_is_exit_2(
    cli: Cli, two: tuple[str, str], args: tuple[str, ...], told: str
) -> None:
    done = cli("diagnose", *two, *args)
    assert done.returncode == 2
    assert told in done.stderr
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1


def test_no_probe_to_run_is_said_after_the_diagnosis(cli: Cli, two: tuple[str, str]) -> None:
    done = cli("diagnose", *two, "--probe")
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "statera: --probe: none of that kind can be run here. Suggested: none"
    ]
    assert "1. safety over-correction" in done.stdout


def test_a_run_against_itself_is_refused(cli: Cli, two: tuple[str, str]) -> None:
    done = cli("diagnose", two[0], two[0])
    assert (done.returncode, "are the same run" in done.stderr) == (2, True)


def script(path: Path, *, refuses: bool) -> str:
    """Write a model that knows every answer, but declines every second question if it `refuses`."""
    rules = [
        {"contains": question, "reply": NO if refuses and place % 2 else f"#### {answer}"}
        for place, (question, answer) in enumerate(KEY.items())
    ]
    path.write_text(yaml.safe_dump({"rules": rules}), encoding="utf-8")
    return f"scripted:{path.name}"


def test_the_suggested_probe_is_run_and_says_what_remains(cli: Cli, tmp_path: Path) -> None:
    new = script(tmp_path / "new.yaml", refuses=True)
    old = script(tmp_path / "old.yaml", refuses=False)
    told = ("--system-message", "Be careful.")
    assert cli("run", TASK, "-m", new, "--tag", "new", *told).returncode == 0
    assert cli("run", TASK, "-m", old, "--tag", "old").returncode == 0
    asked = cli("diagnose", "new", "old", "--probe")
    assert asked.returncode == 2
    assert "'no-system-message' asks the model: name it (--model)" in asked.stderr
    done = cli("diagnose", "new", "old", "--probe", "-m", new)
    assert done.returncode == 0, done.stderr
    assert "statera run --tasks starter_arithmetic --model MODEL --mode" in done.stdout
    assert "0 of 20 lost samples right, 0 as before" in done.stdout
    assert "not restored: what remains is the model itself" in done.stdout


def test_logs_of_right_and_wrong_claim_no_cause_and_suggest_no_command(
    cli: Cli, tmp_path: Path
) -> None:
    for name, right in (("old", 400), ("new", 300)):
        lines = [f"q{place},{int(place < right)}" for place in range(500)]
        (tmp_path / f"{name}.csv").write_text("\n".join(["id,correct", *lines]))
        done = cli("import", "csv", f"{name}.csv", "--task", "w", "--tag", name)
        assert done.returncode == 0, done.stderr
    done = cli("diagnose", "new", "old")
    assert done.returncode == 0, done.stderr
    assert "was imported from csv (new.csv): it cannot be asked from here" in done.stdout
    assert "not told apart by the log: truncated, refused, unparsed" in done.stdout
    assert "statera run" not in done.stdout
    assert "same within" not in done.stdout
