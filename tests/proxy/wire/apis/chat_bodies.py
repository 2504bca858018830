"""Chat completions with every field that can carry text."""

from typing import Any

from statera.proxy.wire.fields import names

SCHEMA = {
    "type": "object",
    "title": "a title",
    "properties": {
        "city": {
            "type": "string",
            "description": "a city",
            "enum": ["Paris", "Rome"],
            "default": "Paris",
            "examples": ["Oslo"],
        }
    },
    "required": ["city"],
}
CALL = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "weather", "arguments": '{"city": "Paris"}'},
}
CUSTOM = {"id": "call_2", "type": "custom", "custom": {"name": "shell", "input": "ls -l"}}
REQUEST: dict[str, Any] = {
    "model": "org/model-1",
    "messages": [
        {"role": "system", "content": "be kind", "name": "boss"},
        {"role": "developer", "content": [{"type": "text", "text": "be brief"}]},
        {
            "role": "user",
            "name": "Ann",
            "content": [
                {"type": "text", "text": "first half", "cache_control": {"type": "ephemeral"}},
                {"type": "text", "text": "second half"},
            ],
        },
        {
            "role": "assistant",
            "content": "let me see",
            "refusal": "no",
            "reasoning": "thinking",
            "reasoning_content": "thinking more",
            "tool_calls": [CALL, CUSTOM],
            "function_call": {"name": "old", "arguments": "{}"},
            "audio": {"id": "audio_1"},
            "annotations": [{"type": "url_citation", "url_citation": {"title": "a page"}}],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": '{"sky": "clear"}'},
        {"role": "tool", "tool_call_id": "call_2", "content": [{"type": "text", "text": "a file"}]},
        {"role": "function", "name": "old", "content": "old result"},
    ],
    "tools": [
        {
            "type": "function",
            "function": {"name": "weather", "description": "says", "parameters": SCHEMA},
        },
        {"type": "custom", "custom": {"name": "shell", "description": "runs", "format": {}}},
    ],
    "functions": [{"name": "old", "description": "old one", "parameters": SCHEMA}],
    "tool_choice": {"type": "function", "function": {"name": "weather"}},
    "function_call": {"name": "old"},
    "response_format": {
        "type": "json_schema",
        "json_schema": {"name": "answer", "description": "the answer", "schema": SCHEMA},
    },
    "prediction": {"type": "content", "content": "predicted"},
    "stop": ["END", "STOP"],
    "user": "user-1",
    "safety_identifier": "user-1",
    "prompt_cache_key": "key",
    "metadata": {"team": "blue"},
    "logit_bias": {"50256": -100},
    "documents": [{"title": "a paper", "text": "its text"}],
    "chat_template": "{{ messages }}",
    "chat_template_kwargs": {"tone": "warm"},
    "web_search_options": {"user_location": {"approximate": {"city": "Rome"}}},
    "guided_json": SCHEMA,
    "guided_regex": "a+",
    "guided_choice": ["yes", "no"],
    "guided_grammar": "root ::= x",
    "structured_outputs": {"regex": "b+"},
    "grammar": "root ::= y",
    "bad_words": ["bad"],
    "vllm_xargs": {"x": "y"},
    "kv_transfer_params": {"remote_host": "host"},
    "stream_options": {"include_usage": True},
    "reasoning_effort": "low",
    "service_tier": "auto",
    "modalities": ["text"],
    "audio": {"voice": "alloy", "format": "wav"},
    "temperature": 0.7,
    "n": 2,
    "logprobs": True,
}
LOGPROBS = {
    "content": [{"token": "Par", "logprob": -0.1, "bytes": [80, 97, 114], "top_logprobs": []}]
}
REPLY: dict[str, Any] = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "org/model-1",
    "choices": [
        {
            "index": 0,
            "message": {
                "role": "assistant",
                "content": "Paris",
                "refusal": "no",
                "reasoning": "thinking",
                "reasoning_content": "thinking more",
                "annotations": [{"type": "url_citation", "url_citation": {"title": "a page"}}],
                "audio": {"id": "audio_1", "transcript": "spoken", "expires_at": 1},
                "tool_calls": [CALL, CUSTOM],
                "function_call": {"name": "old", "arguments": "{}"},
            },
            "finish_reason": "stop",
            "stop_reason": "END",
            "logprobs": None,
            "token_ids": [],
        },
        {"index": 1, "message": {"role": "assistant", "content": "Rome"}, "finish_reason": "stop"},
    ],
    "usage": {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7},
    "system_fingerprint": "fp_1",
    "service_tier": "default",
    "prompt_text": "<user>hello",
    "timings": {"prompt_ms": 1.5},
}


def chunk(delta: dict[str, Any], index: int = 0, **more: Any) -> dict[str, Any]:
    choice = {"index": index, "delta": delta, "finish_reason": None, **more}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "org/model-1",
        "choices": [choice],
    }


CHUNK = chunk(
    {
        "role": "assistant",
        "content": "Pa",
        "refusal": "n",
        "reasoning": "th",
        "reasoning_content": "ink",
        "tool_calls": [
            {
                "index": 1,
                "id": "call_1",
                "type": "function",
                "function": {"name": "weather", "arguments": '{"ci'},
            }
        ],
        "function_call": {"name": "old", "arguments": "{"},
        "annotations": [{"url_citation": {"title": "a page"}}],
    },
    1,
)
LABELS = frozenset(
    names(
        "model id type role tool_call_id tool_choice audio user safety_identifier "
        "prompt_cache_key metadata vllm_xargs kv_transfer_params reasoning_effort service_tier "
        "modalities object finish_reason stop_reason system_fingerprint cache_control"
    )
)
