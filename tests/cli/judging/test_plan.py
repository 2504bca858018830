import asyncio
import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner

from statera.api.judged import judge_run
from statera.api.labelreading import LabelsOf
from statera.api.labels import keep_labels
from statera.cli.main import cli as commands
from statera.errors import DeclarationError
from statera.graders.judge import JudgeFile, judge_of
from statera.interop.labels import Label
from statera.models.script import Script
from statera.models.scripted import ScriptedModel
from statera.models.scriptedjudge import ScriptedJudge
from statera.store.runstore import RunStore
from tests.judges_made import bench, stored

JUDGE = judge_of(JudgeFile(judge="quality", rubric="reference", model="m"))


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A judged run of 200 replies, of which people labelled 60."""
    monkeypatch.chdir(tmp_path)
    drawn = random.Random(2)
    quality = [drawn.randint(1, 5) for _ in range(200)]
    store = RunStore(tmp_path / ".statera")
    info = stored(store, [f"reply {i} quality={q}" for i, q in enumerate(quality)])
    model = ScriptedModel(Script(judge=ScriptedJudge(noise=0.3)))
    asyncio.run(judge_run(bench(JUDGE, model, store), info))
    labels = [Label(id=f"q{i}", label=str(quality[i])) for i in range(60)]
    of = LabelsOf(metric="quality", scale=JUDGE.criteria[0].scale)
    asyncio.run(keep_labels(store, info, labels, of))
    store.close()
    return info.id[:8]


def said(*args: str) -> str:
    found = CliRunner().invoke(commands, ["judge", "plan", *args], standalone_mode=False)
    if found.exception is not None:
        raise found.exception
    return found.output


def test_what_the_pilot_shows_and_what_is_needed(run: str) -> None:
    lines = said(run, "--metric", "quality", "--half-width", "0.05").splitlines()
    assert lines[0] == "open/quality · judge quality · 200 items"
    assert lines[1].startswith("pilot: 60 labels by people: correlation with the judge 0.")
    wanted = next(line for line in lines if line.startswith("for half-width 0.05: "))
    assert "labels of 200 items" in wanted
    assert lines[-1].startswith(f"next: statera judge label {run} --judge quality --share 0.")
    assert not any("power" in line for line in lines)


def test_a_margin_shows_power_and_prices_show_cost(run: str) -> None:
    args = ("--margin", "0.1", "--label-cost", "2", "--judge-cost", "0.01", "--budget", "50")
    text = said(run, *args)
    head = next(line for line in text.splitlines() if line.startswith("labels "))
    assert head.split()[-2:] == ["power", "cost"]
    assert "for power 0.8 at margin 0.1, one-sided alpha 0.05" in text
    assert "; $" in text
    assert "$50 on new items: " in text


def test_as_json(run: str) -> None:
    found = json.loads(said(run, "--half-width", "0.05", "--json"))
    assert found["schema"] == 1
    assert (found["pilot"]["by"], found["pilot"]["labels"]) == ("people", 60)
    assert found["needed"]["labels"] <= found["items"] == 200
    assert found["rows"][-1]["share"] == 1.0


def test_without_labels_it_says_what_it_supposes(run: str, tmp_path: Path) -> None:
    store = RunStore(tmp_path / ".statera")
    info = stored(store, [f"reply {i} quality={1 + i % 5}" for i in range(100)], name="other")
    model = ScriptedModel(Script(judge=ScriptedJudge(noise=0.3)))
    asyncio.run(judge_run(bench(JUDGE, model, store), info))
    lines = said(info.id[:8]).splitlines()
    assert lines[1].startswith("supposed: correlation 0.50 of the judge with labels")
    assert not any(line.startswith(("for ", "next: ")) for line in lines)


def test_what_is_declared_wrong_is_one_line(run: str) -> None:
    with pytest.raises(DeclarationError, match="give one"):
        said(run, "--margin", "0.1", "--half-width", "0.1")
    with pytest.raises(DeclarationError, match="unknown judged metric"):
        said(run, "--metric", "qualiti")
