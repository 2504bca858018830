import asyncio

import pytest

from statera.models.clock import SystemClock
from statera.models.examinee import Examinee, Habits, Sent
from statera.models.http import COMPLETIONS
from statera.models.stack import HttpSettings, http_endpoint
from statera.models.transport import AttemptFailed
from tests.endpoint import Behaviour, Endpoint

WAITED: list[float] = []


async def sleep(seconds: float) -> None:
    WAITED.append(seconds)


def say(endpoint: Endpoint, habits: Habits, fields: dict[str, object] | None = None) -> Sent:
    async def main() -> Sent:
        settings = HttpSettings()
        server = http_endpoint(endpoint.url, "test", settings, "sk-secret-key", SystemClock())
        examinee = Examinee(server, "test", sleep=sleep)
        examinee.habits = habits
        try:
            return await examinee.say("Hi there", 7, fields)
        finally:
            await server.transport.close()

    WAITED.clear()
    return asyncio.run(main())


@pytest.mark.parametrize(
    ("habits", "present", "absent"),
    [
        (Habits(), {"messages", "max_tokens", "temperature"}, {"prompt"}),
        (Habits(limit="max_completion_tokens"), {"max_completion_tokens"}, {"max_tokens"}),
        (Habits(temperature=False), {"messages"}, {"temperature"}),
        (Habits(path=COMPLETIONS), {"prompt"}, {"messages"}),
    ],
)
def test_it_asks_in_the_way_that_works(habits: Habits, present: set[str], absent: set[str]) -> None:
    with Endpoint() as endpoint:
        sent = say(endpoint, habits)
        body = endpoint.received[0].body
    assert sent.status == 200
    assert sent.text in "ABCD"
    assert sent.choices == 1
    assert present <= body.keys()
    assert not absent & body.keys()


def test_a_field_is_taken_out_with_none() -> None:
    with Endpoint() as endpoint:
        say(endpoint, Habits(), {"max_tokens": None, "n": 2})
        body = endpoint.received[0].body
    assert "max_tokens" not in body
    assert body["n"] == 2


def test_a_refusal_is_kept_in_the_servers_words_without_the_key() -> None:
    words = {"error": {"message": "no way with sk-secret-key"}}
    with Endpoint(Behaviour(fault="body", status=400, body=words)) as endpoint:
        sent = say(endpoint, Habits())
        assert endpoint.count == 1, "a refusal is not asked again"
    assert (sent.status, sent.response, sent.words) == (400, None, "no way with ***")


def test_what_may_pass_is_asked_again() -> None:
    with Endpoint(Behaviour(fault="503", times=2)) as endpoint:
        assert say(endpoint, Habits()).status == 200
        assert endpoint.count == 3
    assert WAITED == [1.0, 3.0]


def test_what_stays_comes_out() -> None:
    with Endpoint(Behaviour(fault="503")) as endpoint:
        assert say(endpoint, Habits()).status == 503
    with Endpoint(Behaviour(fault="reset")) as endpoint, pytest.raises(AttemptFailed):
        say(endpoint, Habits())


def test_a_body_without_an_answer_is_no_response() -> None:
    with Endpoint(Behaviour(fault="nochoices")) as endpoint:
        sent = say(endpoint, Habits())
    assert sent.response is None
    assert "no choices" in sent.words
