import asyncio
import json

import msgspec
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from statera.models.llama import EngineFailure
from statera.modelserver.refusals import HANDLERS, ClientGone, Refusal, on_failure, read


class Body(msgspec.Struct, forbid_unknown_fields=True):
    size: int
    names: list[str] = []


@pytest.mark.parametrize(
    ("data", "param", "code"),
    [
        (b'{"size": "1"}', "size", "invalid_value"),
        (b'{"size": 1, "sise": 1}', "sise", "unknown_parameter"),
        (b'{"names": []}', "size", "missing_required_parameter"),
        (b'{"size": 1, "names": [1]}', "names[0]", "invalid_value"),
        (b"{", None, None),
        (b'{"size": 1, "names": ["\xff"]}', None, None),
        (b"[1]", None, None),
    ],
)
def test_a_bad_body_names_the_parameter(data: bytes, param: str | None, code: str | None) -> None:
    with pytest.raises(Refusal) as refusal:
        read(data, Body)
    assert (refusal.value.param, refusal.value.code, refusal.value.status) == (param, code, 400)


def test_an_engine_failure_may_be_retried() -> None:
    request = Request({"type": "http"})
    answer = asyncio.run(_whole(on_failure(request, EngineFailure("code 1"))))
    assert answer.status_code == 500
    assert json.loads(bytes(answer.body))["error"] == {
        "message": "code 1",
        "type": "server_error",
        "param": None,
        "code": None,
    }


async def _whole(answer: object) -> Response:
    found = await answer  # type: ignore[misc]
    assert isinstance(found, Response)
    return found


def test_every_kind_of_error_has_its_answer() -> None:
    assert {Refusal, EngineFailure, ClientGone, Exception} <= set(HANDLERS)
    Starlette(exception_handlers=HANDLERS)
