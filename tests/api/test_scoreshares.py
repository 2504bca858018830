import asyncio
from dataclasses import replace
from pathlib import Path

from statera.api.judged import judge_run
from statera.api.scoreshares import record_share, share_of
from statera.api.stored import Run
from statera.api.traffic import Split, diagnose_runs
from statera.graders.judge import JudgeFile, judge_of
from statera.models.script import Script
from statera.models.scripted import ScriptedModel
from statera.models.scriptedjudge import ScriptedJudge
from statera.records.shares import Drawn, stored_shares
from tests.api.traffic_stored import MARCH, kept, requests
from tests.judges_made import bench

TONE = judge_of(JudgeFile(judge="tone", rubric="tone", model="small"))
TENTH = Drawn(share=0.3, seed=7)


def test_a_share_is_the_same_however_the_run_grows(tmp_path: Path) -> None:
    lines = requests(300)
    run = kept(tmp_path, lines[:200])
    first = share_of(run.store, run.info, TENTH)
    kept(tmp_path, lines)
    grown = share_of(run.store, run.info, TENTH)
    assert (first.total, grown.total) == (200, 300)
    assert first.items == {item for item in grown.items if int(item[1][1:]) < 200}
    larger = share_of(run.store, run.info, Drawn(share=0.6, seed=7))
    assert grown.items < larger.items
    assert share_of(run.store, run.info, Drawn(share=1.0), ["traffic"]).total == 300


def test_a_judge_sees_the_share_and_nothing_is_asked_twice(tmp_path: Path) -> None:
    run = kept(tmp_path, requests(200))
    judging = bench(TONE, ScriptedModel(Script(judge=ScriptedJudge(seed=1))), run.store)
    chosen = share_of(run.store, run.info, TENTH)
    judged = asyncio.run(judge_run(judging, run.info, only=chosen.items))
    info = record_share(run.store, judged.info, judged.metrics.values(), TENTH)
    assert len(judged.answers) == len(chosen.items)
    assert stored_shares(info) == {"tone": TENTH}
    row = Run(run.store, info)["traffic/tone"]
    assert row.n == len(chosen.items)
    (frame,) = Run(run.store, info).frames
    assert frame.unjudged("tone") == 0
    asked = run.store.counts(judged.sitting.run).trials
    larger = share_of(run.store, run.info, Drawn(share=0.5, seed=7))
    again = asyncio.run(judge_run(judging, info, only=larger.items))
    new = {one.output for one in again.answers} - {one.output for one in judged.answers}
    assert run.store.counts(again.sitting.run).trials - asked == len(new)
    assert len(again.answers) == len(larger.items)
    found = diagnose_runs([replace(run, info=again.info)], Split(before=MARCH))
    assert "tone" in [one.metric for one in found.signals]
    whole = record_share(run.store, again.info, ["tone"], None)
    assert stored_shares(whole) == {}
    assert record_share(run.store, run.info, ["tone"], None) is run.info
