import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from statera.api.judged import judge_run
from statera.api.judging import Bench
from statera.api.knownjudges import as_judge, by_record, find_judge, judge_name, judge_names
from statera.api.panelbench import PanelBench
from statera.api.panels import graded
from statera.errors import DeclarationError
from statera.graders.judge import Judge, read_judge
from statera.models.opening import open_model
from statera.store.runstore import RunStore
from tests.endpoint import Endpoint
from tests.judges_made import bench, scripted, stored, write_judge

ACME = """
judge: acme
version: 3
family: mistral
repeats: 2
criteria:
  tone: tone
  dose:
    criterion: Is the dose stated?
    levels: {0: it is not, 1: it is, 2: with its unit}
    passing: 2
    max_words: 50
"""
SCRIPT = "judge: {prefers: better, noise: 0.1, seed: 4}\n"


def judged(store: RunStore, judge: Judge, run: str) -> Bench:
    """Let the judge grade a run of the store, asked of the model that it names."""

    async def work() -> Bench:
        model = open_model(judge.model or "")
        try:
            seat = Bench(judge=judge, model=model, store=store)
            await judge_run(seat, store.find(run))
            return seat
        finally:
            await model.close()

    return asyncio.run(work())


@pytest.fixture
def run(store: RunStore) -> str:
    return stored(store, [f"reply {i} quality={1 + i % 5}" for i in range(6)]).id


@pytest.fixture
def acme(tmp_path: Path) -> Judge:
    script = write_judge(tmp_path, SCRIPT, "script.yaml")
    return read_judge(str(write_judge(tmp_path, ACME))).with_model(f"scripted:{script}")


def test_a_judge_on_record_is_the_same_and_is_asked_nothing_again(
    store: RunStore, run: str, acme: Judge
) -> None:
    first = judged(store, acme, run)
    found = find_judge("acme", store)
    assert (found.name, found.version, found.family, found.repeats) == ("acme", "3", "mistral", 2)
    assert found.model == acme.model
    assert found.criteria == first.settled.criteria
    assert [c.scale.passing for c in found.criteria if c.scale] == [None, 2]
    again = judged(store, found, run)
    assert again.run_id == first.run_id
    assert (again.tally.asked, again.tally.done) == (0, first.tally.done)
    assert find_judge("acme", store) == found


def test_an_endpoint_is_opened_at_its_address_and_asked_in_the_form_that_it_took(
    store: RunStore, run: str, tmp_path: Path
) -> None:
    answer = json.dumps({"reasoning": "fine", "score": 3})
    judge = read_judge(str(write_judge(tmp_path, "judge: mine\nrubric: tone\n")))
    with Endpoint(answer=lambda _: answer) as server:
        address = server.url.replace("://", "://me:secret@")
        first = judged(store, judge.with_model(f"{address}#m"), run)
        found, asked = find_judge("mine", store), server.count
        assert found.model == f"{server.url}#m"
        assert found.criteria[0].output == "json"
        again = judged(store, found, run)
        assert again.run_id == first.run_id
        assert again.tally.asked == 0
        assert server.count - asked <= 1  # the look whether it is there; no judgement, no probe
    assert "secret" not in str(store.find(first.run_id).environment)


def test_a_model_that_is_another_one_now_is_not_taken_for_it(
    store: RunStore, run: str, acme: Judge, tmp_path: Path
) -> None:
    judged(store, acme, run)
    write_judge(tmp_path, SCRIPT.replace("4", "5"), "script.yaml")
    assert find_judge("acme", store).model is None
    (tmp_path / "script.yaml").unlink()
    assert find_judge("acme", store).model is None


def test_what_a_model_file_says_goes_with_every_request_so_the_address_alone_is_not_the_model(
    store: RunStore, run: str, tmp_path: Path
) -> None:
    judge = read_judge(str(write_judge(tmp_path, "judge: mine\nrubric: tone\noutput: text\n")))
    with Endpoint(answer=lambda _: "[3]") as server:
        text = f"url: {server.url}\nname: m\nbody: {{reasoning: low}}\n"
        path = str(write_judge(tmp_path, text, "model.yaml"))
        judged(store, judge.with_model(path), run)
        assert find_judge("mine", store).model == path
        Path(path).unlink()
        assert find_judge("mine", store).model is None


def test_the_embedded_model_is_not_loaded_to_find_the_judge(store: RunStore, run: str) -> None:
    judge = replace(read_judge("tone"), name="mine", model="embedded")
    another = scripted(default="[3]")
    asyncio.run(judge_run(bench(judge, another, store), store.find(run)))
    assert find_judge("mine", store).model is None
    another.identity = "embedded:b179c9523d0e"
    asyncio.run(judge_run(bench(judge, another, store), store.find(run)))
    assert find_judge("mine", store).model == "embedded"


def test_the_newest_counts_but_not_one_that_was_only_asked_beside_it(
    store: RunStore, run: str, tmp_path: Path
) -> None:
    judge = replace(read_judge("tone"), name="mine")
    for grade in (4, 2, 3):
        write_judge(tmp_path, f"default: '[{grade}]'\n", f"{grade}.yaml")
    models = {grade: f"scripted:{tmp_path / f'{grade}.yaml'}" for grade in (4, 2, 3)}
    judged(store, judge.with_model(models[4]), run)
    assert find_judge("mine", store).model == models[4]
    judged(store, judge.with_model(models[2]), run)
    assert find_judge("mine", store).model == models[2]
    beside = stored(store, ["a", "b"], name="other").id
    seat = judged(store, judge.with_model(models[3]), beside)
    store.change_environment(beside, lambda found: found | {"scorers": {}})
    assert store.find(seat.run_id).created > 0
    assert find_judge("mine", store).model == models[2]


def test_a_ready_judge_goes_before_one_on_record(store: RunStore, run: str) -> None:
    mine = replace(read_judge("brevity"), name="tone", model="m")
    asyncio.run(judge_run(bench(mine, scripted(default="[3]"), store), store.find(run)))
    assert find_judge("tone", store) == read_judge("tone")
    assert not by_record("tone")
    assert not by_record("mine.yaml")
    assert by_record("mine")


def test_an_unknown_name_is_told_the_nearest(store: RunStore, run: str, acme: Judge) -> None:
    with pytest.raises(DeclarationError, match="unknown judge 'acne'"):
        find_judge("acne", store)
    judged(store, acme, run)
    with pytest.raises(DeclarationError, match=r"unknown judge 'acne'\. Did you mean 'acme'\?"):
        find_judge("acne", store)
    assert {"acme", "pairwise", "tone"} <= judge_names(store.runs())
    with pytest.raises(DeclarationError, match="unknown judge 'acme'"):
        find_judge("acme", None)


def test_a_panel_is_made_of_its_file_only(store: RunStore, run: str, tmp_path: Path) -> None:
    text = "judge: two\nrubric: tone\nmodels: [a, b]\n"
    panel = read_judge(str(write_judge(tmp_path, text)))
    models = scripted(default="[3]"), scripted(default="[2]")
    benches = [bench(one, model, store) for one, model in zip(panel.members, models, strict=True)]
    asyncio.run(graded(PanelBench(panel, tuple(benches)), store.find(run)))
    with pytest.raises(DeclarationError, match="judge two is a panel: name its file"):
        find_judge("two", store)
    assert find_judge("two-a", store).criteria == benches[0].settled.criteria


def test_a_score_is_called_as_its_judge_whether_or_not_that_can_be_found(tmp_path: Path) -> None:
    path = write_judge(tmp_path, "judge: mine\nrubric: tone\n")
    given = (path, str(path), read_judge(str(path)), "mine")
    assert {judge_name(judge) for judge in given} == {"mine"}
    with pytest.raises(DeclarationError, match="not a int"):
        as_judge(7, None)
