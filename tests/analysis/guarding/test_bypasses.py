"""What passed a guard unread is told of the run, not of single trials alone."""

import asyncio
import json
from pathlib import Path

import pytest

from statera.analysis.guarding.bypasses import Bypasses
from statera.api.runs import run_async
from statera.api.stored import Run
from statera.cli.commands.show import show_metrics
from statera.models.callables import model
from statera.models.clock import SystemClock
from statera.store.runstore import RunStore
from statera.strategies.guarded import Guarded
from statera.tasks.suite import Suite
from tests.guards_made import faulty_policy

ASKED = ("broken one", "long two", "0.1 three", "0.9 four")


def guarded_run(folder: Path, **terms: object) -> Run:
    rows = (json.dumps({"q": question, "a": "0.1 fine"}) + "\n" for question in ASKED)
    (folder / "items.jsonl").write_text("".join(rows))
    (folder / "task.yaml").write_text(
        "task: words\ndata: items.jsonl\nprompt: '{{ q }}'\nreference: a\nscorers: [exact]\n"
    )
    suite, store = Suite.load(str(folder / "task.yaml")), RunStore(folder / "store")

    async def run() -> Run:
        inside = model(lambda question: "0.1 fine")
        guarded = Guarded(inside, faulty_policy(**terms), SystemClock())
        found = await run_async(suite, guarded, store=store)
        await guarded.close()
        return found

    return asyncio.run(run())


def test_a_guarded_run_tells_what_passed_unread(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = guarded_run(tmp_path, on_failure="open", beyond="allow")
    assert run.health.refused == 1
    assert run.bypassed == Bypasses(trials=2, by={"faulty failed": 1, "faulty beyond": 1})
    show_metrics(run, as_json=False)
    said = capsys.readouterr().out
    assert "bypassed 2 trials passed the guard unread: faulty failed 1, faulty beyond 1" in said
    show_metrics(run, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["bypassed"] == {"trials": 2, "by": {"faulty failed": 1, "faulty beyond": 1}}


def test_what_was_held_back_passed_nowhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = guarded_run(tmp_path)
    assert run.bypassed is None
    show_metrics(run, as_json=False)
    assert "bypassed" not in capsys.readouterr().out
