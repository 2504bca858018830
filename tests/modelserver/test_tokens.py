from typing import Any

import pytest

from tests.embedded_server import EmbeddedServer, get, post


def test_texts_become_tokens_and_back(embedded_server: EmbeddedServer) -> None:
    for text in ("The capital of France", "日本🙂\n", "<|im_start|>user", ""):
        status, body = post(f"{embedded_server.root}/tokenize", {"prompt": text})
        assert status == 200
        assert body["count"] == len(body["tokens"])
        assert body["max_model_len"] == 2048
        back = post(f"{embedded_server.root}/detokenize", {"tokens": body["tokens"]})
        assert back == (200, {"prompt": text})


def test_a_special_tokens_name_is_that_token(embedded_server: EmbeddedServer) -> None:
    """lm-evaluation-harness asks for the end token's id by its name."""
    _, info = get(f"{embedded_server.root}/tokenizer_info")
    assert info["eos_token"] == "<|im_end|>"
    assert "add_generation_prompt" in info["chat_template"]
    _, body = post(
        f"{embedded_server.root}/tokenize",
        {"prompt": info["eos_token"], "add_special_tokens": False, "return_token_strs": True},
    )
    assert (body["tokens"], body["token_strs"]) == ([2], ["<|im_end|>"])


def test_a_conversation_goes_through_the_template(embedded_server: EmbeddedServer) -> None:
    messages = [{"role": "user", "content": "What are the three primary colors?"}]
    _, whole = post(f"{embedded_server.root}/tokenize", {"messages": messages})
    assert whole["count"] == 37
    _, without = post(
        f"{embedded_server.root}/tokenize", {"messages": messages, "add_generation_prompt": False}
    )
    assert whole["tokens"][: without["count"]] == without["tokens"]


@pytest.mark.parametrize(
    ("path", "body", "param"),
    [
        ("tokenize", {}, "prompt"),
        ("tokenize", {"prompt": "a", "messages": [{"role": "user"}]}, "prompt"),
        ("tokenize", {"prompt": 1}, "prompt"),
        ("detokenize", {"tokens": [99_999]}, "tokens"),
        ("detokenize", {"tokens": "1"}, "tokens"),
        ("detokenize", {}, "tokens"),
    ],
)
def test_refusals_name_the_parameter(
    embedded_server: EmbeddedServer, path: str, body: Any, param: str
) -> None:
    status, answer = post(f"{embedded_server.root}/{path}", body)
    assert (status, answer["error"]["param"]) == (400, param)
