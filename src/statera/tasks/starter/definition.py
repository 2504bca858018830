"""What the five starter tasks have in common: items that ship, no examples, one version."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from statera.protocols import Grader, Metric, Scorer
from statera.records.requests import Request
from statera.records.samples import Sample
from statera.records.specs import Mode
from statera.tasks.data import DataFolder
from statera.tasks.fewshot import shots
from statera.tasks.starter.items import items
from statera.tasks.task import Task, TaskOptions, template_of

_PLACEHOLDER = Sample(
    id="",
    input="{input}",
    category="{category}",
    choices=("{A}", "{B}", "{C}", "{D}"),
)


@dataclass(frozen=True, kw_only=True)
class StarterTask:
    """One task of the starter suite, called `starter_` and the name of its file of items.

    `scorers` has an entry for each mode, the preferred mode first; of a mode's scorers the first is
    the primary one.
    """

    name: str
    summary: str
    items: int
    prompt: Callable[[TaskOptions], Callable[[Sample], Request]]
    scorers: Mapping[Mode, tuple[Scorer | Grader, ...]]
    metrics: tuple[Metric, ...] = ()
    version: str = "1"

    @property
    def modes(self) -> tuple[Mode, ...]:
        """The modes that there are scorers for."""
        return tuple(self.scorers)

    def load(self, options: TaskOptions, data: DataFolder) -> Task:
        """Return the task over the items that ship with the package; `data` is not needed."""
        shots(self.name, options, default=0, most=0, why="the starter suite has no examples")
        render = self.prompt(options)
        return Task(
            name=self.name,
            version=self.version,
            options=options,
            samples=items(self.name.removeprefix("starter_")),
            render=render,
            scorers=self.scorers[options.mode],
            metrics=self.metrics,
            template=template_of(render, _PLACEHOLDER),
        )
