"""GSM8K: 1,319 grade-school word problems whose answer is one number.

Cobbe et al., Training Verifiers to Solve Math Word Problems, 2021
(https://arxiv.org/abs/2110.14168).

The message to a chat model, which is expected to end with `#### 96`:

    Solve the problem step by step. End your reply with a line of the form "#### N", where N is the answer as a number without units.

    A hen lays 4 eggs a day. How many dozen eggs do 36 hens lay in 8 days?

A completions endpoint continues (with the examples in front, each with its worked solution):

    Question: A hen lays 4 eggs a day. How many dozen eggs do 36 hens lay in 8 days?
    Answer:

`strict` reads the number after `####`, `flexible` the last number of the reply; both are reported,
and numbers compare as numbers (1,000 = 1000.0 = $1,000). What strict cannot read is `unparsed`,
not wrong, so that the gap between the two is seen for what it is.

Completions stop at "Question:", "</s>" and "<|im_end|>" and get 256 tokens, with 5 examples unless
told otherwise, as in lm-evaluation-harness. A chat gets 1,024 tokens and no examples unless told
otherwise; there they are earlier turns, without the `<<4*36=144>>` annotations.

Differences from lm-evaluation-harness 0.4.13 (`gsm8k`): at 0 shots the prompt is the same. It draws
other examples for every item; here one fixed draw from the training split serves all items. It
compares text after deleting `,` and `$`; here numbers are compared, so that 18.00 is 18.
"""  # noqa: E501

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from statera.codec.files import read_jsonl
from statera.records.requests import Chat, Complete, Message, Request, Sampling
from statera.records.samples import Sample
from statera.records.specs import Mode
from statera.scorers.number import Number
from statera.tasks.data import DataFolder
from statera.tasks.fewshot import drawn, shots
from statera.tasks.origin import Download, Origin, jsonl
from statera.tasks.task import Task, TaskOptions, template_of

INSTRUCTION = (
    'Solve the problem step by step. End your reply with a line of the form "#### N", '
    "where N is the answer as a number without units."
)
_ANNOTATION = re.compile(r"<<[^<>]*>>")
_STOP = ("Question:", "</s>", "<|im_end|>")


class Row(msgspec.Struct, frozen=True):
    """One line of the data: a problem and its worked solution, which ends with `#### N`."""

    question: str
    answer: str


@dataclass(frozen=True)
class Prompt:
    """Renders a problem after the examples."""

    completions: bool
    examples: tuple[Row, ...]

    def __call__(self, sample: Sample) -> Request:
        """Return the request: a chat, or a text to continue."""
        if self.completions:
            shown = (f"Question: {row.question}\nAnswer: {row.answer}" for row in self.examples)
            prompt = "\n\n".join((*shown, f"Question: {sample.input}\nAnswer:"))
            return Complete(prompt=prompt, sampling=Sampling(max_tokens=256, stop=_STOP))
        return Chat(messages=tuple(self._turns(sample)), sampling=Sampling(max_tokens=1024))

    def _turns(self, sample: Sample) -> Iterator[Message]:
        for row in self.examples:
            yield Message("user", f"{INSTRUCTION}\n\n{row.question}")
            yield Message("assistant", _ANNOTATION.sub("", row.answer))
        yield Message("user", f"{INSTRUCTION}\n\n{sample.input}")


def _sample(place: int, row: Row) -> Sample:
    return Sample(
        id=f"gsm8k/test/{place}",
        input=row.question,
        reference=row.answer.rpartition("#### ")[2].strip(),
        fields={"solution": row.answer},
    )


def _examples(data: DataFolder, number: int) -> tuple[Row, ...]:
    if not number:
        return ()
    rows = list(read_jsonl(data.path("gsm8k/train.jsonl.gz"), Row))
    return drawn(rows, number, key="gsm8k")


class Gsm8k:
    """Word problems, solved in free form."""

    name = "gsm8k"
    version = "1"
    summary = "grade-school word problems, solved step by step"
    modes: tuple[Mode, ...] = ("generate",)
    items = 1319

    def load(self, options: TaskOptions, data: DataFolder) -> Task:
        """Return the task over the test split."""
        completions = options.api == "completions"
        default = 5 if completions else 0
        number = shots(self.name, options, default=default, most=32, why="more fit no context")
        rows = read_jsonl(data.path("gsm8k/test.jsonl"), Row)
        render = Prompt(completions, _examples(data, number))
        return Task(
            name=self.name,
            version=self.version,
            options=options,
            samples=tuple(_sample(place, row) for place, row in enumerate(rows)),
            render=render,
            scorers=(
                Number(name="flexible", form="flexible"),
                Number(name="strict", form="strict"),
            ),
            metrics=(),
            template=template_of(render, _PLACEHOLDER),
            num_fewshot=number,
        )


_PLACEHOLDER = Sample(id="", input="{question}")


def _convert(originals: Sequence[bytes]) -> dict[str, bytes]:
    """Keep the test file as it is; write the training file's characters as they are (UTF-8)."""
    test, train = originals
    rows = (json.loads(line) for line in train.splitlines())
    return {"gsm8k/test.jsonl": test, "gsm8k/train.jsonl.gz": jsonl(rows)}


_PLACE = (
    "https://raw.githubusercontent.com/openai/grade-school-math/"
    "3101c7d5072418e28b9008a6636bde82a006892c/grade_school_math/data"
)
definition = Gsm8k()
origin = Origin(
    name="gsm8k",
    licence="MIT",
    downloads=(
        Download(
            f"{_PLACE}/test.jsonl",
            "3730d312f6e3440559ace48831e51066acaca737f6eabec99bccb9e4b3c39d14",
        ),
        Download(
            f"{_PLACE}/train.jsonl",
            "17f347dc51477c50d4efb83959dbb7c56297aba886e5544ee2aaed3024813465",
        ),
    ),
    files={
        "gsm8k/test.jsonl": "3730d312f6e3440559ace48831e51066acaca737f6eabec99bccb9e4b3c39d14",
        "gsm8k/train.jsonl.gz": "6043ef64147b59871f4fd3adf669c306fe0a4c27e5a5c4bfb761f3f084895a13",
    },
    convert=_convert,
)
