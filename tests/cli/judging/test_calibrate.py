"""`statera judge calibrate` as a user meets it."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click import Command
from click.testing import CliRunner

from statera.api.judging import sit
from statera.cli.commands.compare import command as compare
from statera.cli.commands.show import command as show
from statera.cli.judging.calibrate import command as calibrate
from statera.errors import DeclarationError
from statera.graders.judge import read_judge
from statera.store.runstore import RunStore
from tests.api.calibrations_made import Made, judged, replies
from tests.cli.commands.conftest import Cli, cli
from tests.judges_made import bench, scripted

__all__ = ["cli"]

TONE = read_judge("tone")
SCRIPT = "default: hello\njudge:\n  prefers: better\n  noise: 0.2\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RunStore]:
    opened = RunStore(tmp_path / ".statera")
    yield opened
    opened.close()


@pytest.fixture
def two(store: RunStore, tmp_path: Path) -> tuple[Made, Made]:
    """Two judged runs, and a file with labels of every third item of both."""
    made = replies(store, 120), replies(store, 120, name="old", seed=9)
    rows = []
    for one in made:
        judged(store, one, noise=0.2)
        rows += [f"q{i},{one.quality[i]},{one.info.id[:10]},0.3333" for i in range(0, 120, 3)]
    text = "id,label,run,probability\n" + "\n".join(rows) + "\n"
    (tmp_path / "labels.csv").write_text(text, encoding="utf-8")
    (tmp_path / "script.yaml").write_text(SCRIPT, encoding="utf-8")
    return made


def test_a_judge_and_a_file_whose_rows_name_their_runs(cli: Cli, two: tuple[Made, Made]) -> None:
    new, _ = two
    said = cli("judge", "calibrate", "tone", "--labels", "labels.csv")
    assert said.returncode == 0, said.stderr
    assert said.stdout.startswith("judge tone · its run ")
    assert f"labels of {new.info.id[:8]}: 40 trials of 40 items" in said.stdout
    assert "it favours the first where above 0" in said.stdout


def said(command: Command, *args: str) -> str:
    result = CliRunner().invoke(command, args, catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_what_was_measured_is_in_every_number_from_then_on(
    monkeypatch: pytest.MonkeyPatch, two: tuple[Made, Made], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    new, old = (made.info.id for made in two)
    runs = (new[:8], old[:8])
    said(calibrate, "tone", *runs, "--labels", "labels.csv")
    found = json.loads(said(calibrate, *runs, "--judge", "tone", "--json"))
    assert (found["schema"], found["judge"], found["kept"]) == (1, "tone", True)
    assert found["runs"] == [new, old]
    (score,) = found["scores"]
    assert set(score) == {"error", "numbers", "differences"}
    assert score["error"]["arms"][0]["confusion"]["classes"] == ["good", "not good"]
    assert len(score["differences"]) == 2
    shown = said(show, runs[0])
    row = next(x for x in shown.splitlines() if x.startswith("open/tone "))
    assert "120/120" in row
    assert "corrected by people's labels: PPI++" in shown
    assert "open/judged" not in shown  # the score that waited for a judge
    text = said(compare, *runs)
    row = next(x for x in text.splitlines() if x.startswith("open/tone "))
    assert " 80 " in row
    assert "120/120, 120/120" in row
    assert "p of a judged metric is of the judge's own numbers, uncorrected" in text
    rows = json.loads(said(compare, *runs, "--json"))["metrics"]
    behind = next(r for r in rows if r["metric"] == "open/tone" and r["category"] is None)
    assert behind["behind"]["corrected"]["labels"] == 80


def test_outputs_that_carry_their_labels_are_judged(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = [
        {"id": i, "prompt": f"Q{i}?", "output": f"quality={i % 5 + 1}", "label": i % 5 + 1}
        for i in range(40)
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (tmp_path / "outputs.jsonl").write_text(text, encoding="utf-8")
    (tmp_path / "script.yaml").write_text(SCRIPT, encoding="utf-8")
    args = ("tone", "--labels", "outputs.jsonl", "--judge-model", "scripted:script.yaml", "-q")
    out = said(calibrate, *args)
    assert "outputs/tone" in out
    assert "40 trials of 40 items, all of them" in out
    assert said(calibrate, *args) == out


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("tone", "NEW"), "has no labels of open/tone"),
        (("pairwise", "NEW"), "was not judged by pairwise, but by tone"),
        (("NEW", "--judge", "nobody"), "was not judged by nobody, but by tone"),
        (("tone", "NEW", "NEW"), "not compared with itself"),
        (("tone", "NEW", "OLD", "x"), "3 names. Allowed: [RUN] [RUN_B]"),
        (("tone", "nonsense"), "unknown run 'nonsense'"),
        (("nonsense", "NEW"), "unknown run 'nonsense'"),
        (("tune", "NEW"), "unknown judge 'tune'. Did you mean 'tone'?"),
        (("nobody", "NEW", "OLD"), "unknown judge 'nobody'. Allowed: "),
        (("mne", "NEW"), "unknown judge 'mne'. Did you mean 'mine'?"),
        (("tone", "--labels", "missing.csv"), "missing.csv: no such file"),
        (("tone", "--labels", "plain.csv"), "plain.csv, line 2: of which run?"),
        (("tone", "NEW", "OLD", "--labels", "plain.csv"), "plain.csv, line 2: of which of"),
        (("tone", "NEW", "--labels", "plain.csv"), "no reply to an item 'q9999'"),
        (("tone", "NEW", "--labels", "empty.csv"), "empty.csv: holds no label"),
        (("tone", "--labels", "out.jsonl"), "judge tone has no model"),
        (("--labels", "out.jsonl"), "name the judge, and one file of --labels"),
        (("wrong.yaml", "NEW"), "Did you mean 'kind'"),
    ],
)
def test_what_is_wrong_is_one_line_and_nothing_is_kept(
    monkeypatch: pytest.MonkeyPatch,
    store: RunStore,
    tmp_path: Path,
    args: tuple[str, ...],
    told: str,
) -> None:
    new, old = replies(store, 8), replies(store, 8, name="old", seed=9)
    judged(store, new)
    asyncio.run(sit(bench(replace(TONE, name="mine"), scripted(default="[3]"), store), []))
    before = [store.find(made.info.id) for made in (new, old)]
    (tmp_path / "plain.csv").write_text("id,label\nq9999,4\n", encoding="utf-8")
    (tmp_path / "empty.csv").write_text("id,label\n", encoding="utf-8")
    line = '{"id": 1, "prompt": "p", "output": "o", "label": 4}\n'
    (tmp_path / "out.jsonl").write_text(line, encoding="utf-8")
    (tmp_path / "wrong.yaml").write_text("judge: j\nkimd: rubric\n", encoding="utf-8")
    names = {"NEW": new.info.id[:12], "OLD": old.info.id[:12]}
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DeclarationError) as error:
        CliRunner().invoke(calibrate, [names.get(x, x) for x in args], catch_exceptions=False)
    assert told in str(error.value)
    assert "\n" not in str(error.value)
    assert [store.find(made.info.id) for made in (new, old)] == before


def test_a_run_that_nobody_labelled_ends_with_2(cli: Cli, two: tuple[Made, Made]) -> None:
    said = cli("judge", "calibrate", "tone", two[0].info.id)
    assert said.returncode == 2
    assert "has no labels of open/tone: `statera judge label " in said.stderr
    assert len(said.stderr.strip().splitlines()) == 1
