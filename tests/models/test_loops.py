import asyncio
import gc
import threading
from pathlib import Path

import pytest

from statera.api.runs import RunOptions, run
from statera.models.limit import Limited
from statera.models.loops import PerLoop
from statera.models.opening import open_model
from statera.models.stack import HttpSettings, http_model
from statera.records.requests import Likelihood
from statera.store.runstore import RunStore
from statera.tasks.suite import Suite
from tests.echo_endpoint import EchoEndpoint
from tests.endpoint import Behaviour, Endpoint, letter
from tests.models.asking import chat


def test_each_loop_has_its_own_and_closed_loops_are_forgotten() -> None:
    values = PerLoop[list[int]](list)

    async def same() -> list[int]:
        first = values.here()
        first.append(1)
        assert values.here() is first
        return first

    found = [asyncio.run(same()) for _ in range(3)]
    assert found == [[1], [1], [1]]
    assert len(values._made) == 1


def test_what_is_forgotten_is_made_anew() -> None:
    async def main() -> None:
        values = PerLoop[list[int]](list)
        assert values.forget() is None
        first = values.here()
        assert values.forget() is first
        assert values.here() is not first

    asyncio.run(main())


@pytest.mark.filterwarnings("error")
def test_one_model_serves_two_runs_and_leaves_nothing_open(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store, suite = RunStore(tmp_path), Suite.load("starter_knowledge")
    with Endpoint() as endpoint:
        model = open_model(f"{endpoint.url}#test", environ={})
        options = RunOptions(limit=5, sampling={"temperature": 1.0})
        for epochs in (1, 2):
            again = run(suite, model, store=store, epochs=epochs, options=options)
            assert again.info.status == "done"
            assert again.health.trials == 5 * epochs
    gc.collect()
    assert "Unclosed" not in caplog.text


@pytest.mark.filterwarnings("error")
def test_no_connection_outlives_its_loop(caplog: pytest.LogCaptureFixture) -> None:
    with Endpoint() as endpoint:
        model = http_model(endpoint.url, "m")
        for _ in range(3):
            assert asyncio.run(model.answer(chat("a"))).text == letter("a")
    del model
    gc.collect()
    assert caplog.text == ""


def test_loops_in_two_threads_at_once_share_a_model() -> None:
    settings = HttpSettings(max_connections=2)
    texts = [f"question {number}" for number in range(20)]
    said: dict[int, list[str | None]] = {}

    with Endpoint(Behaviour(latency=0.01)) as endpoint:
        model = http_model(endpoint.url, "m", settings=settings)

        async def many() -> list[str | None]:
            replies = await asyncio.gather(*(model.answer(chat(text)) for text in texts))
            return [reply.text for reply in replies]

        def work(number: int) -> None:
            said[number] = asyncio.run(many())

        threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    wanted = [letter(text) for text in texts]
    assert said == {0: wanted, 1: wanted}


def test_a_loop_that_ended_with_requests_in_flight_holds_no_slot() -> None:
    with Endpoint(Behaviour(latency=0.05)) as endpoint:
        model = http_model(endpoint.url, "m", settings=HttpSettings(max_connections=1))

        async def given_up() -> None:
            async with asyncio.timeout(0.02):
                await asyncio.gather(*(model.answer(chat(text)) for text in "abc"))

        async def answered() -> str | None:
            text = (await model.answer(chat("a"))).text
            assert isinstance(model._model, Limited)
            assert model._model.limit.in_flight == 0
            return text

        with pytest.raises(TimeoutError):
            asyncio.run(given_up())
        assert asyncio.run(answered()) == letter("a")


def test_log_likelihoods_are_asked_in_loop_after_loop() -> None:
    async def both(url: str) -> list[bool]:
        requests = [
            model.answer(Likelihood(context="one two", continuations=(" three", " four")))
            for _ in range(3)
        ]
        return [reply.failure is None for reply in await asyncio.gather(*requests)]

    with EchoEndpoint() as endpoint:
        model = http_model(endpoint.url, "m")
        for _ in range(2):
            assert asyncio.run(both(endpoint.url)) == [True] * 3
