import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest

from statera.errors import EndpointError
from statera.models.attempts import AttemptFailed, HttpReply
from statera.models.bodies import Fields
from statera.models.clock import SystemClock
from statera.models.endpoint import Answer, Dialect, Endpoint, inner_status
from statera.models.transport import Transport
from statera.records.responses import Failure
from tests.endpoint import AZURE_FILTER, NO_MODEL, OPENAI_CONTEXT, Behaviour
from tests.endpoint import Endpoint as Server

T = TypeVar("T")
CHAT = "/chat/completions"
FIELDS: Fields = {
    "model": "m",
    "messages": [{"role": "user", "content": "hello"}],
    "temperature": 0.0,
    "max_tokens": 5,
    "seed": 7,
    "stop": ["\n"],
    "logprobs": True,
    "top_logprobs": 2,
}


def using(server: Server, use: Callable[[Endpoint], Awaitable[T]], secret: str = "sk-secret") -> T:
    async def main() -> T:
        transport = Transport(server.url)
        identity = f"{transport.base_url}#m"
        try:
            return await use(
                Endpoint(transport, identity=identity, secrets=(secret,), clock=SystemClock())
            )
        finally:
            await transport.close()

    return asyncio.run(main())


def asked(server: Server, times: int = 1) -> list[Answer]:
    async def use(endpoint: Endpoint) -> list[Answer]:
        return [await endpoint.ask(CHAT, FIELDS) for _ in range(times)]

    return using(server, use)


def no(status: int, body: Any) -> Behaviour:
    return Behaviour(fault="body", status=status, body=body)


def test_a_body_comes_back_without_notes(endpoint: Server) -> None:
    answer = asked(endpoint)[0]
    assert (answer.failure, answer.notes) == (None, ())
    assert answer.body.startswith(b"{")


REFUSALS: list[tuple[int, Any, str]] = [
    (400, AZURE_FILTER, "refused"),
    (403, {"error": {"message": "Your input was flagged", "code": 403}}, "refused"),
    (400, OPENAI_CONTEXT, "truncated"),
    (422, {"error": "Input validation error: `inputs` must have less than 9 tokens"}, "truncated"),
    (413, {"error": {"message": "prompt is too long: 9 tokens > 8 maximum"}}, "truncated"),
    (500, {"error": {"type": "exceed_context_size_error", "message": "no"}}, "truncated"),
    (400, {"error": "bad tool"}, "infra"),
    (422, {"detail": [{"loc": ["body", "messages"], "msg": "field required"}]}, "infra"),
    (405, b"Method Not Allowed", "infra"),
]


@pytest.mark.parametrize(("status", "body", "kind"), REFUSALS)
def test_a_no_about_one_prompt_is_a_failure_of_its_trial(
    endpoint: Server, status: int, body: Any, kind: str
) -> None:
    endpoint.reset(no(status, body))
    failure = asked(endpoint)[0].failure
    assert failure is not None
    assert (failure.kind, failure.status) == (kind, status)
    assert endpoint.count == 1


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504, 529])
def test_a_no_that_may_change_is_a_failed_attempt(endpoint: Server, status: int) -> None:
    endpoint.reset(no(status, {"error": "later"}))
    with pytest.raises(AttemptFailed, match="later") as caught:
        asked(endpoint)
    assert caught.value.status == status


def test_a_failed_attempt_says_how_long_to_wait(endpoint: Server) -> None:
    endpoint.reset(Behaviour(fault="429", retry_after={"Retry-After": "7"}))
    with pytest.raises(AttemptFailed) as caught:
        asked(endpoint)
    assert (caught.value.kind, caught.value.retry_after) == ("busy", 7.0)


FATAL: list[tuple[int, Any, str]] = [
    (401, {"error": {"message": "Incorrect API key"}}, "401 Incorrect API key"),
    (403, {"error": "no access"}, "403 no access"),
    (404, NO_MODEL, "404 The model `nope` does not exist"),
    (402, {"error": "Insufficient credits"}, "402 Insufficient credits"),
    (429, {"error": {"message": "quota", "code": "insufficient_quota"}}, "429 quota"),
    (401, b"", "401 the server gave no reason"),
]


@pytest.mark.parametrize(("status", "body", "words"), FATAL)
def test_a_no_to_every_request_stops_the_run_in_the_servers_words(
    endpoint: Server, status: int, body: Any, words: str
) -> None:
    endpoint.reset(no(status, body))
    with pytest.raises(EndpointError, match=words) as caught:
        asked(endpoint)
    assert endpoint.url in str(caught.value)
    assert endpoint.count == 1


def test_a_redirect_is_not_followed_but_told(endpoint: Server) -> None:
    endpoint.reset(
        Behaviour(fault="body", status=307, body=b"", retry_after={"Location": "https://new/v1"})
    )
    with pytest.raises(EndpointError, match="redirects to https://new/v1"):
        asked(endpoint)


def test_three_identical_nos_in_a_row_stop_the_run(endpoint: Server) -> None:
    endpoint.reset(no(400, {"error": "bad template"}))
    assert [answer.failure is None for answer in asked(endpoint, 2)] == [False, False]
    with pytest.raises(EndpointError, match=r"400 bad template \(3 times in a row\)"):
        asked(endpoint, 3)


def test_the_same_no_about_max_tokens_stops_the_run_whatever_its_prompts_size(
    endpoint: Server,
) -> None:
    words = "max_tokens is too large: 5000. The context length is 4096, {} in the messages"

    async def use(model: Endpoint) -> None:
        for size in (10, 12, 11):
            endpoint.behaviour = no(400, {"error": words.format(size)})
            answer = await model.ask(CHAT, FIELDS)
            assert answer.failure is not None
            assert answer.failure.kind == "infra"

    with pytest.raises(EndpointError, match=r"4096, 11 in the messages \(3 times in a row\)"):
        using(endpoint, use)


NO_ERROR: list[Any] = [None, "", False, {}, []]


@pytest.mark.parametrize("nothing", NO_ERROR)
def test_an_error_that_is_none_is_no_error(endpoint: Server, nothing: Any) -> None:
    endpoint.reset(no(200, {"error": nothing, "choices": []}))
    assert asked(endpoint)[0].failure is None


@pytest.mark.parametrize("error", ["no", {"message": "no"}, ["no"], True])
def test_an_error_inside_a_200_fails_the_attempt(endpoint: Server, error: Any) -> None:
    endpoint.reset(no(200, {"error": error, "choices": []}))
    with pytest.raises(AttemptFailed):
        asked(endpoint)


def test_an_answer_between_them_starts_the_count_again(endpoint: Server) -> None:
    bad = no(400, {"error": "bad"})

    async def use(model: Endpoint) -> None:
        for behaviour in (bad, bad, Behaviour(), bad, bad):
            endpoint.behaviour = behaviour
            await model.ask(CHAT, FIELDS)

    using(endpoint, use)


def test_different_nos_do_not_stop_the_run(endpoint: Server) -> None:
    async def use(model: Endpoint) -> None:
        for number in range(6):
            endpoint.behaviour = no(400, {"error": f"bad {number % 2}"})
            await model.ask(CHAT, FIELDS)

    using(endpoint, use)


def test_refused_and_truncated_prompts_never_stop_the_run(endpoint: Server) -> None:
    endpoint.reset(no(400, OPENAI_CONTEXT))
    kinds = [answer.failure and answer.failure.kind for answer in asked(endpoint, 5)]
    assert kinds == ["truncated"] * 5


ADAPTED = [
    ("max_tokens", "max_completion_tokens sent for max_tokens"),
    ("temperature", "temperature not accepted"),
    ("seed", "seed not accepted"),
    ("stop", "stop not accepted"),
    ("top_logprobs", "top_logprobs not accepted"),
]


@pytest.mark.parametrize(("name", "note"), ADAPTED)
def test_a_field_that_is_not_taken_is_dropped_once_and_remembered(
    endpoint: Server, name: str, note: str, caplog: pytest.LogCaptureFixture
) -> None:
    endpoint.reset(Behaviour(rejects=(name,)))
    with caplog.at_level(logging.WARNING, logger="statera.models"):
        answers = asked(endpoint, 3)
    assert [answer.failure for answer in answers] == [None] * 3
    assert [answer.notes for answer in answers] == [(note,)] * 3
    assert endpoint.count == 4
    assert name not in endpoint.received[-1].body
    assert len(caplog.records) == 1
    assert name in caplog.text


def test_max_tokens_keeps_its_value_under_the_other_name(endpoint: Server) -> None:
    endpoint.reset(Behaviour(rejects=("max_tokens",)))
    asked(endpoint)
    assert endpoint.received[-1].body["max_completion_tokens"] == 5


def test_logprobs_take_top_logprobs_with_them(endpoint: Server) -> None:
    endpoint.reset(Behaviour(rejects=("logprobs",)))
    answer = asked(endpoint)[0]
    assert answer.notes == ("logprobs not accepted", "top_logprobs not accepted")


def test_several_fields_are_dropped_one_by_one(endpoint: Server) -> None:
    endpoint.reset(Behaviour(rejects=("max_tokens", "temperature", "seed", "stop")))
    answer = asked(endpoint)[0]
    assert answer.failure is None
    assert len(answer.notes) == 4
    assert endpoint.count == 5


def test_many_at_once_learn_together_and_warn_once(
    endpoint: Server, caplog: pytest.LogCaptureFixture
) -> None:
    endpoint.reset(Behaviour(rejects=("temperature",), latency=0.02))

    async def use(model: Endpoint) -> list[Answer]:
        return list(await asyncio.gather(*(model.ask(CHAT, FIELDS) for _ in range(8))))

    answers = using(endpoint, use)
    assert [answer.failure for answer in answers] == [None] * 8
    assert len(caplog.records) == 1


def test_a_field_that_was_not_set_is_not_noted(endpoint: Server) -> None:
    endpoint.reset(Behaviour(rejects=("temperature",)))
    plain = {name: value for name, value in FIELDS.items() if name != "temperature"}

    async def use(model: Endpoint) -> Answer:
        await model.ask(CHAT, FIELDS)
        return await model.ask(CHAT, plain)

    assert using(endpoint, use).notes == ()


def test_max_completion_tokens_that_is_not_taken_either_is_a_failure(endpoint: Server) -> None:
    endpoint.reset(Behaviour(rejects=("max_tokens", "max_completion_tokens")))
    failure = asked(endpoint)[0].failure
    assert failure is not None
    assert failure.kind == "infra"


def test_an_error_inside_a_200_is_read_like_its_status(endpoint: Server) -> None:
    inner = {"error": {"code": 400, "type": "exceed_context_size_error", "message": "too long"}}
    endpoint.reset(no(200, inner))
    failure = asked(endpoint)[0].failure
    assert failure == Failure(kind="truncated", message="too long", status=400)


def test_an_error_inside_a_200_without_a_status_may_be_retried(endpoint: Server) -> None:
    endpoint.reset(Behaviour(fault="errorbody"))
    with pytest.raises(AttemptFailed, match="Unexpected endpoint"):
        asked(endpoint)


STATUSES: list[tuple[bytes, int]] = [
    (b'{"error": {"code": 429}}', 429),
    (b'{"error": {"code": "429"}}', 502),
    (b'{"error": {"code": 7}}', 502),
    (b'{"error": "x"}', 502),
    (b'{"error"', 502),
]


@pytest.mark.parametrize(("body", "status"), STATUSES)
def test_the_status_of_an_inner_error_is_its_code(body: bytes, status: int) -> None:
    assert inner_status(body) == status


@pytest.mark.parametrize("status", [400, 401, 429, 500])
def test_a_key_in_the_servers_words_is_masked(
    endpoint: Server, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    endpoint.reset(no(status, {"error": "wrong key sk-secret: 'temperature' is not supported"}))
    told = ""
    try:
        told = str([answer.failure for answer in asked(endpoint)])
    except (AttemptFailed, EndpointError) as error:
        told = str(error)
    assert "sk-secret" not in told + caplog.text
    assert "wrong key ***" in told + caplog.text


def test_a_prompt_that_is_no_unicode_fails_its_trial_and_is_not_sent(endpoint: Server) -> None:
    answer = using(endpoint, lambda model: model.ask(CHAT, FIELDS | {"user": "\ud800"}))
    assert answer.failure is not None
    assert "UTF-8" in answer.failure.message
    assert endpoint.count == 0


def test_the_dialect_changes_nothing_until_it_learns() -> None:
    dialect = Dialect()
    assert dialect.translate(FIELDS) == (FIELDS, ())
    dialect.refuse("seed")
    fields, notes = dialect.translate(FIELDS)
    assert "seed" not in fields
    assert "seed" in FIELDS
    assert notes == ("seed not accepted",)


def test_refuse_reads_a_reply_for_others(endpoint: Server) -> None:
    async def use(model: Endpoint) -> Failure:
        return model.refuse(HttpReply(400, {}, b'{"error": "odd"}'))

    assert using(endpoint, use) == Failure(kind="infra", message="odd", status=400)
