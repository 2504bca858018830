import asyncio

import pytest

from statera.models.check import Check
from statera.models.examination import context_in, examine
from statera.models.examinee import Examinee
from statera.models.modelfile import HttpTarget
from statera.models.opening import endpoint_of, open_http
from statera.models.prices import Prices
from tests.echo_endpoint import EchoEndpoint, EchoStyle
from tests.endpoint import Behaviour, Endpoint


def page(url: str, name: str = "test", prices: Prices | None = None) -> dict[str, Check]:
    said: list[str] = []

    async def main() -> list[Check]:
        target = HttpTarget(url=url, name=name, prices=prices)
        model, endpoint = open_http(target), endpoint_of(target)
        examinee = Examinee(endpoint, name, sleep=lambda _: asyncio.sleep(0))
        try:
            return await examine(examinee, model, said.append)
        finally:
            await model.close()
            await endpoint.transport.close()

    checks = asyncio.run(main())
    assert said[0] == "answers"
    assert all(check.found and check.means for check in checks)
    return {check.name: check for check in checks}


def test_a_plain_chat_server() -> None:
    with Endpoint() as endpoint:
        checks = page(endpoint.url, prices=Prices(input=1.0, output=2.0))
    assert checks["answers"].state == "good"
    assert checks["chat template"].data == {"chat": True, "completions": True}
    assert checks["temperature"].state == "good"
    assert checks["max_tokens"].state == "good"
    assert checks["logprobs"].found == "taken, but none came back"
    assert checks["response_format"].found == "taken, but the reply is no JSON"
    assert checks["n"].found == "taken, but 1 replies came instead of 2"
    assert checks["stop"].state == "unknown"
    assert checks["seed"].state == "bad"
    assert checks["log-likelihood"].state == "bad"
    assert "echo is ignored" in checks["log-likelihood"].found
    assert "--mode generate" in checks["log-likelihood"].means
    assert checks["context limit"].state == "unknown"
    assert checks["usage"].state == "good"
    assert checks["temperature 0"].state == "good"
    assert checks["price"].found.startswith("$1 a million")


def test_a_server_that_wants_the_newer_spelling_and_no_temperature() -> None:
    with Endpoint(Behaviour(rejects=("max_tokens", "temperature"))) as endpoint:
        checks = page(endpoint.url)
    assert checks["answers"].state == "good"
    assert checks["temperature"].state == "bad"
    assert checks["temperature"].found.startswith("refused: 400")
    assert checks["max_tokens"].state == "note"
    assert checks["max_completion_tokens"].state == "good"
    assert checks["temperature 0"].state == "good"


@pytest.mark.parametrize("rejects", [(), ("max_tokens", "temperature")])
def test_a_model_that_thinks_first(rejects: tuple[str, ...]) -> None:
    with Endpoint(Behaviour(least=64, completes=False, rejects=rejects)) as endpoint:
        checks = page(endpoint.url)
    assert checks["answers"].state == "good"
    assert checks["chat template"].data == {"chat": True, "completions": False}
    limit = "max_completion_tokens" if rejects else "max_tokens"
    assert checks[limit].state == "good"
    assert checks[limit].found == "taken; one token is too few for this model"
    assert checks["system message"].found != "refused"
    assert checks["usage"].state == "good"


def test_stop_and_streaming_on_a_longer_reply() -> None:
    with Endpoint(answer=lambda _: "The sea is wide and blue.") as endpoint:
        checks = page(endpoint.url)
    assert checks["stop"].found == "taken, but ignored"
    assert checks["streaming"].state == "good"
    assert checks["streaming"].data["pieces"] > 1


def test_a_base_model_with_right_echo() -> None:
    with EchoEndpoint() as endpoint:
        checks = page(endpoint.url, "toy")
    assert checks["answers"].state == "note"
    assert "completions only" in checks["answers"].means
    assert checks["chat template"].data == {"chat": False, "completions": True}
    assert checks["system message"].state == "unknown"
    assert checks["response_format"].found == "no chat here"
    assert checks["log-likelihood"].state == "good"
    assert checks["log-likelihood"].data["max_tokens"] == 0


def test_a_shifted_echo_is_bad() -> None:
    with EchoEndpoint(EchoStyle(shift=1)) as endpoint:
        check = page(endpoint.url, "toy")["log-likelihood"]
    assert check.state == "bad"
    assert "shifted by one" in check.found


@pytest.mark.parametrize("status", [400, 404, 500])
def test_where_nothing_answers_there_is_one_line(status: int) -> None:
    words = {"error": {"message": "not today"}}
    with Endpoint(Behaviour(fault="body", status=status, body=words)) as endpoint:
        checks = page(endpoint.url)
    assert list(checks) == ["answers"]
    assert checks["answers"].state == "bad"
    assert f"{status} not today" in checks["answers"].found


@pytest.mark.parametrize(
    ("words", "tokens"),
    [
        ("This model's maximum context length is 4096 tokens. However, you asked for", 4096),
        (
            "'max_tokens' is too large: 10000000. This model's maximum context length is 32,768",
            32768,
        ),
        ("the request exceeds the available context size (2048 tokens), try increasing it", 2048),
        ("`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5", 4096),
        ("max_tokens is too large: 10000000. At most 16384 completion tokens", None),
        ("", None),
    ],
)
def test_a_limit_in_the_servers_words(words: str, tokens: int | None) -> None:
    assert context_in(words) == tokens
