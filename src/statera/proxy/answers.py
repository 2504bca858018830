"""What the guard answers itself: bodies, and the headers that say what was decided.

await deliver(send, json_answer(503, body, retry_after=1))
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from statera.proxy.bodies import Send
from statera.proxy.headers import Pairs
from statera.proxy.wire.api import Failure
from statera.records.guarding import GRAVITY, Outcome

DECISION, DECISION_ID, POLICY = b"x-statera-decision", b"x-statera-decision-id", b"x-statera-policy"
JSON = (b"content-type", b"application/json")

_encode = msgspec.json.Encoder().encode


class Answer(NamedTuple):
    """A whole answer."""

    status: int
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes


def json_answer(status: int, body: object, headers: Pairs = (), *, retry_after: int = 0) -> Answer:
    """Return `body` as JSON; `retry_after` in seconds where the client may come again."""
    more = [(b"retry-after", b"%d" % retry_after)] if retry_after else []
    return Answer(status, [JSON, *headers, *more], _encode(body))


def decision_headers(
    outcome: Outcome | None, decision_id: str, policy: str
) -> list[tuple[bytes, bytes]]:
    """Return the headers that say what was decided.

    Where nothing was (None), or a check failed, there is no decision to tell of.
    """
    said = [(DECISION_ID, decision_id.encode()), (POLICY, policy.encode())]
    if outcome is None or outcome == "unavailable":
        return said
    return [(DECISION, outcome.encode()), *said]


def worst(first: Outcome | None, second: Outcome) -> Outcome:
    """Return the graver of two outcomes; the first may not be known yet."""
    return first if first is not None and GRAVITY[first] >= GRAVITY[second] else second


def failure_of(failure: Failure) -> dict[str, object]:
    """Return an error's body where no API is known: OpenAI's shape."""
    kind = "invalid_request_error" if failure.status < 500 else "server_error"
    told = {"message": failure.message, "type": kind, "param": failure.param, "code": failure.code}
    return {"error": told}


async def deliver(send: Send, answer: Answer, *, bare: bool = False) -> None:
    """Send the answer; `bare` without its body, as HEAD asks."""
    headers = [*answer.headers, (b"content-length", b"%d" % len(answer.body))]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if bare else answer.body})
