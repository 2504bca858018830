import asyncio
from pathlib import Path

import pytest

from statera.api.stored import Run
from statera.cli.demojudge import audit
from statera.models.scriptedjudge import ScriptedJudge
from statera.store.runstore import RunStore
from tests.audits_made import scripted, two_runs


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A run with answers to judge, in a folder of its own."""
    store = RunStore(tmp_path)
    return Run(store, two_runs(store)[0])


def told(
    run: Run, planted: ScriptedJudge, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> str:
    asyncio.run(audit(run, scripted(planted), tmp_path))
    return str(capsys.readouterr().out)


def test_a_judge_that_gives_no_verdict_is_void_as_expected(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = told(run, ScriptedJudge(prefers="never"), tmp_path, capsys)
    assert "deserve nothing: 9 judgements." in said
    assert "demo-judge: VOID" in said
    assert "100.0 % of the replies hold no verdict" in said
    assert "This is expected" in said
    assert f"--judge {tmp_path / 'demo-judge.yaml'}" in said


def test_of_a_judge_that_is_not_void_nothing_of_the_kind_is_said(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = told(run, ScriptedJudge(), tmp_path, capsys)
    assert "NOT SHOWN" in said
    assert "expected" not in said
    assert "So few items settle little" in said
