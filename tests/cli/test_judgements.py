"""A judge's own run is counted, and never averaged."""

import asyncio
import json
from pathlib import Path

import pytest

from statera.api.judged import judge_run
from statera.api.panels import graded
from statera.api.stored import Run
from statera.cli.commands.show import show_metrics
from statera.cli.judgements import judgements, print_judgements
from statera.errors import DeclarationError
from statera.store.runstore import RunStore
from tests.judges_made import REFERENCE, bench, scripted, stored
from tests.panels_made import judge_model, rubric, seat

SAYS = scripted(("alpha", "Good. [5]"), ("omega", "Bad. [1]"), default="I cannot say.")


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path)


@pytest.fixture
def work(store: RunStore) -> Run:
    info = stored(store, ["alpha", "alpha too", "omega", "neither"])
    judged = asyncio.run(judge_run(bench(REFERENCE, SAYS, store, repeats=2), info))
    return Run(store, store.find(judged.sitting.run))


def test_judgements_are_counted_by_criterion(work: Run) -> None:
    assert judgements(work) == {
        "reference": {"asked": 4, "judgements": 8, "verdicts": 6, "unparsed": 2}
    }


def test_they_are_shown_without_an_estimate(work: Run, capsys: pytest.CaptureFixture[str]) -> None:
    show_metrics(work, as_json=False)
    shown = capsys.readouterr().out
    short = work.info.id[:8]
    assert f"run {short} · the work of judge reference" in shown
    assert "reference: 8 judgements of 4 prompts: 6 with a verdict, 2 unparsed" in shown
    assert f"statera show {short} --outcome" in shown
    assert "interval" not in shown
    show_metrics(work, as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert (found["metrics"], found["judgements"]) == ([], judgements(work))
    with pytest.raises(DeclarationError, match="is a judge's work"):
        show_metrics(work, as_json=False, only=["reference/verdict"])


def test_a_panel_names_its_members(store: RunStore, capsys: pytest.CaptureFixture[str]) -> None:
    models = [judge_model(prefers="better", seed=place) for place in range(3)]
    judged = asyncio.run(graded(seat(rubric(), store, *models), stored(store, ["a", "b"])))
    run = Run(store, store.find(judged.sitting.run))
    assert judgements(run) == {}
    print_judgements(run)
    assert "a panel, which asks nothing itself; its members: one (run " in capsys.readouterr().out
