"""A task that asks another task's questions in its own way: `are_you_sure:gsm8k`."""

from dataclasses import dataclass
from typing import ClassVar

from statera.records.specs import Mode
from statera.tasks.task import TaskDefinition


@dataclass(frozen=True)
class OverTask:
    """What such tasks have in common; each says `how` it asks the questions of `inner`, and loads.

    Answers must be generated, so that there is one mode.
    """

    name: str
    inner: TaskDefinition

    how: ClassVar[str] = ""
    version: ClassVar[str] = "1"
    modes: ClassVar[tuple[Mode, ...]] = ("generate",)

    @property
    def summary(self) -> str:
        """What is asked, in a line."""
        return f"{self.inner.summary}: {self.how}"

    @property
    def items(self) -> int | None:
        """As many as the inner task has."""
        return self.inner.items
