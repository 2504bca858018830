"""Real logs, made by the real tools against the embedded model, give the tools' own scores.

    STATERA_PEERS=FOLDER pytest tests/interop/importing/test_real_logs.py

FOLDER holds virtual environments `lm` (`pip install 'lm-eval[api]'`) and `inspect`
(`pip install inspect-ai openai`), and `promptfoo` (`npm install promptfoo node@22`). Each test
skips where its tool is not there. Nothing leaves this machine.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from statera.api.stored import Run
from statera.interop.importing.formats import logs
from statera.interop.importing.imported import Wanted
from statera.interop.importing.intake import take_in
from statera.interop.importing.keeping import Kept
from statera.store.runstore import RunStore
from tests.embedded_server import EmbeddedServer
from tests.endpoint import Behaviour, Endpoint
from tests.interop.importing.made import document, jsonl

SECONDS = 300
_SUMS = [
    {"question": f"What is {a} plus {b}?", "answer": str(a + b)} for a in (1, 2) for b in (3, 4)
]
_CHOICES = [
    {"question": question, "choices": choices, "answer": answer}
    for question, choices, answer in (
        ("Which is an animal?", ["stone", "dog"], 1),
        ("Which is a colour?", ["red", "seven"], 0),
        ("Which is a number?", ["blue", "four"], 1),
    )
]
_GENERATION = """\
task: sums
dataset_path: json
dataset_kwargs: {data_files: {test: SUMS}}
test_split: test
output_type: generate_until
doc_to_text: "Question: {{question}}\\nAnswer:"
doc_to_target: "{{answer}}"
metric_list: [{metric: exact_match, aggregation: mean, higher_is_better: true}]
generation_kwargs: {until: ["\\n"], do_sample: false, max_gen_toks: 20}
filter_list:
  - name: strict-match
    filter: [{function: regex, regex_pattern: "#### (-?[0-9]+)"}, {function: take_first}]
  - name: flexible-extract
    filter:
      - {function: regex, group_select: -1, regex_pattern: "(-?[0-9]+)"}
      - {function: take_first}
metadata: {version: 1}
"""
_LIKELIHOOD = """\
task: pick_NAME
dataset_path: json
dataset_kwargs: {data_files: {test: CHOICES}}
test_split: test
output_type: multiple_choice
doc_to_text: "{{question}}\\nAnswer:"
doc_to_choice: "{{choices}}"
doc_to_target: answer
metric_list:
  - {metric: acc, aggregation: mean, higher_is_better: true}
  - {metric: acc_norm, aggregation: mean, higher_is_better: true}
metadata: {version: 1}
"""
_GROUP = """\
group: pick
task: [pick_one, pick_two]
aggregate_metric_list: [{metric: acc, weight_by_size: true}]
"""
_INSPECT = """
from inspect_ai import Epochs, Task, task
from inspect_ai.dataset import Sample
from inspect_ai.scorer import CORRECT, INCORRECT, NOANSWER, PARTIAL
from inspect_ai.scorer import Score, accuracy, choice, includes, match, mean, scorer
from inspect_ai.solver import generate, multiple_choice, solver, system_message

@scorer(metrics=[accuracy()])
def length():
    async def score(state, target):
        value = [CORRECT, PARTIAL, INCORRECT, NOANSWER][len(state.output.completion) % 4]
        return Score(value=value)
    return score

@scorer(metrics={"brevity": [mean()], "calm": [mean()]})
def style():
    async def score(state, target):
        said = state.output.completion
        return Score(value={"brevity": 1 / (1 + len(said)), "calm": "!" not in said})
    return score

@solver
def breaking():
    async def solve(state, generate):
        if state.sample_id == 2:
            raise RuntimeError("broken on purpose")
        return state
    return solve

@task
def free():
    samples = [Sample(id=n, input=f"What is {n} plus 2?", target=str(n + 2)) for n in range(5)]
    return Task(
        dataset=samples,
        solver=[system_message("Be brief."), breaking(), generate()],
        scorer=[includes(), match(), length(), style()],
        fail_on_error=False,
    )

@task
def picked():
    samples = [
        Sample(id=n, input="Which is an animal?", choices=["stone", "dog"], target="B")
        for n in range(3)
    ]
    return Task(dataset=samples, solver=[multiple_choice()], scorer=choice(), epochs=2)
"""


def _peer(*parts: str) -> str:
    """Return the program of a tool, or skip."""
    root = os.environ.get("STATERA_PEERS")
    if root is None:
        pytest.skip("STATERA_PEERS names no folder with the tools")
    path = Path(root).joinpath(*parts)
    if not path.exists():
        pytest.skip(f"not installed: {path}")
    return str(path)


def _ran(folder: Path, *args: str, expected: tuple[int, ...] = (0,), **env: str) -> None:
    done = subprocess.run(
        args,
        cwd=folder,
        env={**os.environ, "OPENAI_API_KEY": "none", "HF_HUB_OFFLINE": "1", **env},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode in expected, done.stdout[-2000:] + done.stderr[-2000:]


def _imported(folder: Path, *paths: Path) -> list[tuple[Kept, Run]]:
    """Return what was imported, twice; the second time nothing is new."""
    kept = take_in(logs(paths, Wanted()), folder / "store")
    again = take_in(logs(paths, Wanted()), folder / "store")
    assert [one.run for one in again] == [one.run for one in kept]
    assert not any(one.new for one in again)
    store = RunStore(folder / "store")
    return [(one, Run(store, store.find(one.run))) for one in kept]


def _estimate(run: Run, metric: str, category: str | None = None) -> float | None:
    (found,) = (
        row.estimate for row in run.metrics if (row.metric, row.category) == (metric, category)
    )
    return found


def test_lm_eval(tmp_path: Path, embedded_server: EmbeddedServer) -> None:
    program = _peer("lm", "bin", "lm_eval")
    tasks = tmp_path / "tasks"
    sums, choices = (
        str(jsonl(tmp_path / name, rows))
        for name, rows in (("sums.jsonl", _SUMS), ("choices.jsonl", _CHOICES))
    )
    tasks.mkdir()
    (tasks / "sums.yaml").write_text(_GENERATION.replace("SUMS", sums))
    for name in ("one", "two"):
        text = _LIKELIHOOD.replace("CHOICES", choices).replace("NAME", name)
        (tasks / f"{name}.yaml").write_text(text)
    (tasks / "group.yaml").write_text(_GROUP)
    model = f"model={embedded_server.model},base_url={embedded_server.url}/completions"
    _ran(
        tmp_path,
        *(program, "run", "--model", "local-completions", "--tasks", "sums,pick"),
        *("--model_args", f"{model},tokenizer_backend=remote,num_concurrent=1"),
        *("--include_path", "tasks", "--output_path", "out", "--log_samples"),
    )
    ((kept, run),) = _imported(tmp_path, tmp_path / "out")
    (results,) = (tmp_path / "out").rglob("results_*.json")
    theirs = json.loads(results.read_text())["results"]
    assert run.info.spec.system.model == embedded_server.model
    assert (kept.items, kept.trials) == (10, 10)
    expected = {
        "sums/strict": theirs["sums"]["exact_match,strict-match"],
        "sums/flexible": theirs["sums"]["exact_match,flexible-extract"],
        "pick/acc": theirs["pick"]["acc,none"],
    }
    assert {name: _estimate(run, name) for name in expected} == pytest.approx(expected)
    for name in ("one", "two"):
        for metric in ("acc", "acc_norm"):
            number = theirs[f"pick_{name}"][f"{metric},none"]
            assert _estimate(run, f"pick/{metric}", name) == pytest.approx(number)
    assert run["sums/strict"].outcomes["unparsed"] == 4


def test_inspect(tmp_path: Path, embedded_server: EmbeddedServer) -> None:
    program = _peer("inspect", "bin", "inspect")
    (tmp_path / "tasks.py").write_text(_INSPECT)
    model = f"openai-api/local/{embedded_server.model}"
    _ran(
        tmp_path,
        *(program, "eval", "tasks.py", "--model", model, "--log-dir", "logs"),
        *("--display", "none", "--max-tokens", "20", "--temperature", "0"),
        LOCAL_API_KEY="none",
        LOCAL_BASE_URL=embedded_server.url,
    )
    _ran(tmp_path, program, "log", "convert", "--to", "json", "--output-dir", "plain", "logs")
    packed = _imported(tmp_path, tmp_path / "logs")
    by_suite = {kept.suite: run for kept, run in packed}
    plain = {kept.suite: run for kept, run in _imported(tmp_path, tmp_path / "plain")}
    for path in (tmp_path / "plain").glob("*.json"):
        _check_inspect(json.loads(path.read_text()), by_suite, plain)
    told = {kept.suite: kept for kept, _ in packed}["free"].told
    assert told["infra_error"] == 1


def _check_inspect(log: dict[str, Any], packed: dict[str, Run], plain: dict[str, Run]) -> None:
    task = log["eval"]["task"]
    for score in log["results"]["scores"]:
        number = score["metrics"].get("accuracy", score["metrics"].get("mean"))["value"]
        for run in (packed[task], plain[task]):
            assert _estimate(run, f"{task}/{score['name']}") == pytest.approx(number)


@pytest.fixture
def failing() -> Iterator[str]:
    """The address of an endpoint that answers every request with status 500."""
    with Endpoint() as endpoint:
        endpoint.behaviour = Behaviour(fault="500")
        yield endpoint.url


def test_promptfoo(tmp_path: Path, embedded_server: EmbeddedServer, failing: str) -> None:
    program = _peer("promptfoo", "node_modules", ".bin", "promptfoo")
    where = {"apiBaseUrl": embedded_server.url, "apiKey": "none", "max_tokens": 20}
    broken = {**where, "apiBaseUrl": failing}
    name = f"openai:chat:{embedded_server.model}"
    document(
        tmp_path / "c.json",
        {
            "description": "sums",
            "prompts": ["What is {{a}} plus {{b}}?", "{{a}}+{{b}}="],
            "providers": [
                {"id": name, "config": where},
                {"id": name, "label": "broken", "config": broken},
            ],
            "defaultTest": {"assert": [{"type": "contains", "value": "{{sum}}"}]},
            "tests": [{"vars": {"a": a, "b": b, "sum": a + b}} for a in (1, 2) for b in (3, 4)],
        },
    )
    _ran(
        tmp_path,
        *(program, "eval", "-c", "c.json", "--no-cache", "--no-table", "-j", "1", "-o", "o.json"),
        expected=(0, 100),
        PATH=f"{Path(program).parent}{os.pathsep}{os.environ['PATH']}",
        PROMPTFOO_CONFIG_DIR=str(tmp_path / "home"),
        PROMPTFOO_DISABLE_TELEMETRY="1",
        PROMPTFOO_DISABLE_UPDATE="1",
        PROMPTFOO_DISABLE_REMOTE_GENERATION="1",
    )
    theirs = json.loads((tmp_path / "o.json").read_text())["results"]["prompts"]
    found = {
        (kept.system.model, kept.system.body["prompt"]): (kept, run)
        for kept, run in _imported(tmp_path, tmp_path / "o.json")
    }
    assert len(found) == len(theirs) == 4
    for one in theirs:
        counts = one["metrics"]
        kept, run = found[one["provider"], one["label"]]
        assert kept.told.get("right", 0) == counts["testPassCount"]
        assert kept.told.get("infra_error", 0) == counts["testErrorCount"]
        answered = counts["testPassCount"] + counts["testFailCount"]
        expected = counts["testPassCount"] / answered if answered else None
        assert _estimate(run, "sums/pass") == expected
    assert {
        kept.told.get("infra_error") for key, (kept, _) in found.items() if "broken" in key
    } == {4}
