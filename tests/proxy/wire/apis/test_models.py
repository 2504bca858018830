from typing import Any

from statera.proxy.wire.apis.models import api
from tests.proxy.wire.markers import STRICT, replies, vanished

REPLY: dict[str, Any] = {
    "object": "list",
    "data": [{"id": "org/m-1", "object": "model", "created": 1, "owned_by": "vllm", "root": "/m"}],
}


def test_names_pass_and_what_is_more_is_read() -> None:
    assert api.read_reply(REPLY, STRICT) == []
    assert vanished(replies(api), REPLY, frozenset(["object", "data"])) == []


def test_nothing_is_asked() -> None:
    assert api.method == "GET"
    assert api.read_request({}, STRICT) == []
