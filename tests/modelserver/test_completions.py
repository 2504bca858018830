import asyncio
import json
from typing import Any

import pytest
from openai import OpenAI

from statera.models.embedded import EmbeddedModel
from statera.records.requests import Likelihood
from statera.records.responses import Response
from tests.embedded_server import EmbeddedServer, events, post

CONTEXT = "The capital of France is"
ENDS = (" Paris", " London, a city in England")


def complete(server: EmbeddedServer, **more: Any) -> dict[str, Any]:
    body = {"model": server.model, "temperature": 0} | more
    status, answer = post(f"{server.url}/completions", body)
    assert status == 200, answer
    return answer


def tokens_of(server: EmbeddedServer, text: str) -> list[int]:
    return server.loaded.llama.tokenize(text)


def in_process(model: EmbeddedModel) -> list[float]:
    async def main() -> Response:
        return await model.answer(Likelihood(context=CONTEXT, continuations=ENDS))

    return [score.logprob for score in asyncio.run(main()).likelihoods]


@pytest.mark.parametrize("form", ["text", "token ids"])
@pytest.mark.parametrize("max_tokens", [0, 1])
def test_echoed_scores_are_those_of_the_model_in_process(
    embedded_server: EmbeddedServer, embedded_model: EmbeddedModel, form: str, max_tokens: int
) -> None:
    texts = [CONTEXT + end for end in ENDS]
    ids = [tokens_of(embedded_server, text) for text in texts]
    answer = complete(
        embedded_server,
        prompt=texts if form == "text" else ids,
        max_tokens=max_tokens,
        echo=True,
        logprobs=1,
    )
    size = len(tokens_of(embedded_server, CONTEXT))
    sums = []
    for choice, text, tokens in zip(answer["choices"], texts, ids, strict=True):
        arrays = choice["logprobs"]
        assert choice["text"].startswith(text)
        assert {len(array) for array in arrays.values()} == {len(tokens) + max_tokens}
        assert arrays["token_logprobs"][0] is None
        assert arrays["top_logprobs"][0] is None
        sums.append(sum(arrays["token_logprobs"][size : len(tokens)]))
    assert sums == pytest.approx(in_process(embedded_model), abs=1e-9)


def test_the_legacy_arrays_describe_the_text(embedded_server: EmbeddedServer) -> None:
    answer = complete(embedded_server, prompt="Ça: 日本 🙂 is", max_tokens=3, echo=True, logprobs=2)
    choice = answer["choices"][0]
    arrays = choice["logprobs"]
    assert len(arrays["tokens"]) == answer["usage"]["total_tokens"]
    assert any(token.startswith("bytes:\\x") for token in arrays["tokens"])
    for token, offset in zip(arrays["tokens"], arrays["text_offset"], strict=True):
        assert token.startswith("bytes:") or choice["text"][offset:].startswith(token)
    for token, score, top in zip(
        arrays["tokens"], arrays["token_logprobs"], arrays["top_logprobs"], strict=True
    ):
        if top is not None:
            assert top[token] == score
            assert 2 <= len(top) <= 3
            assert score <= max(top.values())


def test_nothing_is_generated_for_max_tokens_0(embedded_server: EmbeddedServer) -> None:
    answer = complete(embedded_server, prompt=CONTEXT, max_tokens=0)
    assert answer["choices"][0]["text"] == ""
    assert answer["choices"][0]["logprobs"] is None
    assert answer["usage"]["completion_tokens"] == 0


def test_a_token_that_ends_the_reply_is_in_the_arrays(embedded_server: EmbeddedServer) -> None:
    """lm-evaluation-harness drops the last position as the generated one; it must be there."""
    text = "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello.<|im_end|>"
    ids = tokens_of(embedded_server, text)[:-1]
    answer = complete(embedded_server, prompt=ids, max_tokens=1, echo=True, logprobs=1)
    arrays = answer["choices"][0]["logprobs"]
    assert len(arrays["tokens"]) == len(ids) + 1
    assert answer["usage"]["completion_tokens"] == 1


def test_several_prompts_and_copies_come_in_order(embedded_server: EmbeddedServer) -> None:
    answer = complete(
        embedded_server, prompt=["1, 2, 3,", "a b c d"], n=2, max_tokens=2, temperature=0
    )
    assert [choice["index"] for choice in answer["choices"]] == [0, 1, 2, 3]
    texts = [choice["text"] for choice in answer["choices"]]
    assert texts[0] == texts[1] == " 4"
    assert texts[2] == texts[3] != " 4"
    assert answer["usage"]["completion_tokens"] == 8


def test_a_stream_is_the_answer_in_pieces(embedded_server: EmbeddedServer) -> None:
    more = {"prompt": ["1, 2, 3,", "日本語で"], "echo": True, "logprobs": 1, "max_tokens": 6}
    whole = complete(embedded_server, **more)
    chunks = events(
        f"{embedded_server.url}/completions",
        {
            "model": embedded_server.model,
            "temperature": 0,
            "stream_options": {"include_usage": True},
        }
        | more,
    )
    assert chunks[-1]["usage"] == whole["usage"]
    for wanted in whole["choices"]:
        mine = [c for chunk in chunks for c in chunk["choices"] if c["index"] == wanted["index"]]
        assert "".join(c["text"] for c in mine) == wanted["text"]
        assert mine[-1]["finish_reason"] == wanted["finish_reason"]
        for name, array in wanted["logprobs"].items():
            parts = [c["logprobs"][name] for c in mine if c["logprobs"]]
            assert [value for part in parts for value in part] == array


def test_an_empty_prompt_begins_a_text(embedded_server: EmbeddedServer) -> None:
    answer = complete(embedded_server, prompt="", max_tokens=2, echo=True, logprobs=0)
    choice = answer["choices"][0]
    assert len(choice["logprobs"]["tokens"]) == 2
    assert choice["logprobs"]["token_logprobs"][0] is not None


def test_the_stock_client_works(embedded_server: EmbeddedServer) -> None:
    with OpenAI(base_url=embedded_server.url, api_key="none", max_retries=0) as client:
        answer = client.completions.create(
            model=embedded_server.model,
            prompt="1, 2, 3, 4,",
            temperature=0,
            max_tokens=8,
            stop="7",
            logprobs=1,
            echo=True,
        )
    choice = answer.choices[0]
    assert choice.text == "1, 2, 3, 4, 5, 6, "
    assert choice.finish_reason == "stop"
    assert choice.logprobs is not None
    assert choice.logprobs.token_logprobs is not None
    assert choice.logprobs.token_logprobs[0] is None


@pytest.mark.parametrize(
    ("body", "param", "code"),
    [
        ({"prompt": []}, "prompt", "invalid_value"),
        ({"prompt": [1, "a"]}, "prompt", "invalid_value"),
        ({"prompt": [True]}, "prompt", "invalid_value"),
        ({"prompt": [[]]}, "prompt", "invalid_value"),
        ({"prompt": [49_152]}, "prompt", "invalid_value"),
        ({"prompt": [[5], [-1]]}, "prompt", "invalid_value"),
        ({"prompt": [504] * 2049}, "prompt", "context_length_exceeded"),
        ({"prompt": "a", "logprobs": True}, "logprobs", "invalid_value"),
        ({"prompt": "a", "best_of": 3}, "best_of", "unsupported_parameter"),
        ({"prompt": "a", "echoes": True}, "echoes", "unknown_parameter"),
        ({}, "prompt", "missing_required_parameter"),
    ],
)
def test_refusals_name_the_parameter(
    embedded_server: EmbeddedServer, body: Any, param: str, code: str
) -> None:
    status, answer = post(
        f"{embedded_server.url}/completions", {"model": embedded_server.model} | body
    )
    error = answer["error"]
    assert (status, error["param"], error["code"]) == (400, param, code)


@pytest.mark.parametrize("data", [b"{", b"", b"[]", b'{"model": "\xff"}', b'"text"'])
def test_a_body_that_is_no_request_is_400(embedded_server: EmbeddedServer, data: bytes) -> None:
    status, answer = post(f"{embedded_server.url}/completions", data)
    assert status == 400
    assert answer["error"]["type"] == "invalid_request_error"
    assert json.dumps(answer)
