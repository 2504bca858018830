"""HellaSwag: 10,042 everyday scenes with four ways to go on, one of them real.

Zellers et al., HellaSwag: Can a Machine Really Finish Your Sentence?, ACL 2019
(https://arxiv.org/abs/1905.07830).

By log-likelihood (each ending after the context, a space between), the context is:

    Washing a car: A man sprays a red car with a hose. Then he

and a continuation ` scrubs the roof with a yellow sponge.`. By generation from a chat model, which
is expected to end with `Answer: A`, the message is:

    Answer which of the endings continues the text best. End your reply with a line of the form "Answer: X", where X is one of A, B, C, D.

    Washing a car: A man sprays a red car with a hose. Then he

    A. scrubs the roof with a yellow sponge.
    B. eats the hose and waves.
    C. is a car on a boat.
    D. paints the wheels with soup.

`acc` takes the ending with the highest sum of log-probabilities, `acc_norm` (the usual headline)
the highest sum per character of the ending. The category is the source, `ActivityNet` or `WikiHow`;
the activity, of which there are about 180, is the field `activity`.

Text is cleaned as in lm-evaluation-harness, in this order: strip; " [title]" becomes ". "; what
stands in square brackets goes; two spaces become one, in a single pass. `ctx_b` is capitalised,
which also lower-cases the rest of it. Characters for `acc_norm` are those of the cleaned ending.

Differences from lm-evaluation-harness 0.4.13: none at 0 shots. Its examples come from the training
split, which is not part of our data, so there are none here. The generation mode is our own.
"""  # noqa: E501

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from statera.codec.files import read_jsonl
from statera.protocols import Scorer
from statera.records.requests import Chat, Complete, Likelihood, Message, Request, Sampling
from statera.records.samples import Sample
from statera.records.specs import Mode
from statera.scorers.choice import Choice
from statera.scorers.choice_likelihood import ChoiceLikelihood
from statera.tasks.choices import lettered, question_with_options
from statera.tasks.data import DataFolder
from statera.tasks.fewshot import shots
from statera.tasks.origin import Download, Origin, jsonl
from statera.tasks.task import Task, TaskOptions, template_of

_BRACKETS = re.compile(r"\[.*?\]")


class Row(msgspec.Struct, frozen=True):
    """One line of the data; `label` is the index of the real ending, as text."""

    activity_label: str
    ctx_a: str
    ctx_b: str
    endings: tuple[str, str, str, str]
    source_id: str
    label: Literal["0", "1", "2", "3"]


def clean(text: str) -> str:
    """Return the text without WikiHow's markup, exactly as lm-evaluation-harness cleans it."""
    text = text.strip().replace(" [title]", ". ")
    return _BRACKETS.sub("", text).replace("  ", " ")


@dataclass(frozen=True)
class Prompt:
    """Renders a sample as context and endings, or as a question about lettered endings."""

    mode: Mode
    completions: bool

    def __call__(self, sample: Sample) -> Request:
        """Return the request: log-likelihoods, a chat, or a text to continue."""
        if self.mode == "loglikelihood":
            endings = tuple(f" {ending}" for ending in sample.choices)
            return Likelihood(context=sample.input, continuations=endings)
        endings = tuple(ending.strip() for ending in sample.choices)
        if self.completions:
            prompt = f"{sample.input}\n{lettered(endings)}\nAnswer:"
            return Complete(prompt=prompt, sampling=Sampling(max_tokens=256, stop=("</s>", "\n")))
        task = "which of the endings continues the text best"
        message = Message("user", question_with_options(sample.input, endings, task=task))
        return Chat(messages=(message,), sampling=Sampling(max_tokens=512))


def _sample(place: int, row: Row) -> Sample:
    choices = tuple(clean(ending) for ending in row.endings)
    answer = int(row.label)
    return Sample(
        id=f"hellaswag/validation/{place}",
        input=clean(f"{row.activity_label}: {row.ctx_a} {row.ctx_b.capitalize()}"),
        reference=choices[answer],
        choices=choices,
        answer=answer,
        category="ActivityNet" if row.source_id.startswith("activitynet") else "WikiHow",
        fields={"activity": row.activity_label},
    )


_SCORERS: dict[Mode, tuple[Scorer, ...]] = {
    "loglikelihood": (
        ChoiceLikelihood(name="acc_norm", normalise="characters"),
        ChoiceLikelihood(name="acc"),
    ),
    "generate": (Choice(name="accuracy"),),
}


class HellaSwag:
    """Four endings each, from video captions and how-to articles."""

    name = "hellaswag"
    version = "1"
    summary = "everyday scenes, which of four endings is the real one"
    modes: tuple[Mode, ...] = ("loglikelihood", "generate")
    items = 10042

    def load(self, options: TaskOptions, data: DataFolder) -> Task:
        """Return the task over the validation split (the test split has no public answers)."""
        shots(self.name, options, default=0, most=0, why="its training split is not in the data")
        rows = read_jsonl(data.path("hellaswag/validation.jsonl.gz"), Row)
        render = Prompt(options.mode, options.api == "completions")
        return Task(
            name=self.name,
            version=self.version,
            options=options,
            samples=tuple(_sample(place, row) for place, row in enumerate(rows)),
            render=render,
            scorers=_SCORERS[options.mode],
            metrics=(),
            template=template_of(render, _PLACEHOLDER),
        )


_PLACEHOLDER = Sample(id="", input="{context}", choices=("{A}", "{B}", "{C}", "{D}"))
_ORDER = (
    "ind",
    "activity_label",
    "ctx_a",
    "ctx_b",
    "ctx",
    "endings",
    "source_id",
    "split",
    "split_type",
    "label",
)


def _convert(originals: Sequence[bytes]) -> dict[str, bytes]:
    """Put the keys into one order and the label into text, as the reference was made with."""
    rows = [json.loads(line) for line in originals[0].splitlines()]
    ordered = ({key: row[key] for key in _ORDER} | {"label": str(row["label"])} for row in rows)
    return {"hellaswag/validation.jsonl.gz": jsonl(ordered)}


definition = HellaSwag()
origin = Origin(
    name="hellaswag",
    licence="MIT",
    downloads=(
        Download(
            "https://raw.githubusercontent.com/rowanz/hellaswag/"
            "a29ff8e9a04bba4bd6588223785ce105328adc57/data/hellaswag_val.jsonl",
            "0aa3b88843990f3f10a97b9575c94d7b71fb2205240ba04ae4884d9e9c992588",
        ),
    ),
    files={
        "hellaswag/validation.jsonl.gz": (
            "d5c08c3e5771307e73886dc9d2744df8ca5f372a7857f32fe77df8c58942f950"
        ),
    },
    convert=_convert,
)
