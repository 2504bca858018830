"""Worked examples in front of the question: how many, which, and when there are none to give."""

from collections.abc import Sequence
from typing import TypeVar

from statera.errors import DeclarationError
from statera.seeds import unit
from statera.tasks.task import TaskOptions

T = TypeVar("T")


def shots(task: str, options: TaskOptions, *, default: int, most: int, why: str) -> int:
    """Return how many examples to show; DeclarationError, with `why`, outside 0 to `most`."""
    wanted = default if options.num_fewshot is None else options.num_fewshot
    if not 0 <= wanted <= most:
        raise DeclarationError(f"{task}: num_fewshot {wanted} is not within 0 to {most}: {why}")
    return wanted


def drawn(rows: Sequence[T], number: int, *, key: str) -> tuple[T, ...]:
    """Return `number` rows: a fixed draw that depends on `key` alone, the same for every item."""
    order = sorted(range(len(rows)), key=lambda place: unit("fewshot", key, place))
    return tuple(rows[place] for place in order[:number])
