"""Routes that pass unexamined: as they are, within bounds."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from statera.proxy.connection import UpstreamFault
from statera.proxy.passing import target, upstream_failure
from tests.proxy.guards import POLICY, RunningGuard, guard, post, send
from tests.proxy.upstreams import CLOSE, Asked, RawUpstream, answer

TEXT = {"content-type": "text/plain"}


@pytest.fixture(scope="module")
def upstream() -> Iterator[RawUpstream]:
    with RawUpstream(lambda asked: [answer(b"pong", 201, "text/plain", "x-a: 1\r\n")]) as found:
        yield found


@pytest.fixture(scope="module")
def running(
    upstream: RawUpstream, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningGuard]:
    folder, policy = tmp_path_factory.mktemp("guard"), POLICY + "routes: [/raw, /v1/completions]\n"
    with guard(upstream.url, policy, folder, max_body=1000) as found:
        yield found


def test_it_passes_as_it_is(running: RunningGuard, upstream: RawUpstream) -> None:
    upstream.asked.clear()
    found = send("PUT", f"{running.url}/raw?a=%20", b"\x00forbidden", TEXT)
    assert (found.status, found.body, found.headers["x-a"]) == (201, b"pong", "1")
    asked: Asked = upstream.asked[0]
    assert (asked.method, asked.path, asked.body) == (b"PUT", b"/raw?a=%20", b"\x00forbidden")
    assert "x-statera-decision" not in found.headers


def test_head_has_no_body(running: RunningGuard) -> None:
    found = send("HEAD", f"{running.url}/raw", None, {})
    assert (found.status, found.body) == (201, b"")


def test_a_guarded_route_stays_guarded_whatever_the_policy_names(running: RunningGuard) -> None:
    found = post(f"{running.url}/v1/completions", {"model": "m", "prompt": "forbidden"})
    assert (found.status, found.json["error"]["code"]) == (400, "content_filter")


def test_bounds_and_faults_hold_here_too(running: RunningGuard, upstream: RawUpstream) -> None:
    assert send("POST", f"{running.url}/raw", b"x" * 2000, TEXT).status == 413
    before, upstream.script = upstream.script, lambda asked: [CLOSE]
    found = send("POST", f"{running.url}/raw", b"x", TEXT)
    upstream.script = before
    assert (found.status, found.json["error"]["code"]) == (502, "upstream_error")


def test_faults_have_their_statuses() -> None:
    kinds = {"silent": 504, "draining": 503, "reset": 502, "unreachable": 502, "invalid": 502}
    for kind, status in kinds.items():
        assert upstream_failure(UpstreamFault(kind, "x")).status == status  # type: ignore[arg-type]


def test_a_target_is_path_and_query() -> None:
    assert target({"raw_path": b"/a%2f", "query_string": b""}) == b"/a%2f"
    assert target({"raw_path": b"/a", "query_string": b"b=%20"}) == b"/a?b=%20"


def test_without_a_policy_that_names_it_nothing_passes(
    upstream: RawUpstream, tmp_path: Path
) -> None:
    with guard(upstream.url, POLICY, tmp_path) as running:
        for path in ("/invocations", "/score", "/pooling", "/tokenize", "/raw", "/"):
            found = post(running.url + path, {})
            assert (found.status, found.json["error"]["code"]) == (404, "route_not_allowed")


def test_a_question_for_models_has_no_body(running: RunningGuard, upstream: RawUpstream) -> None:
    upstream.asked.clear()
    for name in ("", "/m"):
        found = send("GET", f"{running.url}/v1/models{name}", b'{"a": "forbidden"}', {})
        assert (found.status, found.json["error"]["code"]) == (400, "body_not_allowed")
    assert upstream.asked == []
    for headers in ({"content-length": "0"}, {"x-http-method-override": "POST"}):
        assert send("GET", f"{running.url}/v1/models/m", None, headers).status == 201
    assert b"x-http-method-override" not in upstream.asked[-1].headers


def test_a_question_for_models_says_nothing_in_its_query(
    running: RunningGuard, upstream: RawUpstream
) -> None:
    assert send("GET", f"{running.url}/v1/models?limit=2&after=m-1", None, {}).status == 201
    upstream.asked.clear()
    found = send("GET", f"{running.url}/v1/models?q=how+to", None, {})
    assert (found.status, found.json["error"]["code"]) == (400, "unknown_field")
    assert found.json["error"]["param"] == "query.q"
    assert upstream.asked == []


@pytest.mark.parametrize(
    ("name", "passes"),
    [
        ("m", True),
        ("org/model-7b.gguf", True),
        ("llama3:8b", True),
        ("llama3:latest", True),
        ("m:predict", False),
        ("m@2", False),
        ("../m", False),
        ("a/b/c/d/e", False),
        (".m", False),
        ("m" * 129, False),
    ],
)
def test_only_a_models_name_passes(running: RunningGuard, name: str, passes: bool) -> None:
    found = send("GET", f"{running.url}/v1/models/{name}", None, {})
    assert found.status == (201 if passes else 404)
