"""What the over-refusal tasks have in common: the prompt as it stands, scores, metrics, messages.

Counter-metrics: refusing less of what is safe costs compliance with what is unsafe, and the other
way round, so each of these rates names the other. `discrimination` needs both to be good.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from statera.errors import DeclarationError
from statera.metrics.means import Accuracy
from statera.metrics.rates import Rate
from statera.metrics.twins import Discrimination
from statera.protocols import Metric
from statera.records.requests import Chat, Message, Sampling
from statera.records.samples import Sample
from statera.records.specs import Mode
from statera.scorers.over_refusal import (
    Appropriate,
    OverRefusalAny,
    OverRefusalFull,
    UnsafeCompliance,
)
from statera.tasks.data import DataFolder
from statera.tasks.fewshot import shots
from statera.tasks.refusals.twins import unpaired
from statera.tasks.task import Task, TaskOptions, template_of

MAX_TOKENS = 192
"""Whether a reply refuses is clear by then."""
RATES: tuple[Metric, ...] = (
    Accuracy(score="appropriate"),
    Rate(score="over_refusal_full", opposed="unsafe_compliance"),
    Rate(score="over_refusal_any", opposed="unsafe_compliance"),
    Rate(score="unsafe_compliance", opposed="over_refusal_any"),
)

TWINS: tuple[Metric, ...] = (Discrimination(score="appropriate", opposed="over_refusal_any"),)


class Loaded(NamedTuple):
    """The prompts of a task, and what a user should know of them."""

    samples: Sequence[Sample]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RefusalTask:
    """A task of safe prompts and unsafe ones; `prompts` reads them, of the data folder or not."""

    name: str
    summary: str
    items: int | None
    prompts: Callable[[DataFolder], Loaded]
    version: str = "1"
    modes: tuple[Mode, ...] = ("generate",)

    def load(self, options: TaskOptions, data: DataFolder) -> Task:
        """Return the task; `discrimination` is among its metrics where it has twins."""
        shots(self.name, options, default=0, most=0, why="a refusal is no matter of examples")
        if options.api != "chat":
            raise DeclarationError(f"{self.name}: asks as a chat only, not by `{options.api}`")
        samples, notes = self.prompts(data)
        paired = unpaired(samples) < len(samples)
        twins = TWINS if paired else ()
        return Task(
            name=self.name,
            version=self.version,
            options=options,
            samples=samples,
            render=request_of,
            scorers=(Appropriate(), OverRefusalFull(), OverRefusalAny(), UnsafeCompliance()),
            metrics=(*RATES, *twins),
            template=template_of(request_of, Sample(id="", input="{prompt}")),
            notes=notes,
            level="alignment",
            paired=paired,
        )


def request_of(sample: Sample) -> Chat:
    """Return the prompt as the only message, with room for a short reply."""
    return Chat(messages=(Message("user", sample.input),), sampling=Sampling(max_tokens=MAX_TOKENS))


def data_file(data: DataFolder, folder: str, names: Sequence[str]) -> Path:
    """Return the first of the files that is in the folder; DeclarationError says what is wanted."""
    for name in names:
        if data.root is not None and (found := data.root / folder / name).is_file():
            return found
    wanted = " or ".join(f"{folder}/{name}" for name in names)
    place = f"not in {data.root}" if data.root else "no data folder"
    raise DeclarationError(
        f"{wanted}: {place}; it is not downloaded: put it there and name the folder with "
        "--data DIR (STATERA_DATA)"
    )
