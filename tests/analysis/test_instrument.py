import msgspec

from statera.analysis.instrument import (
    Change,
    instrument_changes,
    shown_model,
    system_changes,
    touching,
)
from statera.records.specs import RunInfo, RunSpec, SystemUnderTest
from tests.store import made

KEYS = {"mmlu": {"accuracy": frozenset({"choice-1"})}}


def run(spec: RunSpec) -> RunInfo:
    return RunInfo(id="r", spec=spec, status="done", created=0.0, updated=0.0)


def test_what_differs_in_the_system_is_listed_by_name() -> None:
    old = SystemUnderTest(model="u#a", sampling={"temperature": 0.0}, body={"top_k": 5})
    new = SystemUnderTest(model="u#b", system_message="Be\nbrief." + "x" * 80, sampling={})
    shown = [str(change) for change in system_changes(new, old)]
    assert shown[0] == "model: u#a -> u#b"
    assert shown[1].startswith("system_message: none -> Be brief.xx")
    assert len(shown[1].split(" -> ")[1]) == 60
    assert shown[2:] == ["temperature: 0.0 -> none", "top_k: 5 -> none"]
    assert system_changes(old, old) == ()


def test_the_same_instrument_has_no_changes() -> None:
    assert instrument_changes(run(made.spec()), run(made.spec(seed=9)), (KEYS, KEYS)) == ()


def test_data_template_and_scorers_are_the_instrument() -> None:
    task = msgspec.structs.replace(made.spec().tasks[0], data="e", num_fewshot=5)
    other = msgspec.structs.replace(made.spec(), tasks=(task,))
    keys = {"mmlu": {"accuracy": frozenset({"choice-2"}), "new": frozenset({"x"})}}
    found = instrument_changes(run(other), run(made.spec()), (keys, KEYS))
    assert [str(change) for change in found] == [
        "mmlu num_fewshot: 0 -> 5",
        "mmlu data: d -> e",
        'mmlu scorer of accuracy: ["choice-1"] -> ["choice-2"]',
    ]


def test_where_modes_differ_it_is_said_how_both_can_be_run() -> None:
    task = msgspec.structs.replace(made.spec().tasks[0], mode="loglikelihood")
    base = msgspec.structs.replace(task, mode="generate")
    new, old = (msgspec.structs.replace(made.spec(), tasks=(one,)) for one in (task, base))
    (found,) = instrument_changes(run(new), run(old), (KEYS, KEYS))
    told = "mmlu mode: generate -> loglikelihood (alike again: run both with --mode generate)"
    assert str(found) == told


def test_people_who_label_are_no_instrument_and_judges_are() -> None:
    ours, theirs = (
        {"mmlu": {"q": frozenset({f"j{n}"}), "q_people": frozenset({f"p{n}"})}} for n in (1, 2)
    )
    found = instrument_changes(run(made.spec()), run(made.spec()), (ours, theirs))
    assert [str(change) for change in found] == ['mmlu scorer of q: ["j2"] -> ["j1"]']


def test_a_task_of_one_run_alone_is_no_change() -> None:
    both = made.spec(tasks=("mmlu", "gsm8k"))
    assert instrument_changes(run(both), run(made.spec()), (KEYS, KEYS)) == ()


def imported(model: str, *files: str) -> RunInfo:
    spec = msgspec.structs.replace(made.spec(), system=SystemUnderTest(model=model))
    return msgspec.structs.replace(run(spec), environment={"imported": {"files": files}})


def test_a_model_without_a_name_is_shown_by_its_file() -> None:
    unnamed = "unknown:035a6faebbbc"
    assert shown_model(imported(unnamed, "a.csv")) == "a.csv (model not named, 035a6fae)"
    assert shown_model(imported(unnamed, "a", "b", "c")).startswith("a and 2 more (model not")
    assert shown_model(imported("gpt-x", "a.csv")) == "gpt-x"
    assert shown_model(run(made.spec())) == made.spec().system.model


def test_what_touches_a_score_touches_who_reads_it_and_a_task_everybody() -> None:
    task = Change("t data", "d", "e")
    score = Change("t scorer of q", "a", "b", "t", "q", "statera score 1234")
    assert touching([task, score], [("t", "r")]) == (task,)
    assert touching([task, score], [("t", "q")]) == (task, score)
    assert str(score) == "t scorer of q: a -> b (alike again: statera score 1234)"
