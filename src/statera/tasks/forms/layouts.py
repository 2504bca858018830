"""Fourteen ways to lay out one question: the same words, other marks, spacing and order.

The grammar is that of FormatSpread (Sclar et al., Quantifying Language Models' Sensitivity to
Spurious Features in Prompt Design, ICLR 2024, https://arxiv.org/abs/2310.11324): what stands before
a part, between parts, between options, and how options are marked; beside it the order of
instruction and question, and documents in Markdown, XML and JSON. Wording does not change but for
the form of the reply, where the marks make it another one.

>>> sample = Sample(id="s", input="Which is a mammal?", choices=("trout", "otter"), answer=1)
>>> print(laid(named("labelled"), sample))
Answer the question. Reply with one line of the form "Answer: X", where X is one of A, B.
<BLANKLINE>
Question: Which is a mammal?
<BLANKLINE>
Options:
A. trout
B. otter
"""

import json
from collections.abc import Sequence
from typing import Literal
from xml.sax.saxutils import escape

import msgspec

from statera.errors import unknown
from statera.records.samples import Sample
from statera.tasks.choices import LETTERS

Document = Literal["text", "json", "xml"]
UNMARKED = "αβγδεζηθικλμνξοπρστυφχψω"
"""Labels of options that are shown without marks and named by their text: none is ever shown."""


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """How a question is laid out.

    `question`, `options` and `option` are templates: `{}` is the part, `{mark}` an option's mark.
    `join` stands between parts, `between` between options. `marks` are the options' labels, one
    character each; a layout `only_choices` is of no use to a question without options. `last` puts
    the instruction behind the question.
    """

    name: str
    question: str = "{}"
    options: str = "{}"
    option: str = "{mark}. {}"
    join: str = "\n\n"
    between: str = "\n"
    marks: str = LETTERS
    only_choices: bool = False
    last: bool = False
    document: Document = "text"


LAYOUTS: tuple[Layout, ...] = (
    Layout(name="plain"),
    Layout(name="instruction_last", last=True),
    Layout(name="labelled", question="Question: {}", options="Options:\n{}"),
    Layout(name="short_labels", question="Q: {}", option="{mark}) {}", join="\n"),
    Layout(name="dashes", question="Question - {}", option="{mark} - {}", join="\n"),
    Layout(name="capitals", question="QUESTION: {}", options="OPTIONS:\n{}", option="{mark}: {}"),
    Layout(
        name="one_line",
        question="Question: {}",
        option="({mark}) {}",
        join=" || ",
        between=" || ",
    ),
    Layout(
        name="spread_out",
        question="Question:\n\n{}",
        options="Options:\n\n{}",
        join="\n\n\n",
        between="\n\n",
    ),
    Layout(
        name="markdown",
        question="## Question\n\n{}",
        options="## Options\n\n{}",
        option="- **{mark}.** {}",
    ),
    Layout(name="xml", document="xml"),
    Layout(name="json", document="json"),
    Layout(name="numbered", option="{mark}. {}", marks="123456789", only_choices=True),
    Layout(name="lower_letters", option="({mark}) {}", marks=LETTERS.lower(), only_choices=True),
    Layout(name="bullets", option="- {}", marks=UNMARKED, only_choices=True),
)
NAMES = tuple(layout.name for layout in LAYOUTS)
SHORT_REPLY = 64
"""A limit of so many tokens or fewer leaves no room to reason in front of the answer."""


def named(name: str) -> Layout:
    """Return the layout of that name; DeclarationError where there is none."""
    found = next((layout for layout in LAYOUTS if layout.name == name), None)
    if found is None:
        raise unknown("format", name, NAMES)
    return found


def applies(layout: Layout, sample: Sample) -> bool:
    """Return whether the sample can be asked so and its answer be read without doubt.

    Marks must reach for all options, and no option may read like a mark of another kind: "2" among
    numbered ones.
    """
    if not layout.only_choices:
        return True
    shown = {choice.strip().casefold() for choice in sample.choices}
    alike = len(shown) == len(sample.choices) <= len(layout.marks)
    return bool(shown) and alike and shown.isdisjoint(layout.marks)


def laid(layout: Layout, sample: Sample, *, room: bool = False) -> str:
    """Return the message; with `room` the reply may reason before it ends with the answer."""
    asked = instruction(layout, sample.choices, room=room)
    if layout.document != "text":
        body = _BODIES[layout.document](sample, layout)
        return f"{asked}\n\n{body}"
    parts = [layout.question.format(sample.input.strip())]
    if sample.choices:
        parts.append(layout.options.format(_options(layout, sample.choices)))
    parts = [*parts, asked] if layout.last else [asked, *parts]
    return layout.join.join(parts)


def instruction(layout: Layout, choices: Sequence[str], *, room: bool) -> str:
    """Return the sentence that says what the reply is to be."""
    sign = "X" if choices else "N"
    kind, form = _REPLIES.get(layout.document, _LINE)
    first = "Answer the question." if choices or not room else "Solve the problem step by step."
    lead = f"End your reply with a {kind}" if room else f"Reply with one {kind}"
    return f"{first} {lead} of the form {form.format(sign)}, where {_where(layout, choices)}."


def _where(layout: Layout, choices: Sequence[str]) -> str:
    if not choices:
        return "N is the answer as a number without units"
    if layout.marks == UNMARKED:
        return "X is one of the options, word for word"
    return f"X is one of {', '.join(layout.marks[: len(choices)])}"


_LINE = ("line", '"Answer: {}"')
_REPLIES: dict[Document, tuple[str, str]] = {
    "json": ("JSON object", '{{"answer": "{}"}}'),
    "xml": ("element", "<answer>{}</answer>"),
}


def _options(layout: Layout, choices: Sequence[str]) -> str:
    marked = zip(layout.marks, choices, strict=False)
    return layout.between.join(layout.option.format(text, mark=mark) for mark, text in marked)


def _json(sample: Sample, layout: Layout) -> str:
    options = dict(zip(layout.marks, sample.choices, strict=False))
    body = {"question": sample.input.strip(), **({"options": options} if options else {})}
    return json.dumps(body, ensure_ascii=False, indent=2)


def _xml(sample: Sample, layout: Layout) -> str:
    lines = [f"<question>{escape(sample.input.strip())}</question>"]
    if sample.choices:
        marked = zip(layout.marks, sample.choices, strict=False)
        shown = (f'  <option id="{mark}">{escape(text)}</option>' for mark, text in marked)
        lines += ["<options>", *shown, "</options>"]
    return "\n".join(lines)


_BODIES = {"json": _json, "xml": _xml}
