"""A guard as a Model: asked a text, it answers with its decision, so that a run can measure it.

    model = PolicyModel(opened, clock)
    response = await model.answer(request)        # the request's last message is the text
    msgspec.json.decode(response.text, type=Decision)

The side of the text stands in the sampling's `extra`, as `statera.tasks.guardtexts` puts it there.
"""

import msgspec

from statera.codec.canonical import digest
from statera.protocols import Clock
from statera.records.guarding import Decision, Passage
from statera.records.requests import Chat, Request
from statera.records.responses import Capabilities, Failure, Response
from statera.scorers.guarding import UNMADE
from statera.strategies.policies import OpenedPolicy
from statera.tasks.guardtexts import ROLE, SIDE

_encoder = msgspec.json.Encoder()


class PolicyModel:
    """The policy under test. Its seconds are those of one check, from text to decision."""

    def __init__(self, opened: OpenedPolicy, clock: Clock) -> None:
        self._opened = opened
        self._clock = clock
        self.identity = opened.identity

    async def answer(self, request: Request) -> Response:
        """Return the decision as JSON; beside it a failure of plumbing where a check was not made.

        So the text is asked again, and what the other detectors saw is known meanwhile.
        """
        if not isinstance(request, Chat):
            return Response(failure=Failure(kind="infra", message="a guard is asked by chat"))
        passage = passage_of(request)
        name = digest([passage.side, passage.role, *passage.before, passage.text])[:16]
        started = self._clock.monotonic()
        decision = await self._opened.guard.check([passage], decision_id=name)
        seconds = self._clock.monotonic() - started
        return Response(
            text=encoded(decision),
            failure=failure_of(decision),
            finish="stop",
            seconds=seconds,
            cost=0.0,
        )

    async def capabilities(self) -> Capabilities:
        """Chat alone."""
        return Capabilities(likelihood_reason="a guard decides on texts")

    async def close(self) -> None:
        """Close the policy."""
        await self._opened.close()


def passage_of(request: Chat) -> Passage:
    """Return the text that is asked about."""
    told, messages = request.sampling.extra, request.messages
    return Passage(
        text=messages[-1].content,
        side=told.get(SIDE, "input"),
        role=told.get(ROLE, messages[-1].role),
        before=tuple(one.content for one in messages[:-1]),
        place="text",
    )


def failure_of(decision: Decision) -> Failure | None:
    """Return which checks were not made, None where all were."""
    unmade = {
        f"{one.detector} {one.cause}": None for one in decision.findings if one.cause in UNMADE
    }
    return Failure(kind="infra", message=", ".join(unmade)) if unmade else None


def encoded(decision: Decision) -> str:
    """Return the decision as it is kept: JSON."""
    return _encoder.encode(decision).decode()
