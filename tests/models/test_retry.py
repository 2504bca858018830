import asyncio
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.errors import EndpointError
from statera.models.attempts import AttemptFailed
from statera.models.retry import ASKED_AGAIN, RetryPolicy
from statera.models.stack import HttpSettings, http_model
from statera.models.transport import Timeouts
from statera.records.requests import Sampling
from statera.records.responses import Capabilities, Failure, Response, Usage
from tests.endpoint import Behaviour, Endpoint, Fault, StreamStyle, letter
from tests.models.asking import IMPATIENT, QUICK, ask, ask_all, chat, streamed

RETRIED: list[Fault] = [
    "408", "409", "425", "429", "500", "502", "503", "529", "reset", "hang", "badjson", "cut",
    "html", "null", "nochoices", "errorbody",
]  # fmt: skip


@pytest.mark.parametrize("fault", RETRIED)
def test_a_first_attempt_that_fails_is_asked_again(endpoint: Endpoint, fault: Fault) -> None:
    endpoint.reset(Behaviour(fault=fault, times=1))
    response = ask(endpoint.url, chat("hello"), IMPATIENT)
    assert (response.text, response.failure) == (letter("hello"), None)
    assert response.attempts >= 2
    assert response.seconds > 0


@pytest.mark.parametrize("fault", RETRIED)
def test_what_always_fails_is_infrastructure_with_the_last_words(
    endpoint: Endpoint, fault: Fault
) -> None:
    endpoint.reset(Behaviour(fault=fault))
    response = ask(endpoint.url, chat("hello"), IMPATIENT)
    assert response.failure is not None
    assert response.failure.kind == "infra"
    assert response.failure.message
    assert (response.text, response.attempts) == (None, 3)
    assert endpoint.count == 3


@pytest.mark.parametrize("fault", ["429", "reset", "badjson", "empty"])
def test_no_retries_means_one_attempt(endpoint: Endpoint, fault: Fault) -> None:
    endpoint.reset(Behaviour(fault=fault))
    settings = HttpSettings(retry=RetryPolicy(max_retries=0))
    response = ask(endpoint.url, chat(), settings)
    assert (response.attempts, endpoint.count, response.notes) == (1, 1, ())


def test_an_empty_reply_is_asked_once_more_and_noted(endpoint: Endpoint) -> None:
    endpoint.reset(Behaviour(fault="empty"))
    response = ask(endpoint.url, chat())
    assert (response.text, response.failure, response.attempts) == ("", None, 2)
    assert response.notes == (ASKED_AGAIN,)
    assert endpoint.count == 2


def test_a_reply_after_an_empty_one_is_the_answer_and_the_note_stays(endpoint: Endpoint) -> None:
    endpoint.reset(Behaviour(fault="empty", times=1))
    response = ask(endpoint.url, chat("hello"))
    assert (response.text, response.notes) == (letter("hello"), (ASKED_AGAIN,))


def test_the_usage_of_an_empty_reply_is_counted_too(endpoint: Endpoint) -> None:
    used = {"prompt_tokens": 10, "completion_tokens": 3}
    endpoint.reset(Behaviour(fault="empty", reply={"usage": used}))
    whole = ask(endpoint.url, chat("hello"))
    assert (whole.attempts, whole.usage) == (2, Usage(prompt_tokens=20, completion_tokens=6))
    endpoint.reset(Behaviour(reply={"usage": used}))
    assert ask(endpoint.url, chat("hello")).usage == Usage(prompt_tokens=10, completion_tokens=3)


def test_usage_is_unknown_where_one_of_two_replies_has_none(endpoint: Endpoint) -> None:
    endpoint.reset(Behaviour(fault="empty", reply={"usage": None}))
    assert ask(endpoint.url, chat("hello")).usage is None


@pytest.mark.parametrize("streaming", [False, True])
def test_waiting_for_a_slot_is_not_the_models_time(endpoint: Endpoint, streaming: bool) -> None:
    """Twenty requests on one slot: the last waits ten times longer than any answer takes."""
    endpoint.reset(Behaviour(latency=0.02))

    async def timed() -> list[float]:
        model = http_model(endpoint.url, "m", settings=HttpSettings(max_connections=1))

        async def one(text: str) -> float:
            if not streaming:
                return (await model.answer(chat(text))).seconds
            parts = [part async for part in model.stream(chat(text))]
            assert isinstance(parts[-1], Response)
            return parts[-1].seconds

        try:
            return await asyncio.gather(*(one(str(number)) for number in range(20)))
        finally:
            await model.close()

    began = time.monotonic()
    seconds = asyncio.run(timed())
    assert min(seconds) >= 0.02
    assert sum(seconds) <= time.monotonic() - began


FULL = [
    {"message": {"tool_calls": [{"id": "1"}]}},
    {"message": {"refusal": "no"}},
    {"choice": {"finish_reason": "length"}},
]


@pytest.mark.parametrize("shape", FULL)
def test_a_reply_that_only_looks_empty_is_not_asked_again(
    endpoint: Endpoint, shape: dict[str, dict[str, object]]
) -> None:
    endpoint.reset(Behaviour(fault="empty", **shape))  # type: ignore[arg-type]
    response = ask(endpoint.url, chat())
    assert (response.attempts, endpoint.count) == (1, 1)


def test_the_same_request_is_sent_again(endpoint: Endpoint) -> None:
    endpoint.reset(Behaviour(fault="503", times=2))
    ask(endpoint.url, chat("hello", Sampling(seed=3)))
    assert len({str(sent.body) for sent in endpoint.received}) == 1
    assert endpoint.count == 3


@pytest.mark.parametrize("header", ["seconds", "date", "milliseconds"])
def test_retry_after_is_waited_for(endpoint: Endpoint, header: str) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    headers = {
        "seconds": {"Retry-After": "1"},
        "date": {"Retry-After": date},
        "milliseconds": {"retry-after-ms": "300"},
    }[header]
    endpoint.reset(Behaviour(fault="429", times=1, retry_after=headers))
    response = ask(endpoint.url, chat("hello"))
    assert response.text == letter("hello")
    assert response.seconds >= 0.3


def test_a_server_that_asks_for_too_long_is_not_waited_for(endpoint: Endpoint) -> None:
    endpoint.reset(Behaviour(fault="429", retry_after={"Retry-After": "86400"}))
    response = ask(endpoint.url, chat())
    assert response.failure == Failure(kind="infra", message="fault 429", status=429)
    assert endpoint.count == 1


@given(
    retry=st.integers(0, 5000),
    first=st.floats(0, 10),
    longest=st.floats(0, 100),
    seed=st.integers(),
)
def test_a_wait_lies_in_the_upper_half_of_the_backoff(
    retry: int, first: float, longest: float, seed: int
) -> None:
    policy = RetryPolicy(first_wait=first, longest_wait=longest)
    wait = policy.wait(retry, None, Random(seed))
    assert wait <= longest
    assert wait >= min(longest, first) / 2


@given(asked=st.floats(0, 1000), seed=st.integers())
def test_a_wait_is_never_shorter_than_the_server_asks(asked: float, seed: int) -> None:
    assert asked <= RetryPolicy().wait(0, asked, Random(seed)) <= asked + 1.0


def test_waits_double_and_differ() -> None:
    policy = RetryPolicy(first_wait=1.0, longest_wait=8.0)
    waits = [policy.wait(retry, None, Random(retry)) for retry in range(6)]
    assert [wait <= 2.0**retry for retry, wait in enumerate(waits[:4])] == [True] * 4
    assert len({policy.wait(3, None, Random(seed)) for seed in range(20)}) == 20


@pytest.mark.parametrize(
    ("retry", "asked", "gives_up"), [(0, None, False), (2, None, True), (0, 601.0, True)]
)
def test_giving_up(retry: int, asked: float | None, gives_up: bool) -> None:
    failed = AttemptFailed("busy", "no", retry_after=asked)
    assert RetryPolicy(max_retries=2).gives_up(retry, failed) is gives_up


def test_a_stream_is_asked_again_before_its_first_piece(endpoint: Endpoint) -> None:
    endpoint.reset(Behaviour(fault="503", times=1))
    pieces, last = streamed(endpoint.url, chat("hello"))
    assert (pieces, last.attempts) == ([letter("hello")], 2)


def test_a_stream_that_breaks_after_a_piece_is_a_failure() -> None:
    behaviour = Behaviour(style=StreamStyle(stops_after=3))
    with Endpoint(behaviour, answer=lambda _: "a long answer") as endpoint:
        pieces, last = streamed(endpoint.url, chat())
        assert endpoint.count == 1
    assert pieces[0] == "a l"
    assert last.failure is not None
    assert last.failure.kind == "infra"


def test_an_empty_stream_is_asked_once_more(endpoint: Endpoint) -> None:
    endpoint.reset(Behaviour(fault="empty"))
    pieces, last = streamed(endpoint.url, chat())
    assert (pieces, last.text, last.notes) == ([], "", (ASKED_AGAIN,))
    assert endpoint.count == 2


def test_a_stream_that_always_fails_is_a_failure(endpoint: Endpoint) -> None:
    endpoint.reset(Behaviour(fault="500"))
    pieces, last = streamed(endpoint.url, chat())
    assert (pieces, last.attempts) == ([], 3)
    assert last.failure == Failure(kind="infra", message="fault 500", status=500)


def test_capabilities_outlive_a_busy_moment(endpoint: Endpoint) -> None:
    endpoint.reset(Behaviour(fault="503", times=1))

    async def main() -> Capabilities:
        model = http_model(endpoint.url, "m", settings=HttpSettings(retry=QUICK))
        try:
            return await model.capabilities()
        finally:
            await model.close()

    assert asyncio.run(main()).chat


def test_an_endpoint_that_cannot_be_reached_is_told_once_asked_for_capabilities() -> None:
    async def main() -> None:
        settings = HttpSettings(retry=QUICK, timeouts=Timeouts(connect=1))
        model = http_model("http://127.0.0.1:1/v1", "m", settings=settings)
        try:
            await model.capabilities()
        finally:
            await model.close()

    with pytest.raises(EndpointError, match=r"http://127.0.0.1:1/v1#m: cannot connect"):
        asyncio.run(main())


def test_many_failures_at_once_are_all_answered_in_the_end(endpoint: Endpoint) -> None:
    endpoint.reset(Behaviour(fault="429", times=2))
    texts = [f"q{number}" for number in range(100)]
    responses = ask_all(endpoint.url, [chat(text) for text in texts])
    assert [response.text for response in responses] == [letter(text) for text in texts]
    assert {response.attempts for response in responses} == {3}
