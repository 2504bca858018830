import asyncio
from pathlib import Path

import pytest

from statera.api.runs import RunOptions, run
from statera.models.configured import Configured, price_list, stated_body, stated_sampling
from statera.models.modelfile import HttpTarget
from statera.models.opening import open_http, open_model
from statera.models.prices import Prices
from statera.models.scripted import ScriptedModel
from statera.protocols import Model, Streaming
from statera.records.requests import Chat, Message
from statera.records.responses import Response
from statera.store.runstore import RunStore
from statera.tasks.suite import Suite
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
    assert stated_body(ScriptedModel(["a"])) == {}


def runs_of(folder: Path, *texts: str) -> list[tuple[str, int, str]]:
    """Run a suite with one model file after another: run id, chats asked, what the store holds."""
    store, suite, found = RunStore(folder / "store"), Suite.load("starter_knowledge"), []
    environ = {"VARIANT": "one", "OTHER": "two", "SERVICE_TOKEN": "hush-hush"}
    with Endpoint() as endpoint:
        for text in texts:
            path = folder / "model.yaml"
            path.write_text(text.replace("URL", endpoint.url), encoding="utf-8")
            before = endpoint.count
            model = open_model(str(path), environ=environ)
            done = run(suite, model, store=store, options=RunOptions(limit=4))
            found.append((done.info.id, endpoint.count - before, repr(done.info.spec)))
    return found


DIFFERENT = [
    ("url: URL\nname: test\nbody: {effort: low}", "url: URL\nname: test\nbody: {effort: high}"),
    ("url: URL\nname: test", "url: URL\nname: test\nbody: {effort: high}"),
    ("url: URL?variant=a\nname: test", "url: URL?variant=b\nname: test"),
    (
        'url: URL\nname: test\nbody: {adapter: "${VARIANT}"}',
        'url: URL\nname: test\nbody: {adapter: "${OTHER}"}',
    ),
]


@pytest.mark.parametrize(("first", "second"), DIFFERENT)
def test_another_body_or_query_is_another_run(first: str, second: str, tmp_path: Path) -> None:
    one, again, other = runs_of(tmp_path, first, first, second)
    assert one[0] == again[0] != other[0]
    assert other[1] - again[1] == 4


def test_a_changed_secret_is_the_same_run_and_is_not_stored(tmp_path: Path) -> None:
    body = "{effort: high, api_key: SECRET, a: '${SERVICE_TOKEN}'}"
    text = f"url: URL?key=SECRET\nname: test\nbody: {body}"
    one, other = runs_of(
        tmp_path, text.replace("SECRET", "first-secret"), text.replace("SECRET", "other-secret")
    )
    assert one[0] == other[0]
    for stored in (one[2], other[2]):
        assert "'effort': 'high'" in stored
        assert "-secret" not in stored
        assert "hush-hush" not in stored
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("store/*") if path.is_file())
    assert b"-secret" not in written
    assert b"hush-hush" not in written
