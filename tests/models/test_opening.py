import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from statera.errors import DeclarationError
from statera.models.configured import Configured
from statera.models.modelfile import CallSettings, HttpTarget
from statera.models.opening import (
    OPENAI,
    EmbeddedTarget,
    ScriptedTarget,
    check,
    open_model,
    read_target,
)
from statera.models.scripted import ScriptedModel
from statera.records.requests import Chat, Likelihood, Message
from statera.records.responses import Response
from tests.echo_endpoint import EchoEndpoint, truth
from tests.endpoint import Endpoint

KEY = "sk-0123456789"
CHAT = Chat(messages=(Message(role="user", content="Hi"),))


@pytest.mark.parametrize(
    ("text", "environ", "url", "name"),
    [
        ("http://h:8000/v1#m", {}, "http://h:8000/v1", "m"),
        ("http://h:8000/v1#org/m:free", {}, "http://h:8000/v1", "org/m:free"),
        ("http://h:8000/v1", {}, "http://h:8000/v1", None),
        ("m", {"OPENAI_BASE_URL": "http://h/v1"}, "http://h/v1", "m"),
        ("org/m", {"OPENAI_BASE_URL": "http://h/v1"}, "http://h/v1", "org/m"),
        ("gpt-4o", {"OPENAI_API_KEY": KEY}, OPENAI, "gpt-4o"),
        ("openai/gpt-4o", {}, OPENAI, "gpt-4o"),
        ("openai:chat:gpt-4o", {}, OPENAI, "gpt-4o"),
        ("openai:gpt-4o", {"OPENAI_BASE_URL": "http://h/v1"}, "http://h/v1", "gpt-4o"),
    ],
)
def test_an_endpoint_is_read(text: str, environ: dict[str, str], url: str, name: str) -> None:
    target = read_target(text, environ=environ)
    assert isinstance(target, HttpTarget)
    assert (target.url, target.name) == (url, name)
    assert target.key == environ.get("OPENAI_API_KEY")


def test_a_given_base_url_goes_before_the_environment() -> None:
    environ = {"OPENAI_BASE_URL": "http://one/v1"}
    target = read_target("m", base_url="http://two/v1", environ=environ)
    assert isinstance(target, HttpTarget)
    assert target.url == "http://two/v1"


def test_models_without_an_endpoint() -> None:
    assert read_target("embedded", environ={}) == EmbeddedTarget(None)
    assert read_target("embedded:a/b.gguf", environ={}) == EmbeddedTarget(Path("a/b.gguf"))
    assert read_target("scripted:a.yaml", environ={}) == ScriptedTarget(Path("a.yaml"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["unknown model ''", "URL#NAME", "embedded"]),
        ("gpt-4o", ["unknown model 'gpt-4o'", "OPENAI_BASE_URL"]),
        ("embeded", ["Did you mean 'embedded'?"]),
        ("weights.gguf", ["Did you mean 'embedded:weights.gguf'?"]),
        ("scripted:", ["a path is missing: scripted:FILE"]),
        ("embedded:", ["a path is missing: embedded:PATH.gguf"]),
        ("ftp://h/v1#m", ["http:// or https://"]),
        ("nowhere.yaml", ["nowhere.yaml: no such file"]),
        ("my model", ["unknown model 'my model'"]),
    ],
)
def test_what_is_no_model_is_one_clear_line(text: str, words: list[str]) -> None:
    with pytest.raises(DeclarationError) as caught:
        open_model(text, environ={})
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message


def test_a_misspelt_embedded_is_not_sent_to_a_provider() -> None:
    with pytest.raises(DeclarationError, match="Did you mean 'embedded'"):
        read_target("embeded", environ={"OPENAI_API_KEY": KEY})


def test_a_script_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "script.yaml"
    path.write_text("default: Paris")
    model = open_model(f"scripted:{path}")
    assert isinstance(model, ScriptedModel)
    assert asyncio.run(model.answer(CHAT)).text == "Paris"


def test_a_key_is_sent_and_nowhere_shown() -> None:
    with Endpoint() as endpoint:
        target = read_target(f"{endpoint.url}#test", environ={"OPENAI_API_KEY": KEY})
        model = open_model(f"{endpoint.url}#test", environ={"OPENAI_API_KEY": KEY})
        asyncio.run(answered(model))
        assert endpoint.received[0].headers["Authorization"] == f"Bearer {KEY}"
    assert KEY not in repr(target) + repr(model) + repr(vars(model)) + model.identity


async def answered(model: Any) -> Response:
    try:
        await check(model)
        response: Response = await model.answer(CHAT)
        return response
    finally:
        await model.close()


def test_settings_reach_the_endpoint() -> None:
    target = read_target("http://h/v1#m", settings=CallSettings(max_connections=2), environ={})
    assert isinstance(target, HttpTarget)
    assert target.settings.max_connections == 2


def test_the_only_model_is_taken_even_inside_a_loop() -> None:
    async def main(url: str) -> str:
        model = open_model(url, environ={})
        await model.close()
        return model.identity

    with Endpoint() as endpoint:
        assert asyncio.run(main(endpoint.url)) == f"{endpoint.url}#test"
        assert open_model(endpoint.url, environ={}).identity == f"{endpoint.url}#test"


@pytest.mark.parametrize(
    ("names", "words"),
    [(["a", "b"], "has 2 models. Give URL#NAME with one of: a, b"), ([], "lists no models")],
)
def test_more_or_no_models_are_one_line(names: list[str], words: str) -> None:
    async def models(_: web.Request) -> web.Response:
        return web.json_response({"data": [{"id": name} for name in names]})

    async def main() -> None:
        app = web.Application()
        app.router.add_get("/v1/models", models)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
        try:
            await asyncio.to_thread(open_model, url, environ={})
        finally:
            await runner.cleanup()

    with pytest.raises(DeclarationError, match=words):
        asyncio.run(main())


def test_an_unreachable_server_without_a_name_is_one_line() -> None:
    with pytest.raises(DeclarationError, match="cannot connect"):
        open_model("http://127.0.0.1:9/v1", environ={})


def test_log_likelihoods_come_through_the_whole_stack() -> None:
    request = Likelihood(context="The cat sat. The cat", continuations=(" sat", " ran"))

    async def main(url: str) -> Response:
        model = open_model(f"{url}#toy", environ={})
        try:
            await check(model)
            found = await model.capabilities()
            assert (found.likelihood, found.completions, found.chat) == (True, True, False)
            return await model.answer(request)
        finally:
            await model.close()

    with EchoEndpoint() as endpoint:
        response = asyncio.run(main(endpoint.url))
    assert [score.logprob for score in response.likelihoods] == [
        pytest.approx(truth(request.context, one)[0]) for one in request.continuations
    ]


def test_opening_an_endpoint_reads_no_file_and_loads_no_engine() -> None:
    program = (
        "import sys\n"
        "from statera.models.opening import open_model\n"
        "open_model('http://127.0.0.1:9/v1#m', environ={})\n"
        "assert not {'llama_cpp_py_sync', 'genai_prices', 'numpy'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=600)


def test_the_wrapper_of_an_endpoint_is_known() -> None:
    assert isinstance(open_model("http://h/v1#m", environ={}), Configured)
