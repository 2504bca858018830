"""Errors in OpenAI's shape, those of a blocked request as Azure gives them.

{"error": {"message": "...", "type": "invalid_request_error", "param": "messages",
           "code": "content_filter", "innererror": {...}}}
"""

from statera.guard.policy import Policy
from statera.proxy.wire.api import Event, Failure
from statera.proxy.wire.filtering import details, filter_results, input_message
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
    told = Failure(400, "content_filter", input_message(decision, policy), param)
    inner = {
        "code": "ResponsibleAIPolicyViolation",
        "content_filter_result": filter_results(decision),
    }
    return {"error": {**error(told)["error"], "innererror": inner, "statera": details(decision)}}


def error_events(failure: Failure) -> list[Event]:
    """Return the event that ends a failed stream; clients raise it."""
    return [Event("", error(failure))]
