import asyncio
import logging
import time

import pytest

from statera.errors import DeclarationError, EndpointError
from statera.models.limit import Limited
from statera.models.retry import RetryPolicy
from statera.models.stack import HttpSettings, http_model
from statera.models.transport import Timeouts
from statera.protocols import Model, Streaming
from tests.endpoint import NO_MODEL, Behaviour, Endpoint, Fault, letter
from tests.models.asking import QUICK, SETTINGS, ask, ask_all, chat

KEY = "sk-very-secret-key"
MIX: tuple[Fault, ...] = ("429", "500", "reset", "hang", "badjson", "empty", "null")
TEXTS = [f"question {number}" for number in range(300)]
PATIENT = RetryPolicy(max_retries=6, first_wait=0.001, longest_wait=0.004)
FAULTY = HttpSettings(retry=PATIENT, timeouts=Timeouts(first_byte=0.5), max_connections=16)


def test_it_is_a_model_that_streams() -> None:
    model = http_model("http://h/v1", "m")
    assert isinstance(model, Model)
    assert isinstance(model, Streaming)


NAMES = [
    ("http://h/v1/", "http://h/v1#m"),
    ("http://me:secret@h:8000/v1?key=secret#x", "http://h:8000/v1#m"),
    ("https://h/v1/chat/completions", "https://h/v1#m"),
    ("https://h/d/x?api-version=2024-10-21", "https://h/d/x?api-version=2024-10-21#m"),
    ("https://h/v1?variant=a&api_key=secret", "https://h/v1?variant=a#m"),
]


@pytest.mark.parametrize(("url", "identity"), NAMES)
def test_the_identity_is_url_and_name_without_secrets(url: str, identity: str) -> None:
    assert http_model(url, "m", key=KEY).identity == identity


def test_an_identity_that_is_handed_in_stays() -> None:
    settings = HttpSettings(identity="candidate-7")
    assert http_model("http://h/v1", "m", settings=settings).identity == "candidate-7"


def test_the_same_answers_with_faults_in_every_twentieth_request() -> None:
    with Endpoint() as clean:
        expected = ask_all(clean.url, [chat(text) for text in TEXTS], FAULTY)
    with Endpoint(Behaviour(mix=MIX, times=1, share=0.35)) as faulty:
        responses = ask_all(faulty.url, [chat(text) for text in TEXTS], FAULTY)
    assert [one.text for one in responses] == [one.text for one in expected]
    assert [one.failure for one in responses] == [None] * len(TEXTS)
    assert sum(one.attempts > 1 for one in responses) > 60


@pytest.mark.parametrize("fault", ["429", "500", "reset", "hang", "badjson", "null"])
def test_faults_that_stay_are_failures_and_the_others_are_answered(fault: Fault) -> None:
    settings = HttpSettings(
        retry=QUICK, timeouts=Timeouts(first_byte=0.5 if fault == "hang" else 30)
    )
    with Endpoint(Behaviour(fault=fault, share=0.05)) as endpoint:
        responses = ask_all(endpoint.url, [chat(text) for text in TEXTS[:100]], settings)
    failed = [one.failure for one in responses if one.failure is not None]
    assert 0 < len(failed) < 20
    assert {failure.kind for failure in failed} == {"infra"}
    told = [one.text for one in responses if one.failure is None]
    wanted = [letter(text) for text, one in zip(TEXTS, responses, strict=False) if not one.failure]
    assert told == wanted


def test_a_reply_that_stays_empty_is_an_empty_text() -> None:
    with Endpoint(Behaviour(fault="empty", share=0.5)) as endpoint:
        responses = ask_all(endpoint.url, [chat(text) for text in TEXTS[:40]])
    empty = [one for one in responses if one.text == ""]
    assert 0 < len(empty) < 40
    assert all(one.notes == ("empty reply asked again",) and one.attempts == 2 for one in empty)


def test_a_server_that_never_stops_sending_429_ends_in_failures_not_in_a_freeze() -> None:
    with Endpoint(Behaviour(fault="429", retry_after={"Retry-After": "0"})) as endpoint:
        settings = HttpSettings(retry=RetryPolicy(max_retries=3, first_wait=0.001))
        responses = ask_all(endpoint.url, [chat(text) for text in TEXTS], settings)
        assert endpoint.count == 4 * len(TEXTS)
    assert {one.failure and one.failure.status for one in responses} == {429}


def test_a_server_that_allows_so_many_a_second_answers_nearly_all() -> None:
    """Without a pace, 119 of 200 failed for good at 20 a second."""
    with Endpoint(Behaviour(rate=40)) as endpoint:
        settings = HttpSettings(retry=RetryPolicy(first_wait=0.05, longest_wait=3.0))
        responses = ask_all(endpoint.url, [chat(text) for text in TEXTS[:80]], settings)
    assert sum(one.failure is None for one in responses) > 60


def test_a_limit_of_the_server_is_found_and_kept() -> None:
    async def main(url: str) -> int:
        settings = HttpSettings(retry=RetryPolicy(max_retries=9, first_wait=0.01))
        model = http_model(url, "m", settings=settings)
        limited = model._model
        assert isinstance(limited, Limited)
        answers = await asyncio.gather(*(model.answer(chat(text)) for text in TEXTS))
        assert [one.text for one in answers] == [letter(text) for text in TEXTS]
        await model.close()
        return limited.limit.size

    with Endpoint(Behaviour(fault="429", times=1, latency=0.002)) as endpoint:
        assert 1 <= asyncio.run(main(endpoint.url)) <= 64
        assert endpoint.most_in_flight <= 64


@pytest.mark.parametrize("most", [1, 5])
def test_no_more_than_max_connections_are_in_flight(endpoint: Endpoint, most: int) -> None:
    endpoint.reset(Behaviour(latency=0.005))
    settings = HttpSettings(max_connections=most)
    ask_all(endpoint.url, [chat(text) for text in TEXTS[:20]], settings)
    assert endpoint.most_in_flight == most


def test_waiting_for_a_retry_holds_no_slot(endpoint: Endpoint) -> None:
    """One slot: while the struck ones wait, all others are answered."""
    endpoint.reset(Behaviour(fault="503", times=1, share=0.3, retry_after={"Retry-After": "1"}))
    settings = HttpSettings(max_connections=1, retry=QUICK)
    responses = ask_all(endpoint.url, [chat(text) for text in TEXTS[:12]], settings)
    struck = sum(one.attempts == 2 for one in responses)
    asked = [sent.body["messages"][-1]["content"] for sent in endpoint.received]
    assert 0 < struck < 12
    assert sorted(asked[:12]) == sorted(TEXTS[:12])
    assert len(asked[12:]) == struck


def test_the_key_is_sent_and_nowhere_shown(
    endpoint: Endpoint, caplog: pytest.LogCaptureFixture
) -> None:
    words = {"error": {"message": f"Bearer {KEY} is wrong: 'temperature' is not supported"}}
    endpoint.reset(Behaviour(fault="body", status=400, body=words))
    with caplog.at_level(logging.DEBUG):
        response = ask(endpoint.url, chat(), key=f" {KEY}\n")
    headers = {name.lower(): value for name, value in endpoint.received[0].headers.items()}
    assert headers["authorization"] == f"Bearer {KEY}"
    assert "***" in str(response) + caplog.text
    assert KEY not in str(response) + caplog.text


def test_secret_headers_are_masked_and_not_in_the_repr(endpoint: Endpoint) -> None:
    endpoint.reset(Behaviour(fault="body", status=401, body={"error": f"no such key {KEY}"}))
    settings = HttpSettings(headers={"api-key": KEY, "x-team": "evaluation"}, retry=QUICK)
    with pytest.raises(EndpointError) as caught:
        ask(endpoint.url, chat(), settings)
    assert KEY not in str(caught.value) + repr(settings) + repr(caught.value)
    assert "api-key" in repr(settings)


def test_secrets_in_query_and_body_are_masked(endpoint: Endpoint) -> None:
    words = "no: queried-1 bodied-1 told-1 planted"
    endpoint.reset(Behaviour(fault="body", status=400, body={"error": words}))
    settings = HttpSettings(retry=QUICK, body={"api_key": "bodied-1"}, secrets=("told-1",))
    response = ask(f"{endpoint.url}?key=queried-1", chat(), settings)
    assert response.failure is not None
    assert response.failure.message == "no: *** *** *** planted"
    assert "-1" not in repr(settings)


def test_fewer_than_one_connection_is_a_declared_error() -> None:
    with pytest.raises(DeclarationError, match="at least 1"):
        HttpSettings(max_connections=0)


def test_a_password_in_the_url_is_sent_and_masked(endpoint: Endpoint) -> None:
    endpoint.reset(Behaviour(fault="body", status=400, body={"error": "not hunter2hunter2"}))
    url = endpoint.url.replace("http://", "http://me:hunter2hunter2@")
    response = ask(url, chat())
    assert response.failure is not None
    assert response.failure.message == "not ***"


def test_a_wrong_model_name_stops_the_run_in_the_servers_words(endpoint: Endpoint) -> None:
    endpoint.reset(Behaviour(fault="body", status=404, body=NO_MODEL))
    with pytest.raises(EndpointError, match="The model `nope` does not exist"):
        ask(endpoint.url, chat())


def test_what_is_no_url_is_a_declared_error() -> None:
    with pytest.raises(DeclarationError):
        http_model("localhost:8000/v1", "m")


def test_a_model_opens_nothing_until_it_is_asked() -> None:
    http_model("http://127.0.0.1:1/v1", "m", settings=SETTINGS)


def test_many_quick_requests_keep_the_endpoint_busy(endpoint: Endpoint) -> None:
    endpoint.reset(Behaviour(latency=0.05))
    began = time.monotonic()
    responses = ask_all(endpoint.url, [chat(text) for text in TEXTS])
    assert {one.attempts for one in responses} == {1}
    assert endpoint.most_in_flight == 64
    assert time.monotonic() - began < 300 * 0.05
