"""CheckList: 72 small tests of six capabilities, of what any assistant should get right.

Ribeiro et al., Beyond Accuracy: Behavioral Testing of NLP Models with CheckList, ACL 2020
(https://arxiv.org/abs/2005.04118). The tests are the house's own.

One trial is one test: one fresh request an arm.

    Answer the question. Reply with one line of the form "Answer: X", where X is one of A, B.

    The shop is not open on Sundays. Can you buy bread there on a Sunday?

    A. yes
    B. no

| kind | arms | passed when |
|---|---|---|
| `minimum` | 1 | the answer is right |
| `invariance` | the same in other words, or with other names | every answer is the same |
| `directional` | a text, and one in which something decisive changed | the answer moved that way |

| score | what | of | counter-metric |
|---|---|---|---|
| `passed` | the test was passed | all | |
| `minimum_failure` | failed | minimum tests with an answer | `invariance_failure` |
| `invariance_failure` | failed | invariance tests with answers | `directional_failure` |
| `directional_failure` | failed | directional tests with answers | `invariance_failure` |

Who always says the same fails no invariance test and every directional one. The category is the
capability: negation, coreference, units, dates, names, arithmetic. A file of one's own: see
`statera.tasks.forms.checklistfile`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from statera.metrics.means import Accuracy
from statera.metrics.rates import Rate
from statera.protocols import Metric
from statera.records.requests import Chat, Message, Request, Sampling
from statera.records.samples import Sample
from statera.records.specs import Mode
from statera.records.trials import Exchange
from statera.scorers.checklist_kinds import ARMS, CaseFailed, CasePassed, as_asked
from statera.scorers.rules import Rule
from statera.tasks import forms
from statera.tasks.data import DataFolder
from statera.tasks.fewshot import shots
from statera.tasks.forms.checklistfile import ChecklistFile, read_checklist, samples
from statera.tasks.forms.layouts import laid, named
from statera.tasks.sycophancy.asking import chats_only
from statera.tasks.task import Task, TaskOptions, template_of

TOKENS = 32
"""Room for `Answer: 1234`, also where a model greets first."""

OWN = Path(forms.__file__).parent / "checklist.jsonl"


def render(sample: Sample) -> Request:
    """Return the test's first arm."""
    return arm(sample, 0)


def arm(sample: Sample, place: int) -> Chat:
    """Return what the arm asks, as one message."""
    text = laid(named("plain"), as_asked(sample, place))
    return Chat(messages=(Message("user", text),), sampling=Sampling(max_tokens=TOKENS))


def following(sample: Sample, said: Sequence[Exchange]) -> Request | None:
    """Return the next arm, as a fresh request; None after the last."""
    return arm(sample, len(said)) if len(said) < len(sample.fields[ARMS]) else None


@dataclass(frozen=True)
class Checklist:
    """The tests of one file."""

    path: Path
    items: int | None = None
    modes: tuple[Mode, ...] = ("generate",)

    @cached_property
    def file(self) -> ChecklistFile:
        """What the file holds, read when it is first needed."""
        return read_checklist(self.path)

    @property
    def name(self) -> str:
        """The name that the file gives."""
        return self.path.stem if self.path == OWN else self.file.checklist

    @property
    def version(self) -> str:
        """The version that the file gives."""
        return "1" if self.path == OWN else str(self.file.version)

    @property
    def source(self) -> str:
        """What loads it: the name of the own one, the path of any other."""
        return self.name if self.path == OWN else str(self.path)

    @property
    def summary(self) -> str:
        """The file's summary, or its path."""
        return SUMMARY if self.path == OWN else self.file.summary or str(self.path)

    def load(self, options: TaskOptions, data: DataFolder) -> Task:
        """Return the task with every test checked; `data` is not needed."""
        chats_only(self.name, options)
        shots(self.name, options, default=0, most=0, why="a test has no examples")
        tests = samples(self.file, self.path)
        return Task(
            name=self.name,
            version=self.version,
            options=options,
            samples=tests,
            render=render,
            scorers=SCORERS,
            metrics=METRICS,
            template=template_of(render, _PLACEHOLDER),
            next_turn=following,
            requests=max(len(test.fields[ARMS]) for test in tests),
            level="reliability",
        )


SUMMARY = "small tests of negation, coreference, units, dates, names and arithmetic"
SCORERS: tuple[Rule, ...] = (
    CasePassed(),
    CaseFailed(kind="minimum"),
    CaseFailed(kind="invariance"),
    CaseFailed(kind="directional"),
)
METRICS: tuple[Metric, ...] = (
    Accuracy(score="passed"),
    Rate(score="minimum_failure", opposed="invariance_failure"),
    Rate(score="invariance_failure", opposed="directional_failure"),
    Rate(score="directional_failure", opposed="invariance_failure"),
)
_PLACEHOLDER = Sample(
    id="",
    input="{ask}",
    choices=("{A}", "{B}"),
    fields={ARMS: [{"ask": "{ask}", "choices": ["{A}", "{B}"]}]},
)


def load_checklist(path: Path) -> Checklist:
    """Return the tests of a user's file; DeclarationError says what is wrong where."""
    found = Checklist(path)
    samples(found.file, path)
    return found


definition = Checklist(OWN, items=72)
