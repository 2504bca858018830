"""Errors in OpenAI's shape, so that every client can read them.

{"error": {"message": "...", "type": "invalid_request_error", "param": "temperature",
           "code": "invalid_value"}}
"""

import re
from typing import TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from statera.codec.strict import from_json
from statera.errors import DeclarationError
from statera.models.llama import EngineFailure

T = TypeVar("T")

_PLACES = (
    (re.compile(r"unknown field `([^`]+)`"), "unknown_parameter"),
    (re.compile(r"missing required field `([^`]+)`"), "missing_required_parameter"),
    (re.compile(r"at `\$\.([^`]+)`"), "invalid_value"),
)


class Refusal(Exception):
    """What the server will not do; `param` names the part of the request that is at fault."""

    def __init__(
        self, message: str, *, status: int = 400, param: str | None = None, code: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.param = param
        self.code = code


class ClientGone(Exception):
    """The client hung up before its answer was ready."""


def read(data: bytes, kind: type[T]) -> T:
    """Return the request's body as `kind`, strictly; Refusal names the parameter at fault."""
    try:
        return from_json(data, kind, source="request")
    except DeclarationError as error:
        param, code = _place(str(error))
        raise Refusal(str(error), param=param, code=code) from None
    except UnicodeDecodeError as error:
        raise Refusal(f"request: not UTF-8: {error.reason}") from None


def _place(message: str) -> tuple[str | None, str | None]:
    """Return the parameter that a decoding error names, and the kind of error."""
    for pattern, code in _PLACES:
        if found := pattern.search(message):
            return found[1], code
    return None, None


def error_body(message: str, *, kind: str, param: str | None, code: str | None) -> bytes:
    """Return the JSON of an error."""
    error = {"message": message, "type": kind, "param": param, "code": code}
    return msgspec.json.encode({"error": error})


def _answer(status: int, body: bytes) -> Response:
    return Response(body, status_code=status, media_type=JSONResponse.media_type)


async def on_refusal(_: Request, error: Exception) -> Response:
    """Answer a Refusal."""
    assert isinstance(error, Refusal)
    body = error_body(str(error), kind="invalid_request_error", param=error.param, code=error.code)
    return _answer(error.status, body)


async def on_http(request: Request, error: Exception) -> Response:
    """Answer an unknown path or method."""
    assert isinstance(error, HTTPException)
    message = f"{error.detail}: {request.method} {request.url.path}"
    body = error_body(message, kind="invalid_request_error", param=None, code=None)
    return _answer(error.status_code, body)


async def on_failure(_: Request, error: Exception) -> Response:
    """Answer when the engine failed: 500, which a client may retry."""
    return _answer(500, error_body(str(error), kind="server_error", param=None, code=None))


async def on_bug(_: Request, __: Exception) -> Response:
    """Answer when the server itself is at fault; the traceback is on its standard error."""
    message = "internal error of the model server"
    return _answer(500, error_body(message, kind="server_error", param=None, code=None))


async def on_gone(_: Request, __: Exception) -> Response:
    """Answer nobody: the client has hung up."""
    return Response(status_code=499)


HANDLERS = {
    Refusal: on_refusal,
    HTTPException: on_http,
    EngineFailure: on_failure,
    ClientGone: on_gone,
    Exception: on_bug,
}
