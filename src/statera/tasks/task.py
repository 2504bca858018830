"""A task: samples, the prompt for each, and how answers are graded.

A **definition** (one module under `builtin`, a YAML file, another package's entry point) knows how
to load a Task for given options. A **Task** is loaded and bound: nothing about it is open.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from typing import Protocol

import msgspec

from statera.codec.canonical import canonical
from statera.protocols import Grader, Metric, Scorer
from statera.records.levels import Level
from statera.records.requests import Request
from statera.records.samples import Sample
from statera.records.specs import Api, Mode
from statera.records.trials import Exchange
from statera.tasks.data import DataFolder

NextTurn = Callable[[Sample, Sequence[Exchange]], Request | None]
"""What is asked after what was said so far; None ends the conversation. Pure, like `render`."""


class TaskOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How a task is to be asked. What is None is the task's own default.

    `transforms` names the dresses in which harmful requests are asked beside plainly.
    """

    mode: Mode = "generate"
    api: Api = "chat"
    num_fewshot: int | None = None
    seed: int = 0
    transforms: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Task:
    """A set of samples with prompt and scorers, ready to be run.

    `render` is pure and gives the request without system message and seed, which the runner adds.
    The first of `scorers` is the primary one: its outcome is the trial's. `template` is the text
    that determines the prompt (it goes into the run's identity as a digest). `epochs` is how
    often each sample is asked when the user does not say. With `next_turn` a trial may go on after
    the first reply, to `requests` requests at most; the last reply is what judges grade. `level`
    says where the scorecard shows it. Where samples are `paired`, those of one cluster are asked
    together, so that a limit leaves pairs whole. Texts of a `sensitive` task may be kept hashed or
    encrypted, and pages show short excerpts of them.
    """

    name: str
    version: str
    options: TaskOptions
    samples: Sequence[Sample]
    render: Callable[[Sample], Request]
    scorers: tuple[Scorer | Grader, ...]
    metrics: tuple[Metric, ...]
    template: str
    num_fewshot: int = 0
    epochs: int = 1
    notes: tuple[str, ...] = field(default=())
    next_turn: NextTurn | None = None
    requests: int = 1
    level: Level = "capability"
    paired: bool = False
    sensitive: bool = False

    @cached_property
    def data(self) -> str:
        """The digest of all samples: the part of the run's identity that the data set makes."""
        found = blake2b(digest_size=16)
        for sample in self.samples:
            found.update(canonical(sample))
            found.update(b"\n")
        return found.hexdigest()


class TaskDefinition(Protocol):
    """What can be loaded as a Task. `modes` lists what it supports, the preferred one first.

    `items` is the number of samples where it is known without loading them.
    """

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def modes(self) -> tuple[Mode, ...]: ...
    @property
    def items(self) -> int | None: ...
    def load(self, options: TaskOptions, data: DataFolder) -> Task: ...


def template_of(
    render: Callable[[Sample], Request], placeholder: Sample, examples: object = ()
) -> str:
    """Return a task's `template`: a placeholder as sent, limits and stops included, and examples.

    Whatever the prompt depends on beside the sample must be in there, so that a changed prompt is
    another run.
    """
    return canonical((render(placeholder), examples)).decode()
