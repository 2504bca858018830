import asyncio

import pytest

from statera.models.configured import Configured, price_list, stated_sampling
from statera.models.modelfile import HttpTarget
from statera.models.opening import open_http
from statera.models.prices import Prices
from statera.models.scripted import ScriptedModel
from statera.protocols import Model, Streaming
from statera.records.requests import Chat, Message
from statera.records.responses import Response
from tests.endpoint import Behaviour, Endpoint

CHAT = Chat(messages=(Message(role="user", content="one two three"),))
PRICES = Prices(input=1e6, output=1e6)


def opened(url: str, prices: Prices | None) -> Configured:
    target = HttpTarget(url=url, name="test", prices=prices, sampling={"top_p": 0.5})
    return open_http(target)


def answers(url: str, prices: Prices | None) -> tuple[Response, Response]:
    async def main() -> tuple[Response, Response]:
        model = opened(url, prices)
        try:
            whole = await model.answer(CHAT)
            parts = [part async for part in model.stream(CHAT)]
            assert isinstance(parts[-1], Response)
            return whole, parts[-1]
        finally:
            await model.close()

    return asyncio.run(main())


def test_every_answer_has_its_cost() -> None:
    with Endpoint() as endpoint:
        whole, streamed = answers(endpoint.url, PRICES)
    assert whole.cost == pytest.approx(4.0)
    assert streamed.cost == pytest.approx(4.0)


def test_an_unknown_price_is_none() -> None:
    with Endpoint() as endpoint:
        whole, streamed = answers(endpoint.url, None)
    assert whole.cost is None
    assert streamed.cost is None


def test_a_failure_has_no_cost() -> None:
    with Endpoint(Behaviour(fault="body", status=400, body={"error": "no"})) as endpoint:
        whole, _ = answers(endpoint.url, PRICES)
    assert whole.failure is not None
    assert whole.cost is None


def test_it_is_a_model_that_streams_and_says_what_its_file_says() -> None:
    model = opened("http://127.0.0.1:9/v1", PRICES)
    assert isinstance(model, Model)
    assert isinstance(model, Streaming)
    assert model.identity == "http://127.0.0.1:9/v1#test"
    assert stated_sampling(model) == {"top_p": 0.5}
    assert price_list(model).known
    assert stated_sampling(ScriptedModel(["a"])) == {}
    assert not price_list(ScriptedModel(["a"])).known
