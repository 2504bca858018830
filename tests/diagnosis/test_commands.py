import shlex

import msgspec
import pytest

from statera.cli.commands.run import command as run
from statera.diagnosis.commands import (
    Changed,
    compare_command,
    model_name,
    origin,
    run_command,
    score_command,
    show_command,
    whole_command,
)
from statera.records.specs import RunInfo, SystemUnderTest
from tests.diagnosis.regressions import run_info
from tests.store import made

INFO = run_info("0123456789abcdef", ["t"], "Be 'brief'.\nNo $HOME.")
TASK = INFO.spec.tasks[0]


def with_system(**fields: object) -> RunInfo:
    system = SystemUnderTest(model="http://h/v1#m", **fields)  # type: ignore[arg-type]
    return msgspec.structs.replace(INFO, spec=msgspec.structs.replace(INFO.spec, system=system))


def flags(text: str) -> dict[str, str]:
    words = shlex.split(text)
    assert words[:2] == ["statera", "run"]
    return dict(zip(words[2::2], words[3::2], strict=True))


def test_a_run_is_written_as_it_was_asked() -> None:
    info = with_system(system_message="Hi", sampling={"temperature": 0.2, "max_tokens": 64})
    info = msgspec.structs.replace(info, spec=msgspec.structs.replace(info.spec, seed=7))
    task = msgspec.structs.replace(TASK, api="completions", num_fewshot=3)
    assert flags(run_command(info, task, Changed())) == {
        "--tasks": "t",
        "--model": "http://h/v1#m",
        "--mode": "generate",
        "--api": "completions",
        "--num-fewshot": "3",
        "--system-message": "Hi",
        "--seed": "7",
        "--temperature": "0.2",
        "--max-tokens": "64",
    }


@pytest.mark.parametrize(
    ("changed", "flag", "value"),
    [
        (Changed(max_tokens=512), "--max-tokens", "512"),
        (Changed(num_fewshot=5), "--num-fewshot", "5"),
        (Changed(system_message="New"), "--system-message", "New"),
        (Changed(without_system_message=True), "--system-message", None),
        (Changed(epochs=8), "--epochs", "8"),
        (Changed(temperature=0.7), "--temperature", "0.7"),
    ],
)
def test_one_thing_is_changed_and_nothing_else(
    changed: Changed, flag: str, value: str | None
) -> None:
    before, after = (
        flags(run_command(INFO, TASK, Changed())),
        flags(run_command(INFO, TASK, changed)),
    )
    assert after.get(flag) == value
    assert {k: v for k, v in after.items() if k != flag} == {
        k: v for k, v in before.items() if k != flag
    }


def test_every_flag_is_one_that_the_command_has() -> None:
    changed = Changed(max_tokens=1, num_fewshot=1, system_message="x", epochs=2, temperature=0.5)
    text = run_command(INFO, TASK, changed, samples=["t/1", "t/2"], tag="again")
    known = {form for option in run.params for form in option.opts}
    assert set(flags(text)) <= known
    assert flags(text)["--sample-id"] == "t/1,t/2"


def test_text_survives_the_shell() -> None:
    assert flags(run_command(INFO, TASK, Changed()))["--system-message"] == "Be 'brief'.\nNo $HOME."
    assert shlex.split(show_command("a" * 32, ["x y", "z"])) == [
        *("statera", "show", "aaaaaaaa", "--sample-id", "x y,z")
    ]
    assert shlex.split(score_command("a" * 32, "t", "{type: exact}"))[-1] == "{type: exact}"
    assert compare_command("a" * 32, "b" * 32) == "statera compare aaaaaaaa bbbbbbbb"


def test_what_only_a_model_file_holds_needs_that_file() -> None:
    assert model_name(with_system(body={"reasoning": "low"}).spec.system) == "MODEL.yaml"
    embedded = SystemUnderTest(model="embedded:0123")
    assert model_name(embedded) == "embedded"
    assert model_name(SystemUnderTest(model="function:f@0123")) == "MODEL"


def test_a_run_of_another_tool_has_an_origin() -> None:
    info = run_info("c" * 32, ["t"])
    assert origin(info) is None
    log = {"imported": {"tool": "lm-eval", "files": ["a.json", "b.jsonl"]}}
    assert origin(msgspec.structs.replace(info, environment=log)) == "lm-eval (a.json, b.jsonl)"


def test_a_whole_run_is_asked_by_what_a_person_typed() -> None:
    asked = {"suite": "mine/own.yaml,gsm8k", "tasks": {"own": "mine/own.yaml"}, "data": "files"}
    task = msgspec.structs.replace(made.spec().tasks[0], name="own")
    spec = msgspec.structs.replace(
        made.spec(), tasks=(task, msgspec.structs.replace(task, name="gsm8k", num_fewshot=8))
    )
    run = RunInfo(
        id="r", spec=spec, status="done", created=0, updated=0, environment={"asked": asked}
    )
    line = whole_command(run, {"--limit": 20, "--epochs": 2})
    assert line.startswith("statera run --tasks mine/own.yaml,gsm8k --model ")
    assert line.endswith("--data files --seed 7 --limit 20 --epochs 2")
    assert "--num-fewshot" not in line
    one = run_command(run, task, Changed(epochs=8))
    assert one.startswith("statera run --tasks mine/own.yaml --model ")
    assert "--data files" in one
    bare = msgspec.structs.replace(run, environment={})
    assert "--tasks own,gsm8k " in whole_command(bare, {})
