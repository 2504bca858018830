from typing import Any

import pytest
from openai import NotFoundError, OpenAI

from statera.models.clock import SystemClock
from statera.models.embedded import load
from statera.modelserver.serving import serving
from tests.embedded_server import EmbeddedServer, events, post

QUESTION = "What are the three primary colors?"


def body(server: EmbeddedServer, **more: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": QUESTION}]
    return {"model": server.model, "messages": messages, "temperature": 0, "max_tokens": 8} | more


def ask(server: EmbeddedServer, **more: Any) -> dict[str, Any]:
    status, answer = post(f"{server.url}/chat/completions", body(server, **more))
    assert status == 200, answer
    return answer


def test_the_stock_client_works(embedded_server: EmbeddedServer) -> None:
    with OpenAI(base_url=embedded_server.url, api_key="none", max_retries=0) as client:
        assert [model.id for model in client.models.list()] == [embedded_server.model]
        answer = client.chat.completions.create(
            model=embedded_server.model,
            messages=[{"role": "user", "content": QUESTION}],
            temperature=0,
            max_completion_tokens=8,
            logprobs=True,
            top_logprobs=2,
        )
        choice = answer.choices[0]
        assert choice.message.content == "The three primary colors are: Red,"
        assert choice.finish_reason == "length"
        assert answer.usage is not None
        assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (37, 8)
        assert choice.logprobs is not None
        assert choice.logprobs.content is not None
        tokens = choice.logprobs.content
        assert "".join(token.token for token in tokens) == choice.message.content
        assert all(token.top_logprobs[0].token == token.token for token in tokens)
        with pytest.raises(NotFoundError, match="does not exist"):
            client.chat.completions.create(
                model="gpt-4", messages=[{"role": "user", "content": "Hi"}]
            )


def test_the_stock_client_streams(embedded_server: EmbeddedServer) -> None:
    whole = ask(embedded_server)["choices"][0]["message"]["content"]
    with OpenAI(base_url=embedded_server.url, api_key="none", max_retries=0) as client:
        stream = client.chat.completions.create(
            model=embedded_server.model,
            messages=[{"role": "user", "content": QUESTION}],
            temperature=0,
            max_tokens=8,
            stream=True,
            stream_options={"include_usage": True},
        )
        chunks = list(stream)
    texts = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert "".join(texts) == whole
    assert len([text for text in texts if text]) > 3
    assert chunks[-2].choices[0].finish_reason == "length"
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.total_tokens == 45


def test_a_stream_without_usage_has_none(embedded_server: EmbeddedServer) -> None:
    chunks = events(f"{embedded_server.url}/chat/completions", body(embedded_server))
    assert all("usage" not in chunk for chunk in chunks)
    assert chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert {chunk["id"] for chunk in chunks} == {chunks[0]["id"]}


def test_streamed_pieces_are_whole_characters_and_hold_every_score(
    embedded_server: EmbeddedServer,
) -> None:
    more = {
        "messages": [{"role": "user", "content": "Write '猫が好き' three times. 🙂🙂"}],
        "max_tokens": 30,
        "logprobs": True,
    }
    whole = ask(embedded_server, **more)["choices"][0]
    chunks = events(f"{embedded_server.url}/chat/completions", body(embedded_server, **more))
    choices = [chunk["choices"][0] for chunk in chunks]
    assert "".join(c["delta"].get("content", "") for c in choices) == whole["message"]["content"]
    scores = [score for c in choices if c["logprobs"] for score in c["logprobs"]["content"]]
    assert scores == whole["logprobs"]["content"]
    data = bytes(byte for score in scores for byte in score["bytes"])
    assert data.decode(errors="replace").startswith(whole["message"]["content"].rstrip("\ufffd"))


def test_a_stop_string_ends_the_reply_before_itself(embedded_server: EmbeddedServer) -> None:
    choice = ask(embedded_server, stop=[" colors are", "never"])["choices"][0]
    assert choice["message"]["content"] == "The three primary"
    assert choice["finish_reason"] == "stop"


def test_copies_and_seeds(embedded_server: EmbeddedServer) -> None:
    def texts(seed: int) -> list[str]:
        answer = ask(embedded_server, n=3, seed=seed, temperature=1.5, max_tokens=6)
        assert [choice["index"] for choice in answer["choices"]] == [0, 1, 2]
        assert answer["usage"]["completion_tokens"] <= 18
        return [choice["message"]["content"] for choice in answer["choices"]]

    assert texts(5) == texts(5)
    assert len(set(texts(5) + texts(6))) > 3


def test_a_model_without_a_template_refuses_to_chat() -> None:
    loaded = load(context=64)._replace(template=None)
    with serving(loaded, SystemClock()) as root:
        body = {"model": loaded.weights.name, "messages": [{"role": "user", "content": "Hi"}]}
        status, answer = post(f"{root}/v1/chat/completions", body)
    assert (status, answer["error"]["code"]) == (400, "chat_not_possible")
    assert "no chat template" in answer["error"]["message"]


@pytest.mark.parametrize(
    ("more", "status", "param", "code"),
    [
        ({"model": "gpt-4"}, 404, "model", "model_not_found"),
        ({"temprature": 0}, 400, "temprature", "unknown_parameter"),
        ({"tools": [{}]}, 400, "tools", "unsupported_parameter"),
        (
            {"messages": [{"role": "user", "content": "word " * 3000}]},
            400,
            "messages",
            "context_length_exceeded",
        ),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_refusals_name_the_parameter(
    embedded_server: EmbeddedServer, more: Any, status: int, param: str, code: str, stream: bool
) -> None:
    found, answer = post(
        f"{embedded_server.url}/chat/completions", body(embedded_server, stream=stream, **more)
    )
    error = answer["error"]
    assert (found, error["param"], error["code"]) == (status, param, code)
