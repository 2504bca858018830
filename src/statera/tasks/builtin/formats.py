"""Formats: the same question in up to 14 layouts that keep its meaning.

FormatSpread: Sclar et al., Quantifying Language Models' Sensitivity to Spurious Features in Prompt
Design, ICLR 2024 (https://arxiv.org/abs/2310.11324).

One trial is one question in every layout, each a fresh request: marks `A.`, `(A)`, `1.`, `(a)` or
none, labels and separators, the instruction before or behind, one line, Markdown, XML, JSON. As
`one_line`:

    Answer the question. Reply with one line of the form "Answer: X", where X is one of A, B. || Question: Which is a mammal? || (A) trout || (B) otter

| score | what | counter-metric |
|---|---|---|
| `accuracy` | right, the mean over the formats | `format_agreement` |
| `format_worst` | right in every format | `format_agreement` |
| `format_agreement` | the share of pairs of formats with the same answer | `accuracy` |
| `format_NAME` | right in that format | `format_agreement` |

Who always says the first option agrees with himself and is not right. The spread, the greatest less
the smallest accuracy of a format, stands over all items: `statera.analysis.formspread`.

`formats` asks the questions of `starter_knowledge`; `formats:mmlu` and `formats:gsm8k` another
task's, with its limit of tokens and, where that leaves room, its leave to reason first. A number is
asked for as `Answer: N` in place of `#### N`. Three layouts are of options only; a question whose
options read like marks ("2") is not asked with numbers for marks.
"""  # noqa: E501

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec

from statera.errors import DeclarationError
from statera.metrics.rates import Rate
from statera.protocols import Metric
from statera.records.requests import Chat, Message, Request
from statera.records.samples import Sample
from statera.records.trials import Exchange
from statera.scorers.arms import Reads
from statera.scorers.formats import (
    FORMATS,
    FormatAccuracy,
    FormatAgreement,
    FormatWorst,
    InFormat,
    Shape,
)
from statera.scorers.rules import Rule
from statera.tasks.builtin.starter_knowledge import definition as knowledge
from statera.tasks.data import DataFolder
from statera.tasks.fewshot import shots
from statera.tasks.forms.layouts import LAYOUTS, SHORT_REPLY, Layout, applies, laid, named
from statera.tasks.over import OverTask
from statera.tasks.sycophancy.asking import Questions, loaded, template
from statera.tasks.task import Task, TaskDefinition, TaskOptions


@dataclass(frozen=True)
class Laid:
    """Renders a question in one of its formats: the first, or the next one."""

    questions: Questions

    def __call__(self, sample: Sample) -> Request:
        """Return the question in its first format."""
        return self._chat(sample, 0)

    def following(self, sample: Sample, said: Sequence[Exchange]) -> Request | None:
        """Return the question in the next format, as a fresh request; None after the last."""
        return self._chat(sample, len(said)) if len(said) < len(sample.fields[FORMATS]) else None

    def _chat(self, sample: Sample, place: int) -> Chat:
        plain = self.questions.chat(sample)
        limit = plain.sampling.max_tokens
        text = laid(
            named(sample.fields[FORMATS][place]),
            sample,
            room=limit is None or limit > SHORT_REPLY,
        )
        system = tuple(one for one in plain.messages if one.role == "system")
        return msgspec.structs.replace(plain, messages=(*system, Message("user", text)))


@dataclass(frozen=True)
class Formats(OverTask):
    """The questions of `inner` in every layout."""

    how = f"in up to {len(LAYOUTS)} layouts of the same meaning"

    def load(self, options: TaskOptions, data: DataFolder) -> Task:
        """Return the task; DeclarationError where a question brings its options in its text."""
        shots(self.name, options, default=0, most=0, why="examples would keep one format")
        questions = loaded(self.name, self.inner, options, data)
        asked = questions.task
        samples = tuple(with_formats(self.name, sample) for sample in asked.samples)
        used = dict.fromkeys(name for one in samples for name in one.fields[FORMATS])
        layouts = [layout for layout in LAYOUTS if layout.name in used]
        render = Laid(questions)
        return replace(
            asked,
            name=self.name,
            version=f"{self.version}.{asked.version}",
            num_fewshot=0,
            samples=samples,
            render=render,
            scorers=scorers(layouts, questions.reads),
            metrics=metrics(layouts),
            template=template(asked, [laid(one, _PLACEHOLDER) for one in layouts]),
            next_turn=render.following,
            requests=max((len(one.fields[FORMATS]) for one in samples), default=1),
            level="reliability",
        )


def with_formats(task: str, sample: Sample) -> Sample:
    """Return the sample with the names of the layouts that it is asked in.

    DeclarationError where the question's text already shows its options.
    """
    if sample.choices and all(_listed(choice, sample.input) for choice in sample.choices):
        raise DeclarationError(
            f"{task}: {sample.id}: the question's text lists its options, so that no other layout "
            "can be made. Allowed: questions whose options stand in `choices` alone"
        )
    names = tuple(layout.name for layout in LAYOUTS if applies(layout, sample))
    return msgspec.structs.replace(sample, fields={**sample.fields, FORMATS: names})


def _listed(choice: str, text: str) -> bool:
    """Return whether a line of the text is the choice, with a mark in front or without."""
    lines = (line.strip() for line in text.splitlines())
    return any(one.endswith(choice) and len(one) <= len(choice) + _MARK for one in lines)


def scorers(layouts: Sequence[Layout], reads: Reads) -> tuple[Rule, ...]:
    """Return the scorers of trials in these layouts."""
    shapes = tuple(Shape(layout.name, layout.marks) for layout in layouts)
    return (
        FormatAccuracy(shapes=shapes, reads=reads),
        FormatWorst(shapes=shapes, reads=reads),
        FormatAgreement(shapes=shapes, reads=reads),
        *(InFormat(format=one.name, shapes=(one,), reads=reads) for one in shapes),
    )


def metrics(layouts: Sequence[Layout]) -> tuple[Metric, ...]:
    """Return the rates, the accuracy over all formats first."""
    return (
        *(
            Rate(score=name, better="higher", opposed="format_agreement")
            for name in ("accuracy", "format_worst")
        ),
        *(
            Rate(
                score=f"format_{one.name}", better="higher", opposed="format_agreement", aside=True
            )
            for one in layouts
        ),
        Rate(score="format_agreement", better="higher", opposed="accuracy"),
    )


_MARK = 6
_PLACEHOLDER = Sample(id="", input="{question}", choices=("{A}", "{B}", "{C}", "{D}"))


def over(inner: TaskDefinition) -> TaskDefinition:
    """Return the task over another one's questions."""
    return Formats(f"formats:{inner.name}", inner)


definition = Formats("formats", knowledge)
