import asyncio

import pytest

from statera.proxy.modelmetrics import model_metrics
from statera.proxy.terms import read_upstream
from statera.proxy.upstream import Limits, UpstreamClient
from tests.proxy.upstreams import RESET, RawUpstream, Step, answer

TEXT = "text/plain; version=0.0.4"
PAGE = b"# HELP a b\n# TYPE a gauge\na 1\nstatera_guard_x 1\n# TYPE statera_guard_x gauge\n# EOF\n"


def page(*steps: Step) -> bytes:
    async def go() -> bytes:
        client = UpstreamClient(read_upstream(upstream.url), Limits())
        try:
            return await model_metrics(client)
        finally:
            client.close()

    with RawUpstream(lambda asked: steps) as upstream:
        return asyncio.run(go())


def test_the_page_passes_without_names_of_ours() -> None:
    assert page(answer(PAGE, kind=TEXT)) == b"# HELP a b\n# TYPE a gauge\na 1\n"
    assert page(answer(b"a 1", kind=TEXT)) == b"a 1\n"


@pytest.mark.parametrize(
    "steps",
    [
        [answer(b"no", 404, TEXT)],
        [answer(b"<html>", kind="text/html")],
        [RESET],
        [answer(b"a 1\n" * 2**21, kind=TEXT)],
        [1.5],
    ],
    ids=["absent", "a page for people", "reset", "endless", "late"],
)
def test_what_is_no_page_is_left_out(steps: list[Step]) -> None:
    assert page(*steps) == b""
