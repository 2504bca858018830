import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from statera.errors import DeclarationError
from statera.records.requests import Chat, Complete, Likelihood, Message
from statera.scorers.exact import Exact
from statera.scorers.never_omit import NeverOmit
from statera.tasks.custom import load_custom, schema
from statera.tasks.data import DataFolder
from statera.tasks.task import Task, TaskOptions
from tests.scorers.replies import reply

YAML = """\
task: refunds
data: rows.jsonl
prompt: |
  A customer writes: {{ message }}
  {{ lettered }}
choices: ["yes", "no"]
reference: decision
category: topic
"""
ROWS = [
    {"message": "It broke.", "decision": "yes", "topic": "damage"},
    {"message": "I forgot.", "decision": "no", "topic": "late"},
]


def _path(folder: Path, text: str = YAML, rows: list[dict[str, Any]] | None = None) -> Path:
    data = "".join(json.dumps(row) + "\n" for row in (ROWS if rows is None else rows))
    (folder / "rows.jsonl").write_text(data, encoding="utf-8")
    path = folder / "task.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def _task(path: Path, options: TaskOptions | None = None) -> Task:
    return load_custom(path).load(options or TaskOptions(), DataFolder(None))


def test_one_file_makes_a_task(tmp_path: Path) -> None:
    definition = load_custom(_path(tmp_path))
    assert (definition.name, definition.version, definition.modes) == (
        "refunds",
        "1",
        ("generate",),
    )
    task = _task(tmp_path / "task.yaml")
    request = task.render(task.samples[0])
    assert isinstance(request, Chat)
    assert request.messages == (Message("user", "A customer writes: It broke.\nA. yes\nB. no"),)
    assert [scorer.metric for scorer in task.scorers] == ["accuracy"]
    assert [sample.id for sample in task.samples] == ["refunds/rows/0", "refunds/rows/1"]


def test_every_setting_arrives(tmp_path: Path) -> None:
    text = YAML + (
        "version: 3\nsummary: May it be refunded?\nsystem: Be fair.\nrepeats: 4\nmax_tokens: 9\n"
        "temperature: 0.5\nstop: [END]\n"
        "scorers: [choice, {type: contains, any: [sorry], not: true, metric: calm}]\n"
    )
    task = _task(_path(tmp_path, text))
    request = task.render(task.samples[0])
    assert isinstance(request, Chat)
    assert request.messages[0] == Message("system", "Be fair.")
    assert (request.sampling.max_tokens, request.sampling.temperature) == (9, 0.5)
    assert request.sampling.stop == ("END",)
    assert (task.version, task.epochs) == ("3", 4)
    assert [scorer.metric for scorer in task.scorers] == ["accuracy", "calm"]
    bare = _task(tmp_path / "task.yaml", TaskOptions(api="completions"))
    complete = bare.render(bare.samples[0])
    assert isinstance(complete, Complete)
    assert complete.prompt.startswith("Be fair.\n\nA customer")


@pytest.mark.parametrize(
    ("continuation", "expected"), [("choice", (" yes", " no")), ("letter", (" A", " B"))]
)
def test_choices_can_be_measured_by_likelihood(
    tmp_path: Path, continuation: str, expected: tuple[str, ...]
) -> None:
    text = f"{YAML}mode: loglikelihood\ncontinuation: {continuation}\n"
    task = _task(_path(tmp_path, text))
    request = task.render(task.samples[0])
    assert isinstance(request, Likelihood)
    assert request.continuations == expected
    assert [scorer.metric for scorer in task.scorers] == ["acc"]
    assert task.options.mode == "loglikelihood"


def test_code_is_graded_with_the_tests_in_a_column(tmp_path: Path) -> None:
    rows = [{"message": "Write f.", "test": "assert f() == 1"}]
    text = "task: code\ndata: rows.jsonl\nprompt: '{{ message }}'\nscorers: [code]\n"
    task = _task(_path(tmp_path, text, rows))
    assert [scorer.metric for scorer in task.scorers] == ["pass"]
    assert task.samples[0].fields["test"] == "assert f() == 1"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("task: refunds", "task: a/b", "task: 'a/b' has more than letters"),
        ("task: refunds", "task: mmlu", "task: 'mmlu' is a task that comes with statera"),
        ("task: refunds", "task: refunds\ntask: again", "key `task` is already on line 1"),
        ("category: topic", "categry: topic", "unknown field `categry`. Did you mean 'category'?"),
        ("category: topic", "repeats: 0", "a whole number >= 1 - at `$.repeats`"),
        ("category: topic", 'repeats: "4"', "Expected a whole number, got text - at `$.repeats`"),
        ("category: topic", "mode: chat", "Invalid value 'chat'"),
        ("category: topic", "scorers: [choise]", "scorers[0]: Invalid value 'choise'"),
        ("category: topic", "scorers: [choise]", "Did you mean 'choice'?"),
        ("category: topic", "scorers: [{type: choise}]", "Did you mean 'choice'?"),
        ("category: topic", "scorers: [{type: contains, alll: [a]}]", "unknown field `alll`"),
        (
            "category: topic",
            "scorers: [length]",
            "scorers[0]: scorer 'length' needs `min` or `max`",
        ),
        (
            "category: topic",
            "scorers: [{type: length}]",
            "task.yaml: scorer 'length' needs `min` or `max`",
        ),
        ("category: topic", "scorers: [acc, choice_likelihood]", "Invalid value 'acc'"),
        ("category: topic", "scorers: [choice_likelihood]", "'acc' needs `mode: loglikelihood`"),
        (
            "category: topic",
            "scorers: [exact, exact]",
            "scorers[1]: another scorer is called 'exact'",
        ),
        ("category: topic", "system: Hi {{ message }}", "system: is plain text"),
        ('choices: ["yes", "no"]\nreference: decision\n', "", "scorers: name at least one"),
        (
            'choices: ["yes", "no"]\nreference: decision\n',
            "scorers: [choice]\n",
            "'accuracy' needs `choices`",
        ),
        (
            'choices: ["yes", "no"]\nreference: decision\n',
            "scorers: [number]\n",
            "'accuracy' needs `reference` or `references`",
        ),
        (
            'choices: ["yes", "no"]\nreference: decision\n',
            "mode: loglikelihood\n",
            "mode: loglikelihood needs `choices`",
        ),
        ("data: rows.jsonl", "data: nowhere.jsonl", "nowhere.jsonl: no such file"),
        ("message", "mesage", "prompt, line 1: no column 'mesage' in"),
        ("{{ message }}", "{{ message", "prompt, line 2: "),
        ("prompt:", "promt:", "unknown field `promt`"),
        ("reference: decision", "reference: topic", "reference 'damage' is not among the choices"),
        ("category: topic", "category: [", "task.yaml, line 9, column 1: "),
    ],
)
def test_every_mistake_is_one_line_that_says_where(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in YAML
    with pytest.raises(DeclarationError) as caught:
        _task(_path(tmp_path, YAML.replace(old, new)))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_examples_belong_into_the_prompt(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="put examples into the prompt"):
        _task(_path(tmp_path), TaskOptions(num_fewshot=1))


def test_the_schema_names_every_key_and_every_scorer() -> None:
    found = schema()
    properties = found["$defs"]["TaskFile"]["properties"]
    assert {"task", "data", "prompt", "choices", "scorers", "category", "severity"} <= set(
        properties
    )
    assert found["$defs"]["TaskFile"]["additionalProperties"] is False
    text = json.dumps(found)
    assert all(f'"{name}"' in text for name in ("contains", "json_schema", "code", "rouge_l"))


_MANY = """
import resource, sys, time
from pathlib import Path
from statera.scorers.exact import Exact
from statera.tasks.custom import load_custom
from statera.tasks.data import DataFolder
from statera.tasks.task import TaskOptions
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
task = load_custom(Path(sys.argv[1])).load(TaskOptions(), DataFolder(None))
task.data
print(len(task.samples), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_hundred_thousand_rows_stay_lean(tmp_path: Path) -> None:
    rows = [{**ROWS[n % 2], "message": f"Order {n} broke."} for n in range(100_000)]
    path = _path(tmp_path, rows=rows)
    run = [sys.executable, "-c", _MANY, str(path)]
    done = subprocess.run(run, capture_output=True, text=True, check=True, timeout=120)
    count, kib = map(int, done.stdout.split())
    assert count == 100_000
    assert kib < 200 * 1024


@pytest.mark.parametrize(
    ("said", "outcome"), [("no", "right"), ("No.", "right"), ("**NO**", "right"), ("Yes.", "wrong")]
)
def test_the_task_of_the_readme_takes_an_answer_as_models_write_it(
    tmp_path: Path, said: str, outcome: str
) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    found = re.search(r"```yaml\n(task: .*?)```", readme, re.DOTALL)
    assert found is not None
    row = {"question": "May I?", "answer": "no", "topic": "late"}
    (tmp_path / "refunds.jsonl").write_text(json.dumps(row), encoding="utf-8")
    (tmp_path / "refunds.yaml").write_text(found[1], encoding="utf-8")
    task = _task(tmp_path / "refunds.yaml")
    (scorer,) = task.scorers
    assert isinstance(scorer, Exact)
    score = scorer.score(task.samples[0], reply(said))
    assert (score.metric, score.outcome) == ("accuracy", outcome)


OMITTED = """\
task: letters
data: rows.jsonl
prompt: "Summarise: {{ note }}"
scorers:
  - type: never_omit
    concept: penicillin allergy
    synonyms: [penicillin, PCN]
    relation: allergy
    owner: medication safety
    source: note
severity: "{{ 'critical' }}"
level: reliability
"""


def test_what_must_not_be_omitted_is_declared_in_the_file(tmp_path: Path) -> None:
    rows = [{"note": "58F, bronchitis. Allergies: PCN (rash)."}]
    task = _task(_path(tmp_path, OMITTED, rows))
    (scorer,) = task.scorers
    assert isinstance(scorer, NeverOmit)
    assert task.samples[0].severity == "critical"
    assert scorer.score(task.samples[0], reply("Allergic to penicillin.")).outcome == "right"
    assert scorer.score(task.samples[0], reply("Received penicillin.")).outcome == "wrong"


def test_a_row_that_does_not_state_it_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    rows = [{"note": "Allergies: PCN."}, {"note": "41M, received penicillin in 2015."}]
    with pytest.raises(DeclarationError, match=r"letters/rows/1: the column 'note' does not state"):
        _task(_path(tmp_path, OMITTED, rows))
