"""What several epochs say of scripted models: constant ones, and ones with a planted fault."""

from pathlib import Path

import pytest

from statera.api.runs import RunOptions, run
from statera.api.scorecards import scorecard
from statera.api.stored import Run
from statera.models.script import Reply, Rule, Script
from statera.models.scripted import ScriptedModel
from statera.report.scorecard import Scorecard
from statera.store.runstore import RunStore
from statera.tasks.suite import Suite
from tests.runs_made import stored

ITEMS, EPOCHS = 200, 4
TASK = """
task: t
version: "1"
data: t.jsonl
prompt: "{{ q }}"
reference: a
scorers: [{type: contains, metric: accuracy}]
"""
WARM = RunOptions(sampling={"temperature": 0.7})


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    lines = [f'{{"q": "Is number {i:03} odd?", "a": "yes"}}\n' for i in range(ITEMS)]
    (tmp_path / "t.jsonl").write_text("".join(lines))
    (tmp_path / "t.yaml").write_text(TASK)
    return Suite.load(str(tmp_path / "t.yaml"))


def script(*rules: Rule) -> ScriptedModel:
    return ScriptedModel(Script(rules=rules, default="I think so: yes."))


def value(found: Run, name: str) -> float:
    row = found[f"t/{name}"]
    assert row.estimate is not None
    return row.estimate


def test_a_constant_model_always_agrees_with_itself(store: RunStore, suite: Suite) -> None:
    found = run(suite, script(), store=store, epochs=EPOCHS, options=WARM)
    for name in ("pass@4", "pass^4", "tar_text@4", "tar_answer@4"):
        assert value(found, name) == 1.0
    assert value(found, "flips@4") == 0.0
    assert all(not row.marks for row in found.metrics)


def test_a_tenth_of_items_that_flips_is_found(store: RunStore, suite: Suite) -> None:
    planted = Rule(regex=r"number \d\d7", replies=("yes", "yes", "Not so.", "yes"))
    found = run(suite, script(planted), store=store, epochs=EPOCHS, options=WARM)
    row = found["t/flips@4"]
    assert row.estimate == pytest.approx(0.1)
    assert row.low is not None
    assert row.high is not None
    assert row.low < 0.1 < row.high
    assert value(found, "pass@4") == 1.0
    for name in ("pass^4", "tar_text@4", "tar_answer@4"):
        assert value(found, name) == pytest.approx(0.9)


def test_other_words_for_the_same_answer_are_another_text_alone(
    store: RunStore, suite: Suite
) -> None:
    worded = Rule(regex=r"number \d\d[0-4]", replies=("yes", "It is: yes", "yes", "yes"))
    found = run(suite, script(worded), store=store, epochs=EPOCHS, options=WARM)
    assert value(found, "tar_text@4") == pytest.approx(0.5)
    assert value(found, "flips@4") == 0.0


def lines(card: Scorecard) -> dict[str, tuple[str, tuple[str, ...]]]:
    (part,) = (part for part in card.parts if part.level == "reliability")
    return {
        line.figure.metric: (line.counter.metric if line.counter else "", line.figure.marks)
        for line in part.lines
    }


def test_they_are_reliability_and_marked_at_temperature_zero(store: RunStore, suite: Suite) -> None:
    with pytest.warns(UserWarning, match="temperature 0"):
        found = run(suite, script(), store=store, epochs=2)
    cold = ("temperature 0",)
    assert lines(scorecard(found)) == {
        "t/pass@2": ("t/pass^2", cold),
        "t/pass^2": ("t/pass@2", cold),
        "t/tar_answer@2": ("t/accuracy", cold),
        "t/flips@2": ("t/accuracy", cold),
        "t/tar_text@2": ("t/accuracy", cold),
    }
    assert found["t/accuracy"].marks == ()
    warm = run(suite, script(), store=store, epochs=2, options=WARM)
    assert {marks for _, marks in lines(scorecard(warm)).values()} == {()}


def test_a_temperature_that_was_not_accepted_is_no_zero(store: RunStore, suite: Suite) -> None:
    class Adapted(ScriptedModel):
        async def answer(self, request):  # type: ignore[no-untyped-def]
            found = await super().answer(request)
            return type(found)(text=found.text, notes=("temperature not accepted",))

    model = Adapted(Script(default=Reply(text="yes")))
    with pytest.warns(UserWarning, match="temperature 0"):
        found = run(suite, model, store=store, epochs=2)
    assert found["t/flips@2"].marks == ()


def test_an_older_run_of_several_epochs_tells_of_its_repeats(store: RunStore) -> None:
    found = stored(store, {"a/0": ["right", "wrong"], "a/1": ["right", "right"]})
    assert value(found, "flips@2") == 0.5
    assert value(found, "tar_text@2") == 1.0
    assert [m["type"] for m in found.info.environment["metrics"]["t"]] == [
        "accuracy",
        "given_answer",
    ]


def test_more_epochs_leave_the_numbers_of_fewer(store: RunStore, suite: Suite) -> None:
    flips = script(Rule(regex=r"number \d\d7", replies=("yes", "yes", "Not so.")))
    run(suite, flips, store=store, epochs=2, options=WARM)
    found = run(suite, flips, store=store, epochs=4, options=WARM)
    assert value(found, "flips@4") == pytest.approx(0.1)
    assert value(found, "flips@2") == pytest.approx(0.1 * 4 / 6)


def test_what_identical_calls_came_to_is_kept_with_the_run(store: RunStore, suite: Suite) -> None:
    sea = Rule(contains="the sea", reply="The sea is wide.")
    options = RunOptions(probe=6)
    found = run(suite, script(sea), store=store, options=options)
    kept = found.info.environment["determinism"]
    assert (kept["calls"], kept["answered"], kept["distinct"]) == (6, 6, 1)
    again = run(suite, script(sea), store=store)
    assert again.info.environment["determinism"] == kept
