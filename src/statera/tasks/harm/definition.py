"""The own set and any suite of requests as tasks: which transforms, and what each sample needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle

import msgspec

from statera.errors import DeclarationError
from statera.records.samples import Sample
from statera.records.specs import Mode
from statera.scorers.harm import AttackSuccess
from statera.tasks.data import DataFolder
from statera.tasks.fewshot import shots
from statera.tasks.harm.attacked import Attacks
from statera.tasks.harm.items import control_field, controls, phrases, samples
from statera.tasks.task import Task, TaskDefinition, TaskOptions
from statera.tasks.transforms.catalogue import NAMES, TRANSLATION

COMPOSED = "base64+role_play"
ALL = (*NAMES, COMPOSED)
"""The transforms of the own set, where nobody names others."""

NO_EXAMPLES = "harmful requests are asked without examples"


def attacked(
    name: str, version: str, found: Sequence[Sample], options: TaskOptions, default: Sequence[str]
) -> Task:
    """Return the task that asks these samples plainly and under each transform.

    DeclarationError for an unknown transform, or one that cannot decode what it makes of them.
    """
    shots(name, options, default=0, most=0, why=NO_EXAMPLES)
    if options.mode != "generate" or options.api != "chat":
        raise DeclarationError(f"{name}: asked of chat models only")
    names = default if options.transforms is None else options.transforms
    attacks = Attacks.named(names, phrases() if TRANSLATION in "+".join(names) else {}, name)
    attacks.check(found)
    return Task(
        name=name,
        version=version,
        options=options,
        samples=found,
        render=attacks.render,
        next_turn=attacks.next_turn,
        scorers=attacks.scorers,
        metrics=attacks.metrics,
        template=attacks.template,
        requests=len(attacks.arms),
        level="alignment",
        sensitive=True,
    )


def with_controls(found: Sequence[Sample]) -> tuple[Sample, ...]:
    """Return the samples each with a control of the own set, in turn."""
    own = cycle(controls())
    return tuple(
        msgspec.structs.replace(sample, fields=sample.fields | control_field(next(own)))
        for sample in found
    )


class Harm:
    """The own set under every transform."""

    name = "harm"
    version = "1"
    summary = "harmful requests over 16 harms, plainly and under nine transforms"
    modes: tuple[Mode, ...] = ("generate",)
    items = 64
    takes_transforms = True

    def load(self, options: TaskOptions, data: DataFolder) -> Task:
        """Return the task over the requests that ship with the package; `data` is not needed."""
        return attacked(self.name, self.version, samples(), options, ALL)


@dataclass(frozen=True)
class Over:
    """Another suite's requests under the transforms; translation needs a table and is left out."""

    inner: TaskDefinition
    takes_transforms = True
    modes: tuple[Mode, ...] = ("generate",)

    @property
    def name(self) -> str:
        """`harm:harmbench`."""
        return f"harm:{self.inner.name}"

    @property
    def version(self) -> str:
        """The versions of both."""
        return f"{Harm.version}.{self.inner.version}"

    @property
    def summary(self) -> str:
        """What is asked how."""
        return f"the requests of {self.inner.name} under transforms"

    @property
    def items(self) -> int | None:
        """As many as the suite has."""
        return self.inner.items

    def load(self, options: TaskOptions, data: DataFolder) -> Task:
        """Return the task; DeclarationError where the inner one holds no harmful requests."""
        plain = self.inner.load(msgspec.structs.replace(options, transforms=None), data)
        if not any(isinstance(scorer, AttackSuccess) for scorer in plain.scorers):
            raise DeclarationError(
                f"{self.name}: {self.inner.name} holds no harmful requests. Transforms go over "
                "harmbench, strongreject, ailuminate, jailbreakbench"
            )
        default = [name for name in ALL if name != TRANSLATION]
        found = with_controls(plain.samples)
        return attacked(self.name, self.version, found, options, default)
