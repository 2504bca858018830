from typing import Any

import pytest
from openai.types import CreateEmbeddingResponse, embedding_create_params

from statera.guard.policy import Policy
from statera.proxy.wire.apis.embeddings import api
from statera.proxy.wire.refusals import Refused
from tests.proxy.wire.decisions import DECISION
from tests.proxy.wire.markers import OPEN, STRICT, known, replies, requests, vanished

REQUEST: dict[str, Any] = {"model": "m", "input": ["one text", "another"], "user": "u"}
REPLY: dict[str, Any] = {
    "object": "list",
    "model": "m",
    "data": [
        {"object": "embedding", "index": 0, "embedding": [0.1, -0.2]},
        {"object": "embedding", "index": 1, "embedding": "zczMPQ=="},
    ],
    "usage": {"prompt_tokens": 3, "total_tokens": 3},
}
LABELS = frozenset(["model", "user", "object", "embedding"])


def test_no_text_vanishes() -> None:
    assert vanished(requests(api), REQUEST, LABELS) == []
    assert vanished(requests(api), {**REQUEST, "input": "one text"}, LABELS) == []
    assert vanished(replies(api), REPLY, LABELS) == []


def test_numbers_are_no_text_and_words_among_them_are() -> None:
    assert api.read_reply(REPLY, STRICT) == []
    hidden = {"data": [{"embedding": [0.1, "some words"]}]}
    assert [slot.passage.text for slot in api.read_reply(hidden, STRICT)] == ["some words"]


def test_every_field_of_the_official_client_is_known() -> None:
    asked = set(embedding_create_params.EmbeddingCreateParams.__annotations__)
    assert asked - known(requests(api), asked) == set()
    replied = set(CreateEmbeddingResponse.model_fields)
    assert replied - known(replies(api), replied) == set()


@pytest.mark.parametrize("given", [[1, 2], [[1, 2]]])
def test_token_ids_cannot_be_read_and_are_refused(given: list[Any]) -> None:
    with pytest.raises(Refused) as refused:
        api.read_request({"input": given}, STRICT)
    assert refused.value.code == "tokens_not_readable"
    assert api.read_request({"input": given}, OPEN) == []


def test_a_block_is_an_error_whatever_the_style() -> None:
    status, body = api.shapes.blocked_request(DECISION, Policy(block_style="refusal_200"), REQUEST)
    assert (status, body["error"]["code"]) == (400, "content_filter")
