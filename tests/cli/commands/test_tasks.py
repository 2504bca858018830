import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from statera.cli.commands.tasks import command
from statera.errors import DeclarationError
from tests.tasks.folder import made


def _run(*args: str, folder: Path | None = None) -> Result:
    flags = ["--data", str(made(folder).root)] if folder else []
    return CliRunner().invoke(command, [*args, *flags], catch_exceptions=False)


def test_the_list_has_every_task_with_its_modes_and_items() -> None:
    done = _run()
    assert done.exit_code == 0
    (line,) = [line for line in done.output.splitlines() if line.startswith("mmlu ")]
    assert "14042" in line
    assert "loglikelihood generate" in line
    assert "big-five" in done.output.splitlines()[-1]


def test_the_list_for_machines() -> None:
    found = json.loads(_run("--json").output)
    assert found["schema"] == 1
    assert {"name", "version", "modes", "items", "summary"} == set(found["tasks"][0])
    assert "big-five" in found["suites"]


def test_a_suite_lists_its_tasks() -> None:
    names = [task["name"] for task in json.loads(_run("big-five", "--json").output)["tasks"]]
    assert names == ["mmlu", "hellaswag", "truthfulqa", "gsm8k", "humaneval"]


def test_a_task_shows_its_prompt_as_sent(tmp_path: Path) -> None:
    output = _run("mmlu", folder=tmp_path).output
    assert "mmlu 1 · loglikelihood · 1 samples · 0 examples" in output
    assert "── context ──\nThe following are multiple choice questions" in output
    assert "── continuations ──\n' A'\n' B'" in output
    assert "answer     B\nreference  mitochondrion" in output
    assert "category   stem / high_school_biology" in output
    assert "scorer     accuracy: " in output


def test_a_chat_shows_its_turns_and_limits(tmp_path: Path) -> None:
    output = _run("gsm8k", "--num-fewshot", "1", folder=tmp_path).output
    assert output.count("── user ──") == 2
    assert output.count("── assistant ──") == 1
    assert '── sampling ──\n{"max_tokens":1024}' in output


def test_a_completions_endpoint_is_shown_too(tmp_path: Path) -> None:
    output = _run("humaneval", "--api", "completions", folder=tmp_path).output
    assert "── prompt ──\n\n\ndef double" in output


def test_one_sample_can_be_chosen(tmp_path: Path) -> None:
    args = ("hellaswag", "--mode", "generate", "--sample-id", "hellaswag/validation/1", "--json")
    found = json.loads(_run(*args, folder=tmp_path).output)
    assert found["sample"]["id"] == "hellaswag/validation/1"
    assert found["mode"] == "generate"
    assert found["request"]["type"] == "chat"
    assert found["scorers"][0]["metric"] == "accuracy"


def test_a_task_file_is_shown_without_data(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("q,a\n[bold]Why?,So.\n", encoding="utf-8")
    path = tmp_path / "t.yaml"
    path.write_text(
        "task: t\ndata: rows.csv\nprompt: '{{ q }}'\nreference: a\nscorers: [exact]\n",
        encoding="utf-8",
    )
    output = _run(str(path)).output
    assert "── user ──\n[bold]Why?" in output
    assert "reference  So." in output


def test_the_schema_is_json() -> None:
    assert "TaskFile" in json.loads(_run("--schema").output)["$defs"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("mmlx",), "Did you mean 'mmlu'"),
        (("gsm8k", "--mode", "loglikelihood"), "gsm8k has no mode 'loglikelihood'. Allowed: gen"),
        (("mmlu", "--sample-id", "mmlu/test/9"), "unknown sample 'mmlu/test/9'"),
        (("mmlu", "--num-fewshot", "6"), "not within 0 to 5"),
    ],
)
def test_what_is_wrong_is_one_line(tmp_path: Path, args: tuple[str, ...], message: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        _run(*args, folder=tmp_path)
    assert message in str(caught.value)
