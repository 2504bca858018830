import asyncio
from pathlib import Path

import statera as st
from statera.api.judged import judge_run
from statera.graders.judge import read_judge
from statera.models.script import Rule, Script
from statera.models.scripted import ScriptedModel
from statera.records.requests import Chat, Complete
from statera.tasks.builtin import biographies
from statera.tasks.builtin.biographies import definition, render, render_completion
from statera.tasks.data import DataFolder
from statera.tasks.task import TaskOptions
from tests.judges_made import bench
from tests.tasks.folder import shows

TOLD = "Marie Curie (1867-1934) was born in Warsaw, won two Nobel Prizes and played the harp."
JUDGED = "Born in 1867. [S]\nDied in 1934. [S]\nWon two Nobel Prizes. [S]\nPlayed the harp. [NS]"


def test_the_prompt_is_the_worked_example() -> None:
    task = definition.load(TaskOptions(), DataFolder(None))
    request = render(task.samples[0])
    assert isinstance(request, Chat)
    assert shows(biographies.__doc__, request.messages[0].content)
    longer = render_completion(task.samples[0])
    assert isinstance(longer, Complete)
    assert longer.prompt == f"{request.messages[0].content}\n\n"
    assert len(task.samples) == definition.items


def test_a_judge_sees_the_fact_sheet_and_its_list_becomes_a_score(tmp_path: Path) -> None:
    store = st.RunStore(tmp_path)
    writer = st.model(lambda text: TOLD if "Curie" in text else "I don't know", name="writer")
    run = st.run(st.Suite.load("biographies"), writer, store=store)
    assert run["biographies/biography_given"].estimate == 1 / 32
    assert run["biographies/life_dates_wrong"].estimate == 0.0
    judge = ScriptedModel(
        Script(rules=(Rule(contains="played the harp", reply=JUDGED),), default="[NONE]")
    )
    asyncio.run(judge_run(bench(read_judge("atomic_facts"), judge, store), run.info))
    scores = [row.score for row in store.scores(run.info.id) if row.score.metric == "atomic_facts"]
    assert sorted(score.value or 0.0 for score in scores) == [0.0] * 31 + [0.75]
    assert {score.extracted for score in scores} == {"S 3, NS 1, IR 0", "S 0, NS 0, IR 0"}
    shown = [str(request) for request in judge.asked]
    assert all("Fact sheet" in text for text in shown)
    assert any("Maria Skłodowska in Warsaw" in text for text in shown)
