import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any, TypeVar

import pytest

from statera.errors import EndpointError
from statera.models.attempts import AttemptFailed
from statera.models.clock import SystemClock
from statera.models.endpoint import Endpoint
from statera.models.http import HttpModel
from statera.models.transport import Transport
from statera.protocols import Model, Streaming
from statera.records.requests import Complete, Embed, Likelihood, Request, Sampling
from statera.records.responses import Capabilities, ContinuationScore, Response, Usage
from tests.endpoint import AZURE_FILTER, Behaviour, Fault, StreamStyle, letter
from tests.endpoint import Endpoint as Server
from tests.models.asking import chat

T = TypeVar("T")


class Found:
    def __init__(self, reason: str) -> None:
        self.reason = reason


class Scores:
    """A source of log-likelihoods that needs no server."""

    def __init__(self, reason: str = "") -> None:
        self._reason = reason

    async def answer(self, request: Likelihood) -> Response:
        scores = [ContinuationScore(logprob=-1.0, greedy=True, tokens=1)]
        return Response(likelihoods=tuple(scores * len(request.continuations)))

    async def findings(self) -> Found:
        return Found(self._reason)


def using(
    server: Server,
    use: Callable[[HttpModel], Awaitable[T]],
    *,
    likelihoods: Scores | None = None,
    extra: dict[str, Any] | None = None,
) -> T:
    async def main() -> T:
        transport = Transport(server.url)
        endpoint = Endpoint(transport, identity="id", secrets=(), clock=SystemClock())
        model = HttpModel(endpoint, "m", extra=extra, likelihoods=likelihoods)
        try:
            return await use(model)
        finally:
            await model.close()

    return asyncio.run(main())


def answered(server: Server, request: Request, **more: Any) -> Response:
    return using(server, lambda model: model.answer(request), **more)


HELLO = chat("hello")


def streamed(server: Server, request: Request = HELLO) -> list[str | Response]:
    async def use(model: HttpModel) -> list[str | Response]:
        assert not isinstance(request, Likelihood | Embed)
        return [piece async for piece in model.stream(request)]

    return using(server, use)


def test_it_is_a_model_that_streams(endpoint: Server) -> None:
    async def use(model: HttpModel) -> bool:
        return isinstance(model, Model) and isinstance(model, Streaming)

    assert using(endpoint, use)


def test_a_chat_is_answered(endpoint: Server) -> None:
    response = answered(endpoint, chat("hello", Sampling(max_tokens=9, seed=7)))
    assert response == Response(
        text=letter("hello"),
        finish="stop",
        usage=Usage(prompt_tokens=1, completion_tokens=1),
        model="m",
    )
    sent = endpoint.received[0]
    assert sent.path == "/v1/chat/completions"
    assert sent.body == {
        "model": "m",
        "messages": [{"role": "user", "content": "hello"}],
        "temperature": 0.0,
        "max_tokens": 9,
        "seed": 7,
    }


def test_a_completion_is_answered(endpoint: Server) -> None:
    response = answered(endpoint, Complete(prompt="hello"), extra={"user": "me"})
    assert response.text == letter("hello")
    assert endpoint.received[0].path == "/v1/completions"
    assert endpoint.received[0].body["user"] == "me"


def test_embeddings_are_answered_in_order(endpoint: Server) -> None:
    response = answered(endpoint, Embed(texts=("a", "four", "")))
    assert [vector[0] for vector in response.embeddings] == [1.0, 4.0, 0.0]
    assert response.usage == Usage(prompt_tokens=3)


def test_log_likelihoods_come_from_their_source(endpoint: Server) -> None:
    request = Likelihood(context="a", continuations=(" b", " c"))
    assert len(answered(endpoint, request, likelihoods=Scores()).likelihoods) == 2


def test_log_likelihoods_without_a_source_fail_with_the_reason(endpoint: Server) -> None:
    failure = answered(endpoint, Likelihood(context="a", continuations=(" b",))).failure
    assert failure is not None
    assert "log-likelihoods" in failure.message


BROKEN: list[Fault] = ["badjson", "html", "null", "nochoices"]


@pytest.mark.parametrize("fault", BROKEN)
def test_a_body_without_an_answer_is_a_failed_attempt(endpoint: Server, fault: Fault) -> None:
    endpoint.reset(Behaviour(fault=fault))
    with pytest.raises(AttemptFailed) as caught:
        answered(endpoint, chat())
    assert caught.value.kind == "undecodable"


def test_a_no_is_a_failure_with_its_notes(endpoint: Server) -> None:
    async def use(model: HttpModel) -> Response:
        endpoint.reset(Behaviour(rejects=("temperature",)))
        await model.answer(chat())
        endpoint.reset(Behaviour(fault="body", status=400, body=AZURE_FILTER))
        return await model.answer(chat())

    response = using(endpoint, use)
    assert response.failure is not None
    assert response.failure.kind == "refused"
    assert response.notes == ("temperature not accepted",)


def test_one_call_is_one_attempt(endpoint: Server) -> None:
    endpoint.reset(Behaviour(fault="500"))
    with pytest.raises(AttemptFailed):
        answered(endpoint, chat())
    assert endpoint.count == 1


STYLES = [
    StreamStyle(),
    StreamStyle(cut=1, newline="\r\n", comments=True),
    StreamStyle(cut=3),
    StreamStyle(done=False),
    StreamStyle(finish=False),
    StreamStyle(usage=False),
]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("request_", [chat("hello"), Complete(prompt="hello")])
def test_a_stream_is_its_pieces_and_then_the_whole(style: StreamStyle, request_: Request) -> None:
    text = "Zürich 東京 ✓ done"
    with Server(Behaviour(style=style), answer=lambda _: text) as server:
        *pieces, last = streamed(server, request_)
    assert isinstance(last, Response)
    assert "".join(str(piece) for piece in pieces) == text == last.text
    assert last.first_token_seconds is not None
    assert last.finish == ("stop" if style.finish else None)
    assert (last.usage is None) == (not style.usage)


def test_a_stream_that_is_cut_is_a_failed_attempt() -> None:
    style = StreamStyle(stops_after=3)
    server = Server(Behaviour(style=style), answer=lambda _: "long answer")
    with server, pytest.raises(AttemptFailed) as caught:
        streamed(server)
    assert caught.value.kind in ("undecodable", "reset")


def test_an_error_inside_a_stream_is_a_failed_attempt(endpoint: Server) -> None:
    endpoint.reset(Behaviour(style=StreamStyle(error_after=2)))
    with pytest.raises(AttemptFailed, match="engine died") as caught:
        streamed(endpoint)
    assert caught.value.status == 500


def test_a_server_that_does_not_stream_is_read_all_the_same(endpoint: Server) -> None:
    whole = {"choices": [{"message": {"content": "A"}, "finish_reason": "stop"}]}
    endpoint.reset(Behaviour(fault="body", status=200, body=whole))
    (last,) = streamed(endpoint)
    assert isinstance(last, Response)
    assert (last.text, last.notes) == ("A", ("answered without streaming",))


def test_a_stream_adapts_before_its_first_piece(endpoint: Server) -> None:
    endpoint.reset(Behaviour(rejects=("stream_options", "temperature")))
    *pieces, last = streamed(endpoint, chat("hello"))
    assert isinstance(last, Response)
    assert pieces == [letter("hello")]
    assert set(last.notes) == {"stream_options not accepted", "temperature not accepted"}


def test_a_stream_that_is_refused_is_a_failure(endpoint: Server) -> None:
    endpoint.reset(Behaviour(fault="body", status=400, body=AZURE_FILTER))
    (last,) = streamed(endpoint)
    assert isinstance(last, Response)
    assert last.failure is not None
    assert last.failure.kind == "refused"


def test_a_stream_that_is_left_early_closes_its_connection(endpoint: Server) -> None:
    endpoint.reset(Behaviour(style=StreamStyle(pause=0.02)))

    async def use(model: HttpModel) -> str:
        async with aclosing(model.stream(HELLO)) as pieces:
            async for piece in pieces:
                assert isinstance(piece, str)
                return piece
        return ""

    assert using(endpoint, use) == letter("hello")


ABLE: list[tuple[Scores | None, Capabilities]] = [
    (Scores(), Capabilities(completions=True, likelihood=True)),
    (
        Scores("echo is ignored"),
        Capabilities(completions=True, likelihood_reason="echo is ignored"),
    ),
    (
        None,
        Capabilities(completions=True, likelihood_reason="nothing here scores log-likelihoods"),
    ),
]


@pytest.mark.parametrize(("source", "able"), ABLE)
def test_capabilities_are_found_by_asking(
    endpoint: Server, source: Scores | None, able: Capabilities
) -> None:
    assert using(endpoint, lambda model: model.capabilities(), likelihoods=source) == able


THINKING = Behaviour(least=16, completes=False)


def test_a_model_that_thinks_first_is_there_although_one_token_is_too_few(
    endpoint: Server,
) -> None:
    endpoint.reset(THINKING)
    able = using(endpoint, lambda model: model.capabilities(), likelihoods=Scores())
    assert (able.chat, able.completions, able.likelihood) == (True, False, False)
    assert "not supported in the v1/completions endpoint" in able.likelihood_reason


def test_where_a_chat_is_refused_and_texts_are_continued_it_is_a_base_model(
    endpoint: Server,
) -> None:
    endpoint.reset(Behaviour(rejects=("messages",)))
    able = using(endpoint, lambda model: model.capabilities(), likelihoods=Scores())
    assert able == Capabilities(chat=False, completions=True, likelihood=True)


def test_nothing_that_answers_is_told_in_the_servers_words(endpoint: Server) -> None:
    endpoint.reset(Behaviour(fault="body", status=401, body={"error": "wrong key"}))
    with pytest.raises(EndpointError, match="401 wrong key"):
        using(endpoint, lambda model: model.capabilities())
