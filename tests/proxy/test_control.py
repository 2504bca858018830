"""Orders: who may give them, and that they are taken on an address of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proxy.guards import POLICY, RunningGuard, get, guard, post
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
