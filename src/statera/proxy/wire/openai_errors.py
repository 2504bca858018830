"""Errors in OpenAI's shape, those of a blocked request as Azure gives them.

{"error": {"message": "...", "type": "invalid_request_error", "param": "messages",
           "code": "content_filter", "innererror": {...}}}
"""

from typing import NamedTuple

from statera.guard.policy import Policy
from statera.proxy.wire.api import Event, Failure, StreamState
from statera.proxy.wire.filtering import details, filter_results, input_message, output_message
from statera.proxy.wire.slots import Body
from statera.records.guarding import Decision


def error(failure: Failure) -> Body:
    """Return the body of an error."""
    kind = "invalid_request_error" if failure.status < 500 else "server_error"
    return {
        "error": {
            "message": failure.message,
            "type": kind,
            "param": failure.param,
            "code": failure.code,
        }
    }


def content_filter(decision: Decision, policy: Policy, param: str) -> Body:
    """Return the body of the 400 for a blocked request; `param` is the field it came in."""
    return _filtered(
        decision, Failure(400, "content_filter", input_message(decision, policy), param)
    )


def error_events(failure: Failure) -> list[Event]:
    """Return the event that ends a failed stream; clients raise it."""
    return [Event("", error(failure))]


class ErrorShapes(NamedTuple):
    """The answers of an API that has no words for a model's silence: all are errors."""

    param: str | None

    def failed(self, failure: Failure) -> Body:
        """Return the body of an error."""
        return error(failure)

    def failed_events(self, state: StreamState, failure: Failure) -> list[Event]:
        """Return the event that ends a failed stream."""
        del state
        return error_events(failure)

    def blocked_request(self, decision: Decision, policy: Policy, body: Body) -> tuple[int, Body]:
        """Return the 400, also where the policy would rather refuse."""
        del body
        told = Failure(400, "content_filter", input_message(decision, policy), self.param)
        return 400, _filtered(decision, told)

    def blocked_reply(self, body: Body, decision: Decision, policy: Policy) -> Body:
        """Return the error instead of the reply."""
        del body
        return _filtered(decision, Failure(400, "content_filter", output_message(decision, policy)))

    def blocked_events(self, state: StreamState, decision: Decision, policy: Policy) -> list[Event]:
        """Return the error as the last event."""
        return [Event("", self.blocked_reply(state.head, decision, policy))]

    def follow(self, state: StreamState, name: str, data: Body) -> None:
        """Take note of nothing."""


def _filtered(decision: Decision, told: Failure) -> Body:
    inner = {
        "code": "ResponsibleAIPolicyViolation",
        "content_filter_result": filter_results(decision),
    }
    return {"error": {**error(told)["error"], "innererror": inner, "statera": details(decision)}}
