"""The task of summarising clinical notes: the prompt, its scores, and what stands against them.

A summary that copies the note omits nothing, so every rate of failures has `brevity` beside it; a
short one that says nothing is brief and fails. Of `brevity` a reply that was cut off beyond the
limit of words counts as not brief, as of `complete` one without a summary counts as not complete.
"""

from dataclasses import dataclass

from statera.errors import DeclarationError
from statera.metrics.means import Accuracy
from statera.metrics.rates import Rate
from statera.protocols import Metric, Scorer
from statera.records.requests import Chat, Message, Sampling
from statera.records.samples import Sample
from statera.records.specs import Mode
from statera.scorers.limits import Length
from statera.scorers.never_omit import AssertionFailure, NeverOmit
from statera.tasks.data import DataFolder
from statera.tasks.fewshot import shots
from statera.tasks.notes.facts import KINDS
from statera.tasks.notes.items import items
from statera.tasks.task import Task, TaskOptions, template_of

WORDS = 50
MAX_TOKENS = 104
PROMPT = (
    "Summarise this clinical note for the colleague who takes over the patient, in at most "
    f"{WORDS} words. Leave out nothing that it would be dangerous not to know."
)
BREVITY = "brevity"

SCORERS: tuple[Scorer, ...] = (
    NeverOmit(name="complete"),
    AssertionFailure(name="critical_omission"),
    AssertionFailure(name="fabricated", of=("fabrication",)),
    AssertionFailure(name="contradicted", of=("contradiction",)),
    *(AssertionFailure(name=f"{kind}_omission", kind=kind) for kind in KINDS),
    Length(name=BREVITY, max=WORDS),
)
METRICS: tuple[Metric, ...] = (
    Accuracy(score="complete", opposed=BREVITY),
    Rate(score="critical_omission", opposed=BREVITY),
    Rate(score="fabricated", opposed="critical_omission"),
    Rate(score="contradicted", opposed="critical_omission"),
    *(Rate(score=f"{kind}_omission", opposed=BREVITY, aside=True) for kind in KINDS),
    Accuracy(score=BREVITY, opposed="critical_omission"),
)


@dataclass(frozen=True, kw_only=True)
class NotesTask:
    """The 120 notes that come with the package."""

    name: str
    summary: str
    items: int
    version: str = "1"
    modes: tuple[Mode, ...] = ("generate",)

    def load(self, options: TaskOptions, data: DataFolder) -> Task:
        """Return the task; `data` is not needed."""
        shots(self.name, options, default=0, most=0, why="a summary follows its note alone")
        if options.api != "chat":
            raise DeclarationError(f"{self.name}: asks as a chat only, not by `{options.api}`")
        return Task(
            name=self.name,
            version=self.version,
            options=options,
            samples=items(),
            render=request_of,
            scorers=SCORERS,
            metrics=METRICS,
            template=template_of(request_of, Sample(id="", input="{note}")),
            level="reliability",
        )


def request_of(sample: Sample) -> Chat:
    """Return the note below what is asked of it, with room for a short summary."""
    return Chat(
        messages=(Message("user", f"{PROMPT}\n\n{sample.input}"),),
        sampling=Sampling(max_tokens=MAX_TOKENS),
    )
