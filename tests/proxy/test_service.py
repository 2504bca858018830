import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from statera.proxy.aside import MOST_AT_ONCE
from statera.proxy.service import Service, Trace, Traces
from statera.proxy.telemetry import Telemetry
from statera.proxy.telemetry import Trace as Made
from statera.proxy.wire.refusals import Refused
from tests.proxy.guards import CHAT, POLICY, asking, guard, post
from tests.proxy.test_bookkeeping import service
from tests.proxy.upstreams import RawUpstream, answer, chat


def test_telemetry_is_what_a_service_takes() -> None:
    traces: type[Traces] = Telemetry
    trace: type[Trace] = Made
    assert {"begin", "close"} <= set(dir(traces))
    assert {"evaluated", "end"} <= set(dir(trace))
    assert Service.__annotations__["traces"] == Traces | None


def test_a_long_body_is_read_beside_the_event_loop(tmp_path: Path) -> None:
    def name() -> str:
        return threading.current_thread().name

    def refuse() -> None:
        raise Refused("no", code="no")

    with ThreadPoolExecutor(1, thread_name_prefix="beside") as pool:
        given = service(tmp_path)._replace(reader=pool)
        assert asyncio.run(given.aside(MOST_AT_ONCE, name)) == name()
        assert asyncio.run(given.aside(MOST_AT_ONCE + 1, name)) == "beside_0"
        assert asyncio.run(given._replace(reader=None).aside(MOST_AT_ONCE + 1, name)) == name()
        with pytest.raises(Refused):
            asyncio.run(given.aside(MOST_AT_ONCE + 1, refuse))


def test_long_bodies_are_guarded_as_short_ones_are(tmp_path: Path) -> None:
    said = "A harmless sentence. " * 5000
    with RawUpstream(lambda _: [answer(chat(said + "forbidden"))]) as upstream:
        with guard(upstream.url, POLICY, tmp_path) as running:
            found = post(running.url + CHAT, asking(said))
            assert found.json["choices"][0]["finish_reason"] == "content_filter"
            assert post(running.url + CHAT, asking(said + "forbidden")).status == 400
            assert post(running.url + CHAT, asking(said, nonsense="x")).status == 400
        assert [one.json["messages"][0]["content"] for one in upstream.asked] == [said]
