from typing import Any

import pytest

from statera.models.bodies import chat_fields, completion_fields, embedding_fields
from statera.records.requests import Complete, Embed, Message, Sampling
from tests.models.asking import chat

TABLE: list[tuple[Sampling, dict[str, Any]]] = [
    (Sampling(), {"temperature": 0.0}),
    (Sampling(temperature=None), {}),
    (Sampling(temperature=0.7, top_p=0.9), {"temperature": 0.7, "top_p": 0.9}),
    (Sampling(seed=0), {"temperature": 0.0, "seed": 0}),
    (Sampling(max_tokens=0), {"temperature": 0.0, "max_tokens": 0}),
    (Sampling(stop=("\n",)), {"temperature": 0.0, "stop": ("\n",)}),
    (Sampling(extra={"top_k": 5}), {"temperature": 0.0, "top_k": 5}),
    (Sampling(extra={"temperature": 1.0}), {"temperature": 1.0}),
]


@pytest.mark.parametrize(("sampling", "fields"), TABLE)
def test_sampling_is_sent_as_set_and_nothing_else(
    sampling: Sampling, fields: dict[str, Any]
) -> None:
    body = completion_fields(Complete(prompt="p", sampling=sampling), "m", {})
    assert body == {"model": "m", "prompt": "p"} | fields


def test_a_chat_carries_its_messages_and_model() -> None:
    body = chat_fields(chat("hi"), "m", {})
    assert body == {"model": "m", "messages": (Message("user", "hi"),), "temperature": 0.0}


def test_the_request_wins_over_the_fields_of_the_settings() -> None:
    body = chat_fields(chat("hi", Sampling(max_tokens=3)), "m", {"max_tokens": 9, "user": "u"})
    assert (body["max_tokens"], body["user"]) == (3, "u")


def test_the_fields_of_the_settings_are_not_changed() -> None:
    extra = {"user": "u"}
    chat_fields(chat("hi", Sampling(extra={"user": "v"})), "m", extra)
    assert extra == {"user": "u"}


def test_texts_to_embed_are_sent_in_order() -> None:
    body = embedding_fields(Embed(texts=("a", "b")), "m")
    assert body == {"model": "m", "input": ("a", "b"), "encoding_format": "float"}
