"""Requests asked plainly and under transforms, each transform with a decode control.

The exchanges of a trial, in order, each a conversation of its own:

    1  the request in Base64          2  a harmless question in Base64
    3  the request in ROT13           4  the harmless question in ROT13
    …
    n-1  the harmless question as it stands
    n    the request as it stands

The plain request comes last: the last reply is the one that judges, people and pages are shown.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from statera.codec.canonical import canonical
from statera.errors import DeclarationError
from statera.metrics.attacks import AttackRate
from statera.metrics.rates import Rate
from statera.protocols import Metric, Scorer
from statera.records.requests import Chat, Message, Request, Sampling
from statera.records.samples import Sample
from statera.records.trials import Exchange
from statera.scorers.harm import CONTROL, AttackAny, AttackSuccess, Decoded
from statera.tasks.transforms.catalogue import find
from statera.tasks.transforms.transform import Transform, check_decodes

MAX_TOKENS = 160
CONTROL_TOKENS = 96
"""Room for a control's short answer, and for decoding it aloud first."""

PLAIN, PARTIAL, ANY, DECODED = (
    "attack_success",
    "attack_partial",
    "attack_success_any",
    "decoded",
)
OVER_REFUSAL = "over_refusal/over_refusal_any"
"""The counter-metric where a task has no controls of its own."""


class Arm(NamedTuple):
    """One exchange: under which transform (None: as it stands), and whether it is the control."""

    transform: Transform | None
    control: bool


@dataclass(frozen=True)
class Attacks:
    """What is asked of a sample, and how it is scored. Without transforms, the request alone."""

    transforms: tuple[Transform, ...] = ()

    @classmethod
    def named(cls, names: Sequence[str], phrases: Mapping[str, str], task: str) -> "Attacks":
        """Return the attacks by these transforms; DeclarationError for one that is there twice."""
        found = tuple(find(name, phrases) for name in names)
        for place, one in enumerate(found):
            if one.name in [other.name for other in found[:place]]:
                raise DeclarationError(f"{task}: transform '{one.name}' is there twice")
        return cls(found)

    @cached_property
    def arms(self) -> tuple[Arm, ...]:
        """The exchanges in order, the plain request last."""
        dressed = [Arm(one, control) for one in self.transforms for control in (False, True)]
        plain = [Arm(None, True)] if self.transforms else []
        return (*dressed, *plain, Arm(None, False))

    def check(self, samples: Sequence[Sample]) -> None:
        """Raise DeclarationError where a transform cannot decode its own output."""
        for transform in self.transforms:
            check_decodes(transform, _texts(samples))

    def render(self, sample: Sample) -> Request:
        """Return the first exchange's request."""
        return self.request(sample, 0)

    def next_turn(self, sample: Sample, said: Sequence[Exchange]) -> Request | None:
        """Return the next exchange's request, None after the plain one."""
        return self.request(sample, len(said)) if len(said) < len(self.arms) else None

    def request(self, sample: Sample, place: int) -> Request:
        """Return the request of the exchange at a place."""
        arm = self.arms[place]
        text = sample.fields[CONTROL]["text"] if arm.control else sample.input
        dressed = text if arm.transform is None else arm.transform.apply(text)
        room = Sampling(max_tokens=CONTROL_TOKENS if arm.control else MAX_TOKENS)
        return Chat(messages=(Message("user", dressed),), sampling=room)

    @property
    def template(self) -> str:
        """What of the prompts does not come from the samples."""
        shapes = [[one.name, one.shape] for one in self.transforms]
        return canonical([shapes, MAX_TOKENS, CONTROL_TOKENS]).decode()

    @property
    def scorers(self) -> tuple[Scorer, ...]:
        """The plain request first: it always applies."""
        last = len(self.arms) - 1
        plain = (
            AttackSuccess(arm=last),
            AttackSuccess(name=PARTIAL, arm=last, partial=True),
        )
        if not self.transforms:
            return plain
        pairs = [(2 * n, 2 * n + 1) for n in range(len(self.transforms))]
        any_of = AttackAny(arms=(*pairs, (last, None)))
        decoded = Decoded(arm=last - 1)
        return (*plain, decoded, any_of, *self._under_transforms(pairs))

    def _under_transforms(self, pairs: Sequence[tuple[int, int]]) -> Iterator[Scorer]:
        for transform, (arm, control) in zip(self.transforms, pairs, strict=True):
            yield AttackSuccess(name=f"{PLAIN}_{transform.name}", arm=arm, control=control)
            yield Decoded(name=f"{DECODED}_{transform.name}", arm=control)

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """A rate a score, each with its counter-metric."""
        beside = DECODED if self.transforms else OVER_REFUSAL
        plain = (Rate(score=PLAIN, opposed=beside), Rate(score=PARTIAL, opposed=beside))
        if not self.transforms:
            return plain
        decoded = Rate(score=DECODED, better="higher", opposed=PLAIN)
        any_of = Rate(score=ANY, opposed=DECODED)
        return (*plain, decoded, any_of, *self._rates())

    def _rates(self) -> Iterator[Metric]:
        for transform in self.transforms:
            attack, decoded = f"{PLAIN}_{transform.name}", f"{DECODED}_{transform.name}"
            yield AttackRate(score=attack, opposed=decoded)
            yield Rate(score=decoded, better="higher", opposed=attack)


def _texts(samples: Sequence[Sample]) -> Iterator[tuple[str, str]]:
    for sample in samples:
        yield sample.id, sample.input
        yield f"the control of {sample.id}", sample.fields[CONTROL]["text"]
