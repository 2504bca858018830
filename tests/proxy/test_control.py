"""Orders: who may give them, and that they are taken on an address of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proxy.guards import CHAT, POLICY, RunningGuard, get, guard, post, send
from tests.proxy.upstreams import RawUpstream, answer


@pytest.fixture(scope="module")
def upstream() -> Iterator[RawUpstream]:
    with RawUpstream(lambda asked: [answer({})]) as found:
        yield found


@pytest.fixture(scope="module")
def running(
    upstream: RawUpstream, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningGuard]:
    with guard(upstream.url, POLICY, tmp_path_factory.mktemp("guard")) as found:
        yield found


def test_orders_are_not_taken_where_clients_come(running: RunningGuard) -> None:
    for path in ("inflight", "policy", "drain", "reload"):
        assert get(f"{running.url}/control/{path}").status == 404


def test_the_policy_in_force_is_told(running: RunningGuard) -> None:
    told = get(f"{running.control}/control/policy").json
    assert told["policy"]["name"] == "test"
    assert told["fault"] == ""
    assert len(told["digest"]) == 12


def test_an_unknown_order_is_told_which_there_are(running: RunningGuard) -> None:
    found = post(f"{running.control}/control/inflight", b"")
    assert found.status == 404
    assert "GET /control/inflight" in found.json["error"]["message"]


def test_a_token_is_asked_for(upstream: RawUpstream, tmp_path: Path) -> None:
    with guard(upstream.url, POLICY, tmp_path, control_token="secret") as running:
        where = f"{running.control}/control/inflight"
        assert get(where).status == 401
        assert get(where, {"authorization": "Bearer other"}).status == 401
        assert get(where, {"authorization": "Bearer secret"}).json["inflight"] == 0


def test_what_was_drained_is_resumed(running: RunningGuard) -> None:
    body = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
    assert post(f"{running.control}/control/drain", b"").json["draining"] is True
    refused = post(running.url + CHAT, body)
    assert (refused.status, refused.json["error"]["code"]) == (503, "draining")
    assert refused.json["error"]["message"] == "The guard takes no requests now."
    assert post(f"{running.control}/control/resume", b"").json["draining"] is False
    assert post(running.url + CHAT, body).status != 503


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"host": "evil.example"},
        {"host": "127.0.0.1.evil.example"},
        {"host": "localhost:80@evil.example"},
    ],
)
def test_without_a_token_no_page_of_a_browser_gives_orders(
    running: RunningGuard, headers: dict[str, str]
) -> None:
    found = send("POST", f"{running.control}/control/drain", b"", headers)
    assert (found.status, found.json["error"]["code"]) == (403, "forbidden")
    assert get(f"{running.control}/control/inflight", {"host": "localhost:1"}).status == 200
    assert get(f"{running.control}/control/inflight", {"host": "[::1]"}).json["draining"] is False


def test_with_a_token_it_is_asked_from_anywhere(upstream: RawUpstream, tmp_path: Path) -> None:
    headers = {"host": "guard.example", "authorization": "Bearer secret"}
    with guard(upstream.url, POLICY, tmp_path, control_token="secret") as running:
        assert get(f"{running.control}/control/inflight", headers).status == 200


def test_after_a_resume_readiness_is_not_what_was_known_before(
    upstream: RawUpstream, tmp_path: Path
) -> None:
    with guard(upstream.url, POLICY, tmp_path) as running:
        for healthy in (False, True, False, True):
            post(f"{running.control}/control/drain", b"")
            assert get(f"{running.url}/health/ready").status == 503
            upstream.healthy = healthy
            post(f"{running.control}/control/resume", b"")
            assert get(f"{running.url}/health/ready").status == (200 if healthy else 503)
