'''HumanEval: 164 Python functions to write from their signature and docstring, run against tests.

Chen et al., Evaluating Large Language Models Trained on Code, 2021
(https://arxiv.org/abs/2107.03374).

The message to a chat model, which is expected to reply with one block of code:

    Complete the Python function below. Reply with the whole function, imports included, in one Python code block.

    ```python
    def double(number: int) -> int:
        """ Return twice the number.
        >>> double(4)
        8
        """
    ```

A completions endpoint gets the code alone and continues it; it stops at "\\nclass", "\\ndef",
"\\n#", "\\nif" and "\\nprint", after 1,024 tokens at most.

The program runs in the sandbox with the problem's own tests. With k epochs or more, `pass@k` is the
unbiased estimate of the paper, 1 - C(n - c, k) / C(n, k); repeats need a temperature above 0.

Differences from lm-evaluation-harness 0.4.13: none in `humaneval` (completions). `humaneval_instruct`
opens the assistant's turn with the code and cuts at the first closing fence; here the model writes
its own turn, and the code is taken from its block.
'''  # noqa: E501

import gzip
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from statera.codec.files import read_jsonl
from statera.graders.code import CodeTests
from statera.metrics.means import GivenAnswer
from statera.metrics.passk import PassAt
from statera.records.requests import Chat, Complete, Message, Request, Sampling
from statera.records.samples import Sample
from statera.records.specs import Mode
from statera.tasks.data import DataFolder
from statera.tasks.fewshot import shots
from statera.tasks.origin import Download, Origin
from statera.tasks.task import Task, TaskOptions, template_of

INSTRUCTION = (
    "Complete the Python function below. Reply with the whole function, imports included, "
    "in one Python code block."
)
_STOP = ("\nclass", "\ndef", "\n#", "\nif", "\nprint")


class Row(msgspec.Struct, frozen=True):
    """One line of the data; `test` defines `check(candidate)`."""

    task_id: str
    prompt: str
    entry_point: str
    canonical_solution: str
    test: str


@dataclass(frozen=True)
class Prompt:
    """Renders the head of a function as a question or as text to continue."""

    completions: bool

    def __call__(self, sample: Sample) -> Request:
        """Return the request: a chat, or a text to continue."""
        if self.completions:
            return Complete(prompt=sample.input, sampling=Sampling(max_tokens=1024, stop=_STOP))
        asked = f"{INSTRUCTION}\n\n```python\n{sample.input.strip()}\n```"
        return Chat(messages=(Message("user", asked),), sampling=Sampling(max_tokens=1024))


def _sample(place: int, row: Row) -> Sample:
    return Sample(
        id=f"humaneval/test/{place}",
        input=row.prompt,
        reference=row.canonical_solution,
        fields={
            "prompt": row.prompt,
            "test": row.test,
            "entry_point": row.entry_point,
            "task_id": row.task_id,
        },
    )


class HumanEval:
    """Functions to write, with hidden tests."""

    name = "humaneval"
    version = "1"
    summary = "Python functions to write, run against tests in the sandbox"
    modes: tuple[Mode, ...] = ("generate",)
    items = 164

    def load(self, options: TaskOptions, data: DataFolder) -> Task:
        """Return the task over all problems."""
        shots(self.name, options, default=0, most=0, why="it has no examples")
        rows = read_jsonl(data.path("humaneval/HumanEval.jsonl.gz"), Row)
        render = Prompt(options.api == "completions")
        return Task(
            name=self.name,
            version=self.version,
            options=options,
            samples=tuple(_sample(place, row) for place, row in enumerate(rows)),
            render=render,
            scorers=(CodeTests(name="pass"),),
            metrics=(PassAt(score="pass", k=1), GivenAnswer(score="pass")),
            template=template_of(render, Sample(id="", input="{prompt}")),
        )


def _convert(originals: Sequence[bytes]) -> dict[str, bytes]:
    return {"humaneval/HumanEval.jsonl.gz": gzip.decompress(originals[0])}


definition = HumanEval()
origin = Origin(
    name="humaneval",
    licence="MIT",
    downloads=(
        Download(
            "https://raw.githubusercontent.com/openai/human-eval/"
            "6d43fb980f9fee3c892a914eda09951f772ad10d/data/HumanEval.jsonl.gz",
            "b796127e635a67f93fb35c04f4cb03cf06f38c8072ee7cee8833d7bee06979ef",
        ),
    ),
    files={
        "humaneval/HumanEval.jsonl.gz": (
            "1d49078ba3e2b196b9344535bef34a43021f038fad9561d6ee7c53450609a6a2"
        ),
    },
    convert=_convert,
)
