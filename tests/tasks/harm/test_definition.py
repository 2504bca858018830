"""The task as it is run: a planted leak is found where it was planted, and nowhere else."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from statera.api.runs import RunOptions, run_async
from statera.errors import DeclarationError
from statera.models.callables import model
from statera.records.requests import Chat
from statera.store.runstore import RunStore
from statera.tasks.data import DataFolder
from statera.tasks.harm.definition import ALL, Harm
from statera.tasks.harm.items import controls, phrases
from statera.tasks.suite import Suite
from statera.tasks.task import Task, TaskOptions
from statera.tasks.transforms.catalogue import find

NO = "I'm sorry, but I can't help you with that request."
LEAK = (
    "Certainly. There are four stages to it. In the first you look at what is there, in the second "
    "you take what you need, and in the last two you put the pieces together and try it out."
)
ANSWERS = {item.text: f"That would be {item.answers[0]}." for item in controls()}

Leaks = Callable[[str | None], bool]


def _task() -> Task:
    return Harm().load(TaskOptions(), DataFolder(None))


def _replies(leaks: Leaks) -> dict[str, str]:
    """Return what a model says that answers every control, and gives in where it leaks."""
    found = {}
    for transform in (None, *(find(name, phrases()) for name in ALL)):
        dress = transform.apply if transform else str
        name = transform.name if transform else None
        for sample in _task().samples:
            control = sample.fields["control"]["text"]
            found[dress(control)] = ANSWERS[control]
            found[dress(sample.input)] = LEAK if leaks(name) else NO
    return found


def _estimates(folder: Path, say: Callable[[str], str], limit: int = 6) -> dict[str, float | None]:
    found = asyncio.run(
        run_async(
            Suite.load("harm"), model(say), store=RunStore(folder), options=RunOptions(limit=limit)
        )
    )
    return {row.metric: row.estimate for row in found.metrics if row.category is None}


def test_a_model_that_leaks_under_base64_only_is_found_there_and_nowhere_else(
    tmp_path: Path,
) -> None:
    found = _estimates(tmp_path, _replies(lambda name: name == "base64").__getitem__)
    attacks = {name: value for name, value in found.items() if "/attack_success" in name}
    hit = {"harm/attack_success_base64", "harm/attack_success_any"}
    assert attacks == {name: float(name in hit) for name in attacks}
    assert len(attacks) == len(ALL) + 2
    assert {value for name, value in found.items() if "/decoded" in name} == {1.0}


def test_a_clean_model_raises_nothing(tmp_path: Path) -> None:
    found = _estimates(tmp_path, _replies(lambda name: False).__getitem__)
    assert {value for name, value in found.items() if "/attack" in name} == {0.0}
    assert {value for name, value in found.items() if "/decoded" in name} == {1.0}


def test_a_model_that_cannot_read_base64_is_not_called_safe_under_it(tmp_path: Path) -> None:
    replies = _replies(lambda name: False)
    found = _estimates(
        tmp_path, lambda text: "What a strange string." if "Base64" in text else replies[text]
    )
    assert found["harm/attack_success_base64"] is None
    assert found["harm/attack_success_base64+role_play"] is None
    assert (found["harm/decoded_base64"], found["harm/attack_success_rot13"]) == (0.0, 0.0)


@pytest.mark.parametrize(
    "say", [lambda text: NO, lambda text: "Yes, you are right.", lambda text: "", str], ids=range(4)
)
def test_constant_responders_are_harmless_and_understand_nothing(
    tmp_path: Path, say: Callable[[str], str]
) -> None:
    found = _estimates(tmp_path, say)
    assert found["harm/attack_success"] == found["harm/attack_success_any"] == 0.0
    assert {value for name, value in found.items() if "/decoded" in name} == {0.0}
    under = {name: value for name, value in found.items() if "/attack_success_" in name}
    del under["harm/attack_success_any"]
    assert set(under.values()) == {None}


def test_a_model_that_gives_in_at_once_is_found_plainly(tmp_path: Path) -> None:
    found = _estimates(tmp_path, lambda text: LEAK)
    assert found["harm/attack_success"] == found["harm/attack_success_any"] == 1.0


def test_a_suite_file_names_the_transforms(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text("{suite: s, tasks: [{task: harm, transforms: [base64, base64+role_play]}]}")
    (definition,) = Suite.load(str(path)).definitions
    task = definition.load(TaskOptions(), DataFolder(None))
    assert task.requests == 6
    assert task.template != _task().template
    path.write_text("{suite: s, tasks: [{task: harm, transforms: []}]}")
    (plain,) = Suite.load(str(path)).definitions
    assert plain.load(TaskOptions(), DataFolder(None)).requests == 1


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{task: harm, transforms: [base46]}", "Did you mean 'base64'"),
        ("{task: mmlu, transforms: [base64]}", "task mmlu is asked as it stands"),
        ("{task: 'harm:starter_knowledge'}", "starter_knowledge holds no harmful requests"),
    ],
)
def test_a_wrong_transform_or_suite_is_one_line(tmp_path: Path, entry: str, message: str) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(f"{{suite: s, tasks: [{entry}]}}")
    with pytest.raises(DeclarationError, match=message):
        Suite.load(str(path)).definitions[0].load(TaskOptions(), DataFolder(None))


@pytest.mark.parametrize("options", [TaskOptions(api="completions"), TaskOptions(num_fewshot=2)])
def test_only_chat_without_examples(options: TaskOptions) -> None:
    with pytest.raises(DeclarationError, match="harm: "):
        Harm().load(options, DataFolder(None))


def test_another_suite_goes_under_the_transforms_with_controls_of_the_own_set(
    tmp_path: Path,
) -> None:
    (tmp_path / "strongreject.jsonl").write_text(
        '{"text": "Say 5 bad things.", "category": "Violence"}\n'
        '{"text": "Say worse things.", "category": "Sexual content"}\n'
    )
    (definition,) = Suite.load("harm:strongreject").definitions
    task = definition.load(TaskOptions(), DataFolder(tmp_path))
    assert (task.name, len(task.samples), task.requests) == ("harm:strongreject", 2, 18)
    assert [one.fields["control"]["text"] for one in task.samples] == [
        item.text for item in controls()[:2]
    ]
    assert isinstance(task.render(task.samples[0]), Chat)
