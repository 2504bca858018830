"""Asking a model about a passage: what it cannot answer is a check that was not made."""

import asyncio
from collections.abc import Coroutine, Iterator, Sequence
from typing import Any, NamedTuple

from statera.protocols import Model, View
from statera.records.guarding import Passage, Reading
from statera.records.requests import Request
from statera.records.responses import Response

MOST = 24_000
"""Characters of a text that a model is shown; what lies beyond is said to be so."""

_REPLIES = ("output", "tool_call")


class NoAnswer(Exception):
    """The model gave none: it could not be reached, refused, or was cut off."""


class UnreadableAnswer(Exception):
    """The model gave an answer that is no verdict."""


class Shown(NamedTuple):
    """A text as it is shown: the view that it is, what was said before, and whether it is whole."""

    view: str
    text: str
    before: str
    whole: bool


def shown(passage: Passage, views: Sequence[View]) -> Iterator[Shown]:
    """Yield what is asked about: every view, the passage itself where there is none."""
    texts = [(view.name, view.text) for view in views] or [("plain", passage.text)]
    before = "\n\n".join(passage.before)[-MOST:]
    for name, text in texts:
        yield Shown(name, text[:MOST], before, len(text) <= MOST)


def is_reply(passage: Passage) -> bool:
    """Say whether the model behind the guard said it."""
    return passage.side in _REPLIES


async def answered(model: Model, request: Request) -> Response:
    """Return the model's response; NoAnswer where it has no text."""
    response = await model.answer(request)
    if response.failure is not None or response.text is None:
        raise NoAnswer
    return response


async def worst(jobs: Sequence[Coroutine[Any, Any, Reading]]) -> Reading:
    """Return the highest of the readings, which are made at the same time.

    Raises what the first of them raises, and ends the others.
    """
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(job) for job in jobs]
    except ExceptionGroup as group_error:
        raise group_error.exceptions[0] from None
    return max((task.result() for task in tasks), key=lambda one: (one.score, one.beyond))
