import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from statera.models.rejections import (
    field_not_taken,
    is_filtered,
    is_limit_too_large,
    is_limit_too_small,
    is_too_long,
    read_complaint,
    retry_after,
)
from tests.endpoint import AZURE_FILTER, OPENAI_CONTEXT


def words(message: str) -> dict[str, Any]:
    return {"error": {"message": message}}


SHAPES: list[tuple[Any, str]] = [
    ({"error": {"message": "no", "code": "x"}}, "no"),
    ({"error": "no"}, "no"),
    ({"error": "no", "error_type": "validation"}, "no"),
    ({"object": "error", "message": "no", "code": 400}, "no"),
    ({"detail": "no"}, "no"),
    ({"detail": [{"loc": ["body", "seed"], "msg": "no", "input": "THE PROMPT"}]}, "body.seed: no"),
    ([{"error": {"code": 400, "message": "no"}}], "no"),
    (
        {"error": {"message": "Provider returned error", "metadata": {"raw": '{"error":"no"}'}}},
        "Provider returned error: no",
    ),
    ({"strange": 1}, '{"strange":1}'),
]


@pytest.mark.parametrize(("body", "message"), SHAPES)
def test_the_servers_words_are_found_in_every_shape(body: Any, message: str) -> None:
    assert read_complaint(json.dumps(body).encode()).message == message


def test_html_is_told_without_its_tags() -> None:
    html = b"<html><style>b{}</style><h1>502 Bad\n Gateway</h1></html>"
    assert read_complaint(html).message == "502 Bad Gateway"


@given(st.binary(max_size=300))
def test_any_bytes_are_one_line_that_is_not_long(body: bytes) -> None:
    message = read_complaint(body).message
    assert "\n" not in message
    assert len(message) <= 600


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: (
    st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["error", "message", "detail", "code", "loc", "msg", "param",
                                       "metadata", "raw", "innererror"]), inner, max_size=4)
), max_leaves=12))  # fmt: skip
@example({"message": [{"loc": True}]})
def test_any_json_is_read_without_an_error(body: Any) -> None:
    complaint = read_complaint(json.dumps(body).encode())
    is_filtered(complaint)
    is_too_long(complaint)
    field_not_taken(complaint, {"stop"})


FILTERED = [
    AZURE_FILTER,
    {"error": {"message": "x", "innererror": {"code": "ResponsibleAIPolicyViolation"}}},
    {"error": {"message": "Input data may contain…", "code": "data_inspection_failed"}},
    {"error": {"code": "content_policy_violation", "message": "Your request was rejected."}},
    words("Invalid prompt: your prompt was flagged as potentially violating our usage policy."),
    words("Your request was rejected as a result of our safety system."),
    {"error": {"code": 403, "message": "Your chosen model requires moderation and your input was "
               "flagged", "metadata": {"reasons": ["violence"]}}},
    words("Your prompt was flagged: it is not allowed under the content policy."),
    words("This content is not supported: it was flagged by our moderation"),
    words("The response was filtered due to the prompt triggering content management policy."),
]  # fmt: skip
TOO_LONG = [
    OPENAI_CONTEXT,
    words("This model's maximum context length is 4096 tokens. However, you requested 5000 tokens"),
    {"object": "error", "message": "This model's maximum context length is 64 tokens."},
    {"error": {"code": 400, "type": "exceed_context_size_error", "n_ctx": 256, "message":
               "the request exceeds the available context size, try increasing it"}},
    words("The input (5000 tokens) is longer than the model's context length (4096 tokens)."),
    {"error": "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: "
              "4000 `inputs` tokens and 200 `max_new_tokens`", "error_type": "validation"},
    {"error": "Input validation error: `inputs` must have less than 4095 tokens. Given: 5000"},
    {"error": "the input length exceeds the context length"},
    {"error": "Trying to keep the first 15857 tokens when context the overflows. However, the "
              "model is loaded with context length of only 4096 tokens, which is not enough."},
    {"error": "The number of tokens to keep from the initial prompt is greater than the context "
              "length (n_keep: 13055>= n_ctx: 4096)."},
    words("prompt is too long: 205023 tokens > 200000 maximum"),
    words("The input token count (1000) exceeds the maximum number of tokens allowed (500)."),
    words("Please reduce the length of the messages or completion."),
    words("Requested tokens (2285) exceed context window of 2048"),
    words("This model's maximum context length is 4096 tokens. However, you requested 0 output "
          "tokens and your prompt contains 4097 input tokens."),
    words("'max_tokens' is too large: 512. This model's maximum context length is 4096 tokens and "
          "your request has 4000 input tokens (512 > 4096 - 4000)."),
    words("input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000, decrease "
          "input length or `max_tokens` and try again"),
    words("too many input tokens in the request"),
    words("Prompt contains 40000 tokens … too large for model with 32768 maximum context length"),
]  # fmt: skip
LIMIT_TOO_LARGE = [
    words("'max_tokens' or 'max_completion_tokens' is too large: 5000. This model's maximum "
          "context length is 4096 tokens and your request has 10 input tokens (5000 > 4096 - 10)."),
    {"error": {"code": "context_length_exceeded", "message":
               "This model's maximum context length is 8192 tokens. However, you requested 20012 "
               "tokens (12 in the messages, 20000 in the completion). Please reduce the length of "
               "the messages or completion."}},
    words("This endpoint's maximum context length is 8192 tokens. However, you requested about "
          "20012 tokens (12 of text input, 20000 in the output)."),
    words("This model's maximum context length is 4096 tokens. However, you requested 4090 output "
          "tokens and your prompt contains at least 10 input tokens, for a total of 4100 tokens."),
    {"error": "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: "
              "12 `inputs` tokens and 5000 `max_new_tokens`"},
    words("input length and `max_tokens` exceed context limit: 40 + 400000 > 200000"),
    words("max_tokens is too large: 5000. The maximum context length is 4096."),
]  # fmt: skip
PLAIN = [
    words("Unknown parameter: 'content_filter'."),
    words("Unrecognized request argument supplied: content_filter"),
    {"detail": [{"loc": ["body", "content_filter"], "msg": "Extra inputs are not permitted"}]},
    words("Request was flagged by rate limiter as abuse"),
    words("Request flagged as automated traffic"),
    words("too many input tokens in batch; server overloaded"),
    words("temperature must be between 0 and 2; 3 is not supported"),
    words("This model does not support more than 5 stop sequences in 'stop'"),
    words("Unsupported value: 'temperature' must be less than 2"),
    words("'seed' of 99999999999999999999 is not supported, at most 2147483647"),
    words("temperature=3 is not supported: must be <= 2"),
    words("Invalid 'tools' format"),
    words("max_tokens is too large: 32000. This model supports at most 16384 completion tokens."),
    words("temperature must be between 0 and 2"),
    words("The model `x` does not exist"),
    words("Requested sample logprobs of 20, which is greater than max allowed: 5"),
    words("Rate limit reached for tokens per minute. Limit 6000, requested 7000."),
    {"detail": [{"loc": ["body"], "msg": "bad", "input": "maximum context length content_filter"}]},
]


@pytest.mark.parametrize("body", FILTERED)
def test_a_content_filter_is_known_by_code_or_words(body: Any) -> None:
    complaint = read_complaint(json.dumps(body).encode())
    assert is_filtered(complaint)
    assert not is_too_long(complaint)


@pytest.mark.parametrize("body", TOO_LONG)
def test_a_prompt_over_the_context_is_known_by_code_or_words(body: Any) -> None:
    complaint = read_complaint(json.dumps(body).encode())
    assert is_too_long(complaint)
    assert not is_filtered(complaint)


@pytest.mark.parametrize("body", LIMIT_TOO_LARGE)
def test_a_limit_that_does_not_fit_is_not_the_prompts_fault(body: Any) -> None:
    complaint = read_complaint(json.dumps(body).encode())
    assert is_limit_too_large(complaint)
    assert not is_too_long(complaint)
    assert not is_filtered(complaint)
    assert field_not_taken(complaint, {"max_tokens", "temperature"}) is None


@pytest.mark.parametrize(
    ("words", "small"),
    [
        (
            "Could not finish the message because max_tokens or model output limit was reached.",
            True,
        ),
        ("Invalid 'max_output_tokens': integer below minimum value. Expected >= 16, got 1.", True),
        ("max_completion_tokens must be at least 16", True),
        ("max_tokens is too large: 5000", False),
        ("temperature must be at least 0", False),
        ("", False),
    ],
)
def test_a_limit_that_is_too_small_is_known_by_words(words: str, small: bool) -> None:
    assert is_limit_too_small(words) is small


@pytest.mark.parametrize("body", TOO_LONG)
def test_a_prompt_that_does_not_fit_is_not_the_limits_fault(body: Any) -> None:
    assert not is_limit_too_large(read_complaint(json.dumps(body).encode()))


@pytest.mark.parametrize("body", PLAIN)
def test_any_other_no_is_neither(body: Any) -> None:
    complaint = read_complaint(json.dumps(body).encode())
    assert not is_too_long(complaint)
    assert not is_filtered(complaint)
    assert field_not_taken(complaint, {"temperature", "seed", "stop", "max_tokens"}) is None


NOT_TAKEN: list[tuple[Any, str]] = [
    (
        words("Unsupported parameter: 'max_tokens' is not supported with this model. Use "
              "'max_completion_tokens' instead."),
        "max_tokens",
    ),
    (words("Unsupported value: 'temperature' does not support 0.0 with it."), "temperature"),
    (words("`temperature` is deprecated for this model."), "temperature"),
    ({"error": "Input validation error: `temperature` must be strictly positive"}, "temperature"),
    ({"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs are not permitted"}]}, "seed"),
    (words("Unrecognized request argument supplied: seed"), "seed"),
    (words("Unsupported parameter: 'stop' is not supported with this model."), "stop"),
    ({"error": {"message": "no", "code": "unsupported_parameter", "param": "seed"}}, "seed"),
    (words("logprobs is not supported by this model"), "logprobs"),
    (
        words("Unsupported value: 'temperature' does not support 0 with this model. Only the "
              "default (1) value is supported."),
        "temperature",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("body", "name"), NOT_TAKEN)
def test_a_field_that_is_not_taken_is_named(body: Any, name: str) -> None:
    sent = {"temperature", "seed", "stop", "max_tokens", "logprobs"}
    complaint = read_complaint(json.dumps(body).encode())
    assert field_not_taken(complaint, sent) == name
    assert field_not_taken(complaint, sent - {name}) is None


def test_an_everyday_word_is_not_taken_for_a_field() -> None:
    complaint = read_complaint(json.dumps(words("Unexpected stop of the engine")).encode())
    assert field_not_taken(complaint, {"stop"}) is None


NOW = 1_700_000_000.0
WAITS: list[tuple[dict[str, str], float | None]] = [
    ({}, None),
    ({"retry-after": "7"}, 7.0),
    ({"retry-after": "0"}, 0.0),
    ({"retry-after": " 1.5 "}, 1.5),
    ({"retry-after-ms": "250"}, 0.25),
    ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
    ({"retry-after": "Tue, 14 Nov 2023 22:13:30 GMT"}, 10.0),
    ({"retry-after": "Tue, 14 Nov 2023 22:13:30"}, 10.0),
    ({"retry-after": "Tue, 14 Nov 2023 22:13:00 GMT"}, 0.0),
    ({"retry-after": "soon"}, None),
    ({"retry-after": "-3"}, None),
]


@pytest.mark.parametrize(("headers", "seconds"), WAITS)
def test_retry_after_is_read_in_every_form(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, NOW) == seconds
