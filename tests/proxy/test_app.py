"""The paths: what is guarded, what passes, what is told about the guard."""

import asyncio
import http.client
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

from tests.embedded_server import EmbeddedServer
from tests.proxy.guards import CHAT, POLICY, RunningGuard, asking, get, guard, post, send
from tests.proxy.upstreams import Asked, RawUpstream, Step, answer, chat, chunks, stream

MODELS = {"object": "list", "data": [{"id": "m", "object": "model"}]}
PAGE = b"# TYPE vllm:num_requests_running gauge\nvllm:num_requests_running 3.0\nstatera_fake 1\n"


def script(asked: Asked) -> list[Step]:
    if asked.path.startswith(b"/v1/models"):
        return [answer(MODELS)]
    if asked.path == b"/metrics":
        return [answer(PAGE, kind="text/plain; version=0.0.4")]
    if asked.path == b"/tokenize":
        return [answer({"tokens": [1]})]
    if asked.json.get("stream"):
        return list(stream(chunks("one ", "two ", "three")))
    return [answer(chat("fine"))]


@pytest.fixture(scope="module")
def upstream() -> Iterator[RawUpstream]:
    with RawUpstream(script) as found:
        yield found


@pytest.fixture(scope="module")
def running(
    upstream: RawUpstream, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningGuard]:
    policy = POLICY + "routes: [/tokenize]\n"
    with guard(upstream.url, policy, tmp_path_factory.mktemp("guard"), models=2) as found:
        yield found


def test_models_pass_and_one_model_too(running: RunningGuard) -> None:
    assert get(f"{running.url}/v1/models").json == MODELS
    assert get(f"{running.url}/v1/models/meta/Llama-3.1:8b").json == MODELS
    assert get(f"{running.url}/v1/models/../x").status == 404
    assert get(f"{running.url}/v1/models/").status == 404
    assert post(f"{running.url}/v1/models", {}).status == 405


def test_a_route_that_the_policy_names_passes_and_is_counted_as_such(
    running: RunningGuard,
) -> None:
    assert post(f"{running.url}/tokenize", {"prompt": "forbidden"}).json == {"tokens": [1]}
    refused = post(f"{running.url}/detokenize", {"tokens": [1]})
    assert (refused.status, refused.json["error"]["code"]) == (404, "route_not_allowed")
    assert "Did you mean" not in refused.json["error"]["message"]
    page = get(f"{running.url}/metrics").body.decode()
    assert 'phase="request",result="unexamined",route="/tokenize"' in page
    assert 'statera_guard_refusals_total{code="route_not_allowed",route="other"}' in page


@pytest.mark.parametrize(
    "path", ["/chat/completions", "/v1//chat/completions/", "/v1/v1/chat/completions"]
)
def test_a_path_that_is_nearly_one_of_them_is_told_which(running: RunningGuard, path: str) -> None:
    found = post(running.url + path, {"messages": []})
    assert found.status == 404
    assert found.json["error"]["message"].endswith("Did you mean '/v1/chat/completions'?")


@pytest.mark.parametrize("path", ["/health/live", "/health/startup", "/healthz", "/health"])
def test_the_process_tells_that_it_lives(running: RunningGuard, path: str) -> None:
    assert get(running.url + path).json == {"status": "ok"}
    assert send("HEAD", running.url + path, None, {}).status == 200


@pytest.mark.parametrize("path", ["/health/ready", "/readyz"])
def test_it_is_ready_as_long_as_upstream_answers(
    running: RunningGuard, upstream: RawUpstream, path: str
) -> None:
    assert get(running.url + path).json == {"status": "ready", "reasons": []}


def test_readiness_follows_upstream(upstream: RawUpstream, tmp_path: Path) -> None:
    upstream.healthy = False
    try:
        with guard(upstream.url, POLICY, tmp_path, waits=False) as running:
            found = get(f"{running.url}/health/ready")
            assert found.status == 503
            assert found.json["reasons"] != []
            assert get(f"{running.url}/health/startup").status == 200
    finally:
        upstream.healthy = True


def test_metrics_are_ours_and_the_models(running: RunningGuard) -> None:
    for model in ("a", "b", "c", "d"):
        post(running.url + CHAT, {**asking("hello"), "model": model})
    page = get(f"{running.url}/metrics")
    text = page.body.decode()
    assert page.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "vllm:num_requests_running 3.0" in text
    assert "statera_fake" not in text
    assert 'model="other"' in text
    assert 'model="d"' not in text
    assert 'statera_guard_policy_info{policy_sha="' in text
    for name in ("check_duration", "overhead"):
        assert f"statera_guard_{name}_seconds_count" in text
    assert 'statera_guard_tokens_total{model="other",type="input"}' in text


def test_the_stock_client_works_through_it(running: RunningGuard) -> None:
    with openai.OpenAI(base_url=f"{running.url}/v1", api_key="k", max_retries=0) as client:
        assert [model.id for model in client.models.list()] == ["m"]
        said: Any = [{"role": "user", "content": "hello"}]
        whole = client.chat.completions.create(model="m", messages=said)
        assert whole.choices[0].message.content == "fine"
        parts = client.chat.completions.create(model="m", messages=said, stream=True)
        assert "".join(p.choices[0].delta.content or "" for p in parts) == "one two three"
        said[0]["content"] = "forbidden"
        with pytest.raises(openai.BadRequestError) as blocked:
            client.chat.completions.create(model="m", messages=said)
        assert blocked.value.code == "content_filter"


async def _asynchronously(url: str) -> str:
    async with openai.AsyncOpenAI(base_url=f"{url}/v1", api_key="k", max_retries=0) as client:
        said: Any = [{"role": "user", "content": "hello"}]
        parts = await client.chat.completions.create(model="m", messages=said, stream=True)
        return "".join([p.choices[0].delta.content or "" async for p in parts])


def test_the_stock_asynchronous_client_too(running: RunningGuard) -> None:
    assert asyncio.run(_asynchronously(running.url)) == "one two three"


def test_a_real_small_model_answers_through_it(
    embedded_server: EmbeddedServer, tmp_path: Path
) -> None:
    with guard(embedded_server.root, POLICY, tmp_path) as running:
        base = f"{running.url}/v1"
        with openai.OpenAI(base_url=base, api_key="k", max_retries=0) as client:
            said: Any = [{"role": "user", "content": "Say hello."}]
            ask: dict[str, Any] = {
                "model": embedded_server.model, "messages": said, "max_tokens": 12,
                "temperature": 0,
            }  # fmt: skip
            whole = client.chat.completions.create(**ask).choices[0].message.content
            parts = client.chat.completions.create(stream=True, **ask)
            assert "".join(p.choices[0].delta.content or "" for p in parts) == whole
        told = running.events(4)
        assert {one["outcome"] for one in told} == {"allow"}
        (stream,) = [one for one in told if one["phase"] == "stream"]
        assert sum(one["role"] == "parameter" for one in stream["passages"]) == 1, "its fingerprint"


def test_what_is_too_much_is_told_to_come_again(upstream: RawUpstream, tmp_path: Path) -> None:
    release = threading.Event()

    def held(asked: Asked) -> Iterator[Step]:
        while not release.is_set():
            yield 0.01
        yield answer(chat("fine"))

    upstream.script = held
    found: list[int] = []
    terms: dict[str, Any] = {"max_inflight": 1, "max_queue": 1, "queue_seconds": 30.0}
    try:
        with guard(upstream.url, POLICY, tmp_path, **terms) as running:

            def busy() -> tuple[int, int]:
                told = get(f"{running.control}/control/inflight").json
                return told["inflight"], told["waiting"]

            def ask() -> None:
                found.append(post(running.url + CHAT, asking("hello")).status)

            threads = []
            for expected in ((1, 0), (1, 1)):
                threads.append(threading.Thread(target=ask))
                threads[-1].start()
                until = time.monotonic() + 10
                while busy() != expected:
                    assert time.monotonic() < until
                    time.sleep(0.005)
            refused = post(running.url + CHAT, asking("hello"))
            release.set()
            for thread in threads:
                thread.join()
    finally:
        upstream.script = script
    assert (refused.status, refused.json["error"]["code"]) == (503, "overloaded")
    assert refused.headers["retry-after"] == "1"
    assert found == [200, 200]


def test_many_requests_on_one_connection(running: RunningGuard) -> None:
    connection = http.client.HTTPConnection(running.url.removeprefix("http://"), timeout=10)
    for text, status in (("hello", 200), ("forbidden", 400), ("again", 200)):
        body = json.dumps(asking(text))
        connection.request("POST", CHAT, body, {"content-type": "application/json"})
        reply = connection.getresponse()
        reply.read()
        assert reply.status == status
    connection.close()
