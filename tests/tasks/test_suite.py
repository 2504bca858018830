from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.tasks.suite import Suite, suite_names
from statera.tasks.task import TaskOptions
from tests.tasks.folder import made

TASK = "task: refunds\ndata: rows.jsonl\nprompt: '{{ q }}'\nreference: a\nscorers: [exact]\n"


def _suite(folder: Path, tasks: str) -> Suite:
    (folder / "refunds.yaml").write_text(TASK, encoding="utf-8")
    (folder / "rows.jsonl").write_text('{"q": "Why?", "a": "So."}\n', encoding="utf-8")
    path = folder / "release.yaml"
    path.write_text(f"suite: release\ntasks: {tasks}\n", encoding="utf-8")
    return Suite.load(str(path))


def _names(suite: Suite) -> list[str]:
    return [definition.name for definition in suite.definitions]


def test_a_task_a_list_and_a_suite_are_named_the_same_way() -> None:
    assert _names(Suite.load("gsm8k")) == ["gsm8k"]
    assert Suite.load("gsm8k").name == "gsm8k"
    both = Suite.load("gsm8k, mmlu")
    assert (both.name, _names(both)) == ("gsm8k,mmlu", ["gsm8k", "mmlu"])
    five = Suite.load("big-five")
    assert (five.name, len(five.definitions)) == ("big-five", 5)


def test_every_suite_that_ships_loads() -> None:
    assert "big-five" in suite_names()
    for name in suite_names():
        assert Suite.load(name).name == name


def test_a_suite_file_gives_its_tasks_their_options(tmp_path: Path) -> None:
    suite = _suite(
        tmp_path,
        "[refunds.yaml, {task: gsm8k, num_fewshot: 2, repeats: 3}, {task: mmlu, mode: generate}]",
    )
    assert _names(suite) == ["refunds", "gsm8k", "mmlu"]
    assert [definition.modes for definition in suite.definitions[1:]] == [("generate",)] * 2
    data = made(tmp_path)
    task = suite.definitions[1].load(TaskOptions(), data)
    assert (task.num_fewshot, task.epochs) == (2, 3)
    assert suite.definitions[1].load(TaskOptions(num_fewshot=1), data).num_fewshot == 1
    refunds = suite.definitions[0].load(TaskOptions(), data)
    assert (refunds.samples[0].reference, refunds.epochs) == ("So.", 1)


def test_a_task_file_is_a_suite_of_one(tmp_path: Path) -> None:
    _suite(tmp_path, "[gsm8k]")
    suite = Suite.load(str(tmp_path / "refunds.yaml"))
    assert (suite.name, _names(suite)) == ("refunds", ["refunds"])


@pytest.mark.parametrize(
    ("tasks", "message"),
    [
        ("[gsm9k]", "release.yaml: unknown task 'gsm9k'. Did you mean 'gsm8k'?"),
        ("[]", "release.yaml: Expected a list of length >= 1 - at `$.tasks`"),
        ("[{task: gsm8k, shots: 2}]", "release.yaml: Object contains unknown field `shots`"),
        ("[{task: gsm8k, repeats: 0}]", "Expected a whole number >= 1"),
        ("[{task: gsm8k, mode: loglikelihood}]", "has no mode 'loglikelihood'. Allowed: generate"),
        ("[gsm8k, gsm8k]", "release: task 'gsm8k' is there twice"),
        ("[other.yaml]", "other.yaml: no such file"),
    ],
)
def test_what_is_wrong_in_a_suite_is_one_line(tmp_path: Path, tasks: str, message: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        _suite(tmp_path, tasks)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mmlux", "unknown task or suite 'mmlux'. Did you mean 'mmlu'?"),
        ("big-fiv", "Did you mean 'big-five'?"),
        ("", "no task named"),
        ("gsm8k,gsm8k", "task 'gsm8k' is there twice"),
        ("nowhere.yaml", "nowhere.yaml: no such file"),
    ],
)
def test_an_unknown_name_gives_the_nearest(text: str, message: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        Suite.load(text)
    assert message in str(caught.value)


def test_a_mode_that_the_suite_fixes_must_be_one_of_the_tasks(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="task refunds has no mode"):
        _suite(tmp_path, "[{task: refunds.yaml, mode: loglikelihood}]")


def test_a_suite_knows_what_loads_it_and_each_of_its_tasks(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        "task: own\ndata: own.jsonl\nprompt: '{{ q }}'\nreference: a\nscorers: [exact]\n"
    )
    (tmp_path / "both.yaml").write_text(
        "suite: both\ntasks: [gsm8k, {task: own.yaml, repeats: 2}]\n"
    )
    path = str(tmp_path / "both.yaml")
    suite = Suite.load(path)
    assert suite.text == path
    assert suite.sources == {"gsm8k": "gsm8k", "own": str(tmp_path / "own.yaml")}
    assert Suite.load(" mmlu , gsm8k").text == "mmlu,gsm8k"


def test_a_budget_limits_the_tasks_that_know_it(tmp_path: Path) -> None:
    suite = _suite(
        tmp_path, "[refunds.yaml, {task: gsm8k, limits: {small: 5, standard: 50}}, mmlu]"
    )
    assert suite.budgets == ("small", "standard", "full")
    assert suite.limits("small") == {"gsm8k": 5}
    assert suite.limits("full") == suite.limits("") == {}


def test_an_unknown_budget_gives_the_nearest(tmp_path: Path) -> None:
    suite = _suite(tmp_path, "[{task: gsm8k, limits: {small: 5}}]")
    with pytest.raises(DeclarationError, match="unknown budget 'smal'"):
        suite.limits("smal")
    with pytest.raises(DeclarationError, match="suite mmlu has no budgets"):
        Suite.load("mmlu").limits("small")


def _checklist(folder: Path, name: str) -> Path:
    path = folder / "own.yaml"
    path.write_text(
        f"checklist: {name}\ntests:\n  - {{name: open, capability: negation, kind: minimum, "
        "choices: ['yes', 'no'], ask: \"The shop is not open. Is it open?\", answer: 'no'}\n",
        encoding="utf-8",
    )
    return path


def test_a_file_with_a_checklist_is_a_task(tmp_path: Path) -> None:
    path = _checklist(tmp_path, "refunds_behaviour")
    assert _names(Suite.load(str(path))) == ["refunds_behaviour"]
    both = _suite(tmp_path, "[refunds.yaml, own.yaml]")
    assert _names(both) == ["refunds", "refunds_behaviour"]


def test_a_checklist_cannot_take_the_name_of_a_task_that_ships(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="checklist: 'mmlu' is a task that comes with"):
        Suite.load(str(_checklist(tmp_path, "mmlu")))
