import asyncio
from pathlib import Path

import pytest

from statera.api.reports import Wanted, content, made_again, report_page
from statera.api.runs import RunOptions, run_async
from statera.api.stored import Run
from statera.errors import DeclarationError
from statera.gate.judging import Gate
from statera.interop.importing.formats import logs
from statera.interop.importing.imported import Wanted as Named
from statera.interop.importing.intake import take_in
from statera.models.callables import model
from statera.records.scores import Outcome
from statera.store.runstore import RunStore
from statera.tasks.suite import Suite
from tests.report.made import Made, items, stored


def half(number: int, epoch: int) -> Outcome:
    return "refused" if number % 10 == 3 else "wrong" if number % 2 else "right"


def right(number: int, epoch: int) -> Outcome:
    return "right" if number % 5 else "wrong"


NEW = Made("new", items(60, ["a", "b"]), half, system="Be brief; it's short.")
OLD = Made("old", items(60, ["a", "b"]), right)
GATE = """
gate: release
rules:
  - {metric: t/accuracy, than: baseline, margin: 0.05}
  - {metric: "t/*/accuracy", min: 0.1}
"""


def test_a_run_alone_shows_some_of_every_outcome_that_is_not_right(tmp_path: Path) -> None:
    found = content(stored(tmp_path, NEW))
    assert (found.comparison, found.ruling, found.diagnosis) == (None, None, None)
    assert [s.change for s in found.specimens] == ["wrong"] * 3 + ["refused"] * 3
    assert [r.whose for r in found.specimens[0].replies] == ["reply"]


def test_shares_of_outcomes_have_intervals_too(tmp_path: Path) -> None:
    rows = {row.metric: row for row in content(stored(tmp_path, NEW)).candidate.metrics}
    refused = rows["t/refused"]
    assert refused.estimate == pytest.approx(0.1)
    assert refused.low is not None
    assert refused.low < 0.1 < (refused.high or 0)
    assert "t/truncated" not in rows
    base = content(stored(tmp_path, NEW), stored(tmp_path, OLD)).base
    assert base is not None
    never = {row.metric: row for row in base.metrics}["t/refused"]
    assert never.estimate == 0
    assert (never.high or 0) > 0.01


def test_two_runs_are_compared_explained_and_the_lost_samples_come_first(tmp_path: Path) -> None:
    found = content(stored(tmp_path, NEW), stored(tmp_path, OLD))
    assert found.comparison is not None
    assert found.diagnosis is not None
    changes = [s.change for s in found.specimens]
    assert changes == ["lost: 1 to 0"] * 3 + ["won: 0 to 1"] * 3
    assert [r.whose for r in found.specimens[0].replies] == ["candidate", "base"]


def test_how_many_are_shown_may_be_said(tmp_path: Path) -> None:
    new, old = stored(tmp_path, NEW), stored(tmp_path, OLD)
    assert content(new, old, wanted=Wanted(read=0)).specimens == []
    assert len(content(new, old, wanted=Wanted(read=1)).specimens) == 2


def test_a_gate_decides_and_the_ledger_keeps_it(tmp_path: Path) -> None:
    path = tmp_path / "gate.yaml"
    path.write_text(GATE)
    new, old = stored(tmp_path, NEW), stored(tmp_path, OLD)
    found = content(new, old, wanted=Wanted(gate=Gate.load(path)))
    assert found.ruling is not None
    assert found.ruling.verdict == "fail"
    assert len(found.ruling.rules) == 3
    assert len(new.store.ledger.entries()) == 1
    assert "FAIL <bdi>release</bdi>" in report_page(new, old, gate=Gate.load(path))


def test_another_instrument_is_refused_and_may_be_allowed(tmp_path: Path) -> None:
    new = stored(tmp_path, NEW)
    old = stored(tmp_path, Made("old", items(60, ["a", "b"]), right, data="other"))
    with pytest.raises(DeclarationError, match="not the same instrument"):
        content(new, old)
    text = report_page(new, old, allow=True)
    assert "not the same instrument" in text


def test_the_commands_ask_again_what_the_runs_were_asked(tmp_path: Path) -> None:
    new, old = stored(tmp_path, NEW), stored(tmp_path, OLD)
    commands = made_again(new, old)
    assert [c.what for c in commands] == ["The candidate", "The base"]
    assert "--model new" in commands[0].line
    assert commands[0].line.endswith(" --limit 60")
    twice = Made("twice", items(5, []), right, epochs=2)
    assert made_again(stored(tmp_path, twice))[0].line.endswith(" --limit 5 --epochs 2")
    assert "'Be brief; it'\"'\"'s short.'" in commands[0].line


def test_a_run_of_a_budget_is_made_again_by_its_budget(tmp_path: Path) -> None:
    suite = tmp_path / "small.yaml"
    suite.write_text(
        "suite: own\ntasks: [{task: starter_knowledge, limits: {small: 4}}, "
        "{task: starter_misconceptions, limits: {small: 6}}]\n"
    )
    options = RunOptions(budget="small", mode="generate")
    done = run_async(
        Suite.load(str(suite)), model(lambda text: "A"), store=RunStore(tmp_path), options=options
    )
    (command,) = made_again(asyncio.run(done))
    assert "--budget small" in command.line
    assert "--limit" not in command.line


def test_an_imported_run_claims_no_share_that_its_log_cannot_tell(tmp_path: Path) -> None:
    rows = [f"{i},{int(half(i, 0) == 'right')}" for i in range(60)]
    whole = [f"{i},{half(i, 0)}" for i in range(60)]
    for name, lines in (("plain", ["id,correct", *rows]), ("told", ["id,outcome", *whole])):
        (tmp_path / f"{name}.csv").write_text("\n".join(lines))
        found = logs([tmp_path / f"{name}.csv"], Named(task="t"))
        take_in(found, tmp_path / "store", tag=name)
    store = RunStore(tmp_path / "store")
    plain, told = (Run(store, store.find(name)) for name in ("plain", "told"))
    assert "t/refused" in {row.metric for row in content(told).candidate.metrics}
    for one in (content(plain, told), content(told, plain)):
        assert one.base is not None
        shown = {row.metric for row in (*one.candidate.metrics, *one.base.metrics)}
        assert shown == {"t/accuracy", "t/accuracy_given_answer"}
    page = report_page(plain)
    assert "all with an answer" not in page
    assert page.count("the log cannot tell unparsed, refused, truncated or errors from wrong") == 2
    assert "cannot tell" not in report_page(told)
    (command,) = made_again(plain)
    assert command.line == "statera import csv plain.csv --task t"
    assert "cannot be run from here" in command.what
