import asyncio
from itertools import count

import pytest

from statera.models.check import Check
from statera.models.clock import SystemClock
from statera.models.examinee import Examinee, Sent
from statera.models.repetition import latency, repeats, sameness, seed
from statera.models.stack import HttpSettings, http_endpoint
from statera.records.responses import Response, TokenLogprob
from tests.endpoint import Behaviour, Endpoint


def said(text: str, *tokens: str) -> Sent:
    logprobs = tuple(TokenLogprob(token, -1.0) for token in tokens)
    return Sent(200, Response(text=text, logprobs=logprobs), 1, "", 0.1)


def test_one_reply_is_good() -> None:
    check = sameness([said("same")] * 20)
    assert check.state == "good"
    assert check.found == "20 identical calls, 1 reply"


def test_a_difference_is_told_by_character_and_token() -> None:
    check = sameness([said("The sea is", "The", " sea", " is"), said("The sky", "The", " sky")])
    assert check.state == "note"
    assert "2 replies, different from character 5, token 1 on" in check.found
    assert check.data["first_different_character"] == 5
    assert check.data["first_different_token"] == 1


def test_without_tokens_the_character_is_told() -> None:
    check = sameness([said("abc"), said("abd"), said("abc")])
    assert check.found.endswith("different from character 2 on")
    assert check.data["most_common"] == 2


def test_fingerprints_of_the_server_are_kept_and_several_are_told() -> None:
    replies = [Response(text="a", fingerprint=f"fp_{n % 2}") for n in range(4)]
    check = sameness([Sent(200, reply, 1, "", 0.1) for reply in replies])
    assert check.data["fingerprints"] == {"fp_0": 2, "fp_1": 2}
    assert check.found == "4 identical calls, 1 reply (2 system fingerprints)"


def test_too_few_replies_say_nothing() -> None:
    assert sameness([said("a"), Sent(500, None, 0, "no", 0.1)]).state == "unknown"


def test_percentiles_are_nearest_ranks() -> None:
    check = latency([float(n) for n in range(1, 21)], 2.0, 10)
    assert (check.data["p50"], check.data["p95"]) == (10.0, 19.0)
    assert latency([3.0], 1.0, 1).data["p95"] == 3.0
    assert "10 at once took 2.00 s: 5.0 replies a second" in check.means


def examined(endpoint: Endpoint, *, repeating: bool) -> list[Check]:
    async def main() -> list[Check]:
        server = http_endpoint(endpoint.url, "test", HttpSettings(), None, SystemClock())
        examinee = Examinee(server, "test")
        try:
            if repeating:
                return await repeats(examinee, lambda _: None, tokens=False)
            return [await seed(examinee)]
        finally:
            await server.transport.close()

    return asyncio.run(main())


def test_twenty_calls_are_sent_half_of_them_at_once() -> None:
    with Endpoint(Behaviour(latency=0.02)) as endpoint:
        same, speed = examined(endpoint, repeating=True)
        assert endpoint.count == 20
        assert endpoint.most_in_flight > 1
    assert same.state == "good"
    assert speed.data["p50"] >= 0.02


def test_replies_that_wander_are_noted() -> None:
    numbers = count()
    with Endpoint(answer=lambda _: f"reply {next(numbers)}") as endpoint:
        same, _ = examined(endpoint, repeating=True)
    assert same.state == "note"
    assert same.data["distinct"] == 20
    assert same.data["first_different_character"] == 6


@pytest.mark.parametrize(
    ("answers", "state", "words"),
    [
        (["a", "a", "b", "b", "c", "c"], "good", "honoured"),
        (["a", "b", "c", "c", "d", "e"], "note", "not honoured: 1 of 3"),
        (["a"] * 6, "bad", "one and the same reply"),
    ],
)
def test_seeds(answers: list[str], state: str, words: str) -> None:
    left = iter(answers)
    with Endpoint(answer=lambda _: next(left)) as endpoint:
        (check,) = examined(endpoint, repeating=False)
        seeds = [received.body["seed"] for received in endpoint.received]
    assert seeds == [1, 1, 2, 2, 3, 3]
    assert check.state == state
    assert words in check.found


def test_a_refused_seed_is_told() -> None:
    with Endpoint(Behaviour(rejects=("seed",))) as endpoint:
        (check,) = examined(endpoint, repeating=False)
    assert check.state == "note"
    assert check.found.startswith("refused: 400 Unsupported value: 'seed'")
