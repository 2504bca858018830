"""MMLU: 14,042 exam questions with four options in 57 subjects.

Hendrycks et al., Measuring Massive Multitask Language Understanding, ICLR 2021
(https://arxiv.org/abs/2009.03300).

By log-likelihood (which of " A", " B", " C", " D" is the likeliest continuation?), the context is:

    The following are multiple choice questions (with answers) about high school biology.

    Which organelle makes most of a cell's ATP?
    A. ribosome
    B. mitochondrion
    C. nucleus
    D. vacuole
    Answer:

By generation from a chat model, which is expected to end with `Answer: B`, the message is:

    Answer the multiple choice question about high school biology. End your reply with a line of the form "Answer: X", where X is one of A, B, C, D.

    Which organelle makes most of a cell's ATP?

    A. ribosome
    B. mitochondrion
    C. nucleus
    D. vacuole

Examples are the subject's dev questions in file order: none by default, at most the 5 that exist.
In a chat they are earlier turns. From a completions endpoint, generation continues the
log-likelihood context up to the end of the line.

`accuracy` is the micro average over items, `accuracy_macro` the mean over the 57 subjects; the
category is the subject, the group one of `stem`, `humanities`, `social_sciences`, `other`
(lm-evaluation-harness's table, which puts anatomy into `stem`).

Differences from lm-evaluation-harness 0.4.13: none by log-likelihood (`mmlu_<subject>`; its group
score is our `accuracy`). `mmlu_generative` compares the first line exactly; here the letter is
read by the choice extractor, and a reply without one is `unparsed`, not wrong.
"""  # noqa: E501

import csv
import io
import re
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated, Any

import msgspec

from statera.codec.files import read_jsonl
from statera.metrics.catalogue import default_metrics
from statera.metrics.means import Macro
from statera.protocols import Scorer
from statera.records.requests import Chat, Complete, Likelihood, Message, Request, Sampling
from statera.records.samples import Sample
from statera.records.specs import Mode
from statera.scorers.choice import Choice
from statera.scorers.choice_likelihood import ChoiceLikelihood
from statera.tasks.choices import LETTERS, final_line, lettered, question_with_options
from statera.tasks.data import DataFolder
from statera.tasks.fewshot import shots
from statera.tasks.origin import Download, Origin, jsonl
from statera.tasks.task import Task, TaskOptions, template_of

_GROUPS = {
    "stem": """
        abstract_algebra anatomy astronomy college_biology college_chemistry
        college_computer_science college_mathematics college_physics computer_security
        conceptual_physics electrical_engineering elementary_mathematics high_school_biology
        high_school_chemistry high_school_computer_science high_school_mathematics
        high_school_physics high_school_statistics machine_learning""",
    "humanities": """
        formal_logic high_school_european_history high_school_us_history high_school_world_history
        international_law jurisprudence logical_fallacies moral_disputes moral_scenarios philosophy
        prehistory professional_law world_religions""",
    "social_sciences": """
        econometrics high_school_geography high_school_government_and_politics
        high_school_macroeconomics high_school_microeconomics high_school_psychology
        human_sexuality professional_psychology public_relations security_studies sociology
        us_foreign_policy""",
    "other": """
        business_ethics clinical_knowledge college_medicine global_facts human_aging management
        marketing medical_genetics miscellaneous nutrition professional_accounting
        professional_medicine virology""",
}
GROUP = {subject: group for group, text in _GROUPS.items() for subject in text.split()}
"""The group of each of the 57 subjects."""


class Row(msgspec.Struct, frozen=True):
    """One line of the data: a question of a subject, and the index of the right choice."""

    question: str
    subject: str
    choices: tuple[str, str, str, str]
    answer: Annotated[int, msgspec.Meta(ge=0, le=3)]


Examples = Mapping[str, Sequence[Row]]


@dataclass(frozen=True)
class Prompt:
    """Renders a sample after the examples of its subject."""

    mode: Mode
    completions: bool
    examples: Examples

    def __call__(self, sample: Sample) -> Request:
        """Return the request: log-likelihoods, a chat, or a text to continue."""
        if self.mode == "loglikelihood":
            letters = tuple(f" {letter}" for letter in LETTERS[:4])
            return Likelihood(context=self._context(sample), continuations=letters)
        if self.completions:
            sampling = Sampling(max_tokens=256, stop=("</s>", "\n"))
            return Complete(prompt=self._context(sample), sampling=sampling)
        return Chat(messages=tuple(self._turns(sample)), sampling=Sampling(max_tokens=512))

    def _context(self, sample: Sample) -> str:
        subject = _spaced(sample.category)
        about = f"The following are multiple choice questions (with answers) about {subject}."
        shown = (
            f"{_block(row.question, row.choices)} {LETTERS[row.answer]}"
            for row in self._shown(sample)
        )
        return "\n\n".join((about, *shown, _block(sample.input, sample.choices)))

    def _turns(self, sample: Sample) -> Iterator[Message]:
        task = f"the multiple choice question about {_spaced(sample.category)}"
        for row in self._shown(sample):
            asked = question_with_options(row.question.strip(), row.choices, task=task)
            yield Message("user", asked)
            yield Message("assistant", final_line(row.answer))
        asked = question_with_options(sample.input.strip(), sample.choices, task=task)
        yield Message("user", asked)

    def _shown(self, sample: Sample) -> Sequence[Row]:
        return self.examples.get(sample.category or "", ())


def _spaced(subject: str | None) -> str:
    return (subject or "").replace("_", " ")


def _block(question: str, choices: Sequence[str]) -> str:
    return f"{question.strip()}\n{lettered(choices)}\nAnswer:"


def _sample(place: int, row: Row) -> Sample:
    return Sample(
        id=f"mmlu/test/{place}",
        input=row.question,
        reference=row.choices[row.answer],
        choices=row.choices,
        answer=row.answer,
        category=row.subject,
        group=GROUP.get(row.subject),
    )


def _examples(data: DataFolder, number: int) -> Examples:
    if not number:
        return {}
    rows = list(read_jsonl(data.path("mmlu/dev.jsonl.gz"), Row))
    rows.sort(key=lambda row: row.subject)
    subjects = groupby(rows, key=lambda row: row.subject)
    return {subject: tuple(found)[:number] for subject, found in subjects}


_SCORERS: dict[Mode, Scorer] = {
    "loglikelihood": ChoiceLikelihood(name="accuracy"),
    "generate": Choice(name="accuracy"),
}


class Mmlu:
    """57 subjects, four options each."""

    name = "mmlu"
    version = "1"
    summary = "exam questions in 57 subjects, four options each"
    modes: tuple[Mode, ...] = ("loglikelihood", "generate")
    items = 14042

    def load(self, options: TaskOptions, data: DataFolder) -> Task:
        """Return the task over the test split."""
        number = shots(self.name, options, default=0, most=5, why="a subject has 5 dev questions")
        rows = read_jsonl(data.path("mmlu/test.jsonl.gz"), Row)
        render = Prompt(options.mode, options.api == "completions", _examples(data, number))
        scorer = _SCORERS[options.mode]
        return Task(
            name=self.name,
            version=self.version,
            options=options,
            samples=tuple(_sample(place, row) for place, row in enumerate(rows)),
            render=render,
            scorers=(scorer,),
            metrics=(*default_metrics((scorer,)), Macro(score="accuracy")),
            template=template_of(render, _PLACEHOLDER, render.examples),
            num_fewshot=number,
        )


_PLACEHOLDER = Sample(
    id="", input="{question}", category="{subject}", choices=("{A}", "{B}", "{C}", "{D}")
)
_MEMBER = re.compile(r"data/(dev|val|test)/(\w+)_(?:dev|val|test)\.csv")


def _convert(originals: Sequence[bytes]) -> dict[str, bytes]:
    """Turn data.tar (one CSV a subject and split, without header) into one file a split."""
    splits: dict[str, dict[str, str]] = {"dev": {}, "val": {}, "test": {}}
    with tarfile.open(fileobj=io.BytesIO(originals[0])) as archive:
        for member in archive:
            found = _MEMBER.fullmatch(member.name)
            if found and (file := archive.extractfile(member)):
                splits[found[1]][found[2]] = file.read().decode()
    return {
        f"mmlu/{'validation' if split == 'val' else split}.jsonl.gz": jsonl(_rows(tables))
        for split, tables in splits.items()
    }


def _rows(tables: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for subject, text in sorted(tables.items()):
        for question, *choices, letter in csv.reader(io.StringIO(text)):
            yield {
                "question": question,
                "subject": subject,
                "choices": choices,
                "answer": LETTERS.index(letter),
            }


definition = Mmlu()
origin = Origin(
    name="mmlu",
    licence="MIT",
    downloads=(
        # The archive has no revision; its SHA-256 is the one that public records agree on.
        Download(
            "https://people.eecs.berkeley.edu/~hendrycks/data.tar",
            "bec563ba4bac1d6aaf04141cd7d1605d7a5ca833e38f994051e818489592989b",
        ),
    ),
    files={
        "mmlu/test.jsonl.gz": "903179ca496c3a80683685a3e4bcec761d2826df64682892cde15def955f6e7d",
        "mmlu/dev.jsonl.gz": "0b841f7363db50b453f487870576f828e3b8bb106b6a721db67fa382e4a37ec8",
        "mmlu/validation.jsonl.gz": (
            "e2bdfcb1d829e58e22b229e35c04fed377b8d5ed74197d5ef25c28cd9ad2f39d"
        ),
    },
    convert=_convert,
)
