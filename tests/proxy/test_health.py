import asyncio
import socket

import pytest

from statera.proxy.health import Health
from statera.proxy.terms import read_upstream
from statera.proxy.upstream import Limits, UpstreamClient
from tests.proxy.upstreams import CLOSE, Asked, RawUpstream, Step, answer


def looked(url: str, path: bytes = b"/probe") -> Health:
    """Return what is known of upstream after one look."""

    async def go() -> Health:
        client = UpstreamClient(read_upstream(url), Limits())
        health = Health(client, path=path)
        await health.look()
        client.close()
        return health

    return asyncio.run(go())


@pytest.mark.parametrize(("status", "found"), [(200, ""), (404, ""), (503, "upstream answers 503")])
def test_any_answer_below_500_is_one(status: int, found: str) -> None:
    with RawUpstream(lambda asked: [answer({}, status)]) as upstream:
        assert looked(upstream.url).upstream == found


def test_one_that_does_not_answer_is_told_in_words() -> None:
    with RawUpstream(lambda asked: [CLOSE]) as upstream:
        assert looked(upstream.url).upstream == "upstream closed the connection"
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    assert looked(url).upstream.startswith("upstream cannot be reached")


def test_all_reasons_are_told() -> None:
    with RawUpstream(lambda asked: [answer({})]) as upstream:
        health = looked(upstream.url)
    assert health.waiting_for(warm=True, draining=False) == ()
    assert health.waiting_for(warm=False, draining=True) == (
        "the classifier is not warmed up",
        "draining",
    )


def test_of_two_looks_at_a_time_the_later_counts() -> None:
    loop: list[asyncio.AbstractEventLoop] = []
    answers: list[list[Step]] = [[0.2, answer({}, 503)], [answer({})]]

    asked = asyncio.Event()

    async def go(url: str) -> str:
        loop.append(asyncio.get_running_loop())
        client = UpstreamClient(read_upstream(url), Limits())
        health = Health(client, path=b"/probe")
        early = asyncio.ensure_future(health.look())
        await asked.wait()
        await health.renew(1)
        await health.renew(1)
        await early
        client.close()
        return health.upstream

    def script(_: Asked) -> list[Step]:
        loop[0].call_soon_threadsafe(asked.set)
        return answers.pop(0)

    with RawUpstream(script) as upstream:
        assert asyncio.run(go(upstream.url)) == ""
