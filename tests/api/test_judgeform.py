import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import nullcontext
from typing import TypeVar

import pytest

from statera.api.judgeform import in_form, open_form, takes_schema
from statera.api.judging import sit
from statera.errors import RunStopped
from statera.graders.asks import Ask
from statera.graders.judge import Judge
from statera.models.modelfile import CallSettings
from statera.models.opening import open_model
from statera.protocols import Model
from statera.records.verdicts import Verdict
from statera.store.runstore import RunStore
from tests.endpoint import Behaviour, Endpoint, Fault
from tests.judges_made import PAIRWISE, REFERENCE, answer, bench, scripted

T = TypeVar("T")

AS_JSON = json.dumps({"reasoning": "Right.", "score": 4})


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint(answer=lambda _: AS_JSON) as server:
        yield server


def opened(endpoint: Endpoint) -> Model:
    return open_model(f"{endpoint.url}#test", settings=CallSettings(max_retries=0))


def asked(model: Model, work: Callable[[], Awaitable[T]]) -> T:
    async def whole() -> T:
        try:
            return await work()
        finally:
            await model.close()

    return asyncio.run(whole())


def verdict(endpoint: Endpoint, store: RunStore, judge: Judge = REFERENCE) -> Verdict:
    model, ask = opened(endpoint), Ask(criterion="reference", answers=(answer("Paris"),))
    sitting = asked(model, lambda: sit(bench(judge, model, store), [ask]))
    return sitting.verdict(ask)


def schemas(endpoint: Endpoint) -> list[bool]:
    return ["response_format" in one.body for one in endpoint.received]


def judging(endpoint: Endpoint) -> list[bool]:
    """Of each judgement proper, whether a schema was sent with it."""
    return [
        "response_format" in one.body
        for one in endpoint.received
        if "Paris" in one.body["messages"][-1]["content"]
    ]


def test_an_endpoint_that_follows_the_schema_is_asked_for_json(
    endpoint: Endpoint, store: RunStore
) -> None:
    assert verdict(endpoint, store).label == "4"
    assert judging(endpoint) == [True]


def test_one_that_refuses_or_ignores_it_is_asked_for_text(store: RunStore) -> None:
    for refused in ((), ("response_format",)):
        with Endpoint(answer=lambda _: "Right. [4]") as server:
            server.behaviour = Behaviour(rejects=refused)
            assert verdict(server, store).label == "4"
            assert False in judging(server)
            assert True not in judging(server)


def test_what_it_was_asked_before_it_goes_on_being_asked(
    endpoint: Endpoint, store: RunStore
) -> None:
    verdict(endpoint, store)
    count = sum(schemas(endpoint))
    endpoint.reset(Behaviour(rejects=("response_format",)))
    assert verdict(endpoint, store).label == "4"
    assert sum(schemas(endpoint)) == 0 < count  # nothing asked anew: neither form nor judgement


def test_a_stated_form_asks_nothing(endpoint: Endpoint, store: RunStore) -> None:
    stated = in_form(REFERENCE, as_json=False)
    assert open_form(REFERENCE)
    assert not open_form(stated)
    assert open_form(PAIRWISE)
    verdict(endpoint, store, stated)
    assert not any(schemas(endpoint))


def test_an_endpoint_that_does_not_answer_stops_before_the_judgements(
    endpoint: Endpoint,
) -> None:
    endpoint.behaviour = Behaviour(fault="500")
    model = opened(endpoint)
    with pytest.raises(RunStopped, match="whether it follows a JSON schema; `output: text`"):
        asked(model, lambda: takes_schema(REFERENCE, model))


def test_pairs_are_asked_for_a_winner() -> None:
    with Endpoint(answer=lambda _: json.dumps({"reasoning": "r", "winner": "TIE"})) as server:
        model = opened(server)
        assert asked(model, lambda: takes_schema(PAIRWISE, model)) is True
    with Endpoint(answer=lambda _: AS_JSON) as server:
        model = opened(server)
        assert asked(model, lambda: takes_schema(PAIRWISE, model)) is False


def test_what_is_no_endpoint_replies_in_text(store: RunStore) -> None:
    judging_model = scripted(default="Right. [4]")
    bench_of = bench(REFERENCE, judging_model, store)
    sitting = asyncio.run(sit(bench_of, [Ask(criterion="reference", answers=(answer("Paris"),))]))
    assert judging_model.count == 1
    assert sitting.run == bench(in_form(REFERENCE, as_json=False), judging_model, store).run_id


@pytest.mark.parametrize("fault", ["none", "500"])
def test_while_the_endpoint_is_asked_for_its_form_that_is_told(
    store: RunStore, fault: Fault
) -> None:
    said: list[str] = []

    def reply(prompt: str) -> str:
        said.append(seat.tally.waiting)
        return AS_JSON

    with Endpoint(answer=reply) as server:
        model = opened(server)
        seat = bench(REFERENCE, model, store)
        server.behaviour = Behaviour(fault=fault)
        with nullcontext() if fault == "none" else pytest.raises(RunStopped):
            asked(model, seat.settle)
    assert set(said) <= {"asking the endpoint whether it follows a JSON schema"}
    assert bool(said) == (fault == "none")
    assert seat.tally.waiting == ""
