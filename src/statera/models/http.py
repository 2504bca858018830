"""A model behind an OpenAI-compatible endpoint: one attempt for each call.

    model = HttpModel(endpoint, "my-model", extra={}, likelihoods=None)
    response = await model.answer(Chat(messages=(Message("user", "Hi"),)))

Failed attempts that another may mend are raised as AttemptFailed, so this model is not used bare:
`models.stack` puts the wrappers around it that limit, retry and turn failures into values.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any, NamedTuple, Protocol

import msgspec

from statera.errors import EndpointError
from statera.models.attempts import AttemptFailed, HttpReply
from statera.models.bodies import Fields, chat_fields, completion_fields, embedding_fields
from statera.models.endpoint import Answer, Endpoint, inner_status
from statera.models.replies import Undecodable, read_embeddings, read_reply
from statera.models.streams import Gathered
from statera.records.requests import (
    Chat,
    Complete,
    Embed,
    Likelihood,
    Message,
    Request,
    Sampling,
)
from statera.records.responses import Capabilities, Failure, Response

CHAT = "/chat/completions"
COMPLETIONS = "/completions"
EMBEDDINGS = "/embeddings"


class Findings(Protocol):
    """What a probe for log-likelihoods found: `reason` says why there are none, or is empty."""

    @property
    def reason(self) -> str: ...  # noqa: D102


class LikelihoodSource(Protocol):
    """What answers Likelihood requests at this endpoint."""

    async def answer(self, request: Likelihood) -> Response: ...  # noqa: D102
    async def findings(self) -> Findings: ...  # noqa: D102


class HttpModel:
    """One model name at one endpoint.

    `extra` are fields sent with every chat and completion. `likelihoods` answers Likelihood
    requests; without it they fail.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        name: str,
        *,
        extra: Mapping[str, Any] | None = None,
        likelihoods: LikelihoodSource | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.name = name
        self._extra = dict(extra or {})
        self._likelihoods = likelihoods

    @property
    def identity(self) -> str:
        """`URL#NAME` without credentials, query and fragment, or what was handed in."""
        return self.endpoint.identity

    async def answer(self, request: Request) -> Response:
        """Ask once. Raises AttemptFailed where another attempt may help."""
        if isinstance(request, Likelihood):
            return await self._likelihood(request)
        path, fields = self._spelled(request)
        answer = await self.endpoint.ask(path, fields)
        if answer.failure is not None:
            return Response(failure=answer.failure, notes=answer.notes)
        return self._read(request, answer)

    async def stream(self, request: Chat | Complete) -> AsyncGenerator[str | Response, None]:
        """Ask once and yield pieces of text as they come, then the whole Response."""
        path, fields = self._spelled(request)
        fields |= {"stream": True, "stream_options": {"include_usage": True}}
        started = self.endpoint.clock.monotonic()
        first: float | None = None
        gathered = Gathered()
        async with aclosing(self._pieces(path, fields, gathered)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Response):
                    yield msgspec.structs.replace(piece, first_token_seconds=first)
                    return
                if first is None:
                    first = self.endpoint.clock.monotonic() - started
                yield piece

    async def capabilities(self) -> Capabilities:
        """Find out by asking for one token; EndpointError when nothing answers at all.

        A path that refuses just this request (one token is too few for a model that thinks) is
        there; where the other one answers, that is taken to be what the model is for.
        """
        chat = await self._probe(Chat(messages=(Message("user", "Hi"),), sampling=_ONE_TOKEN))
        completions = await self._probe(Complete(prompt="Hi", sampling=_ONE_TOKEN))
        if chat.absent and completions.absent:
            raise EndpointError(chat.words)
        chats = not chat.words or (bool(completions.words) and not chat.absent)
        completes = not completions.words or (chat.absent and not completions.absent)
        reason = completions.words or "nothing here scores log-likelihoods"
        if self._likelihoods is not None and completes:
            reason = (await self._likelihoods.findings()).reason
        return Capabilities(
            chat=chats,
            completions=completes,
            likelihood=not reason,
            likelihood_reason=reason,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self.endpoint.transport.close()

    def _spelled(self, request: Chat | Complete | Embed) -> tuple[str, Fields]:
        if isinstance(request, Chat):
            return CHAT, chat_fields(request, self.name, self._extra)
        if isinstance(request, Complete):
            return COMPLETIONS, completion_fields(request, self.name, self._extra)
        return EMBEDDINGS, embedding_fields(request, self.name)

    def _read(self, request: Chat | Complete | Embed, answer: Answer) -> Response:
        try:
            if isinstance(request, Embed):
                return read_embeddings(answer.body, len(request.texts), answer.notes)
            return read_reply(answer.body, answer.notes)
        except Undecodable as error:
            raise self.endpoint.undecodable(error) from None

    async def _likelihood(self, request: Likelihood) -> Response:
        if self._likelihoods is None:
            message = "this model was opened without a source of log-likelihoods"
            return Response(failure=Failure(kind="infra", message=message))
        return await self._likelihoods.answer(request)

    async def _pieces(
        self, path: str, fields: Fields, gathered: Gathered
    ) -> AsyncGenerator[str | Response, None]:
        """Yield every piece that is not empty, then the Response; adapts before the first."""
        sent, notes = self.endpoint.translated(fields)
        body = self.endpoint.encoded(sent)
        if isinstance(body, Failure):
            yield Response(failure=body)
            return
        try:
            async with aclosing(self.endpoint.lines(path, body)) as lines:
                async for line in lines:
                    if piece := self._taken(gathered, line):
                        yield piece
            yield self._whole(gathered, notes)
            return
        except AttemptFailed as failed:
            if failed.reply is None:
                raise
            refused = failed.reply
        if not self.endpoint.adapted(refused, sent):
            yield Response(failure=self.endpoint.refuse(refused), notes=notes)
            return
        async with aclosing(self._pieces(path, fields, gathered)) as again:
            async for more in again:
                yield more

    def _taken(self, gathered: Gathered, line: bytes) -> str:
        try:
            piece = gathered.add(line)
        except Undecodable as error:
            raise self.endpoint.undecodable(error) from None
        if gathered.error is not None:
            reply = HttpReply(inner_status(gathered.error), {}, gathered.error)
            raise AttemptFailed("server", "an error inside the stream", reply=reply)
        return piece

    def _whole(self, gathered: Gathered, notes: tuple[str, ...]) -> Response:
        try:
            if gathered.unstreamed is not None:
                return read_reply(gathered.unstreamed, (*notes, "answered without streaming"))
            return gathered.response(notes)
        except Undecodable as error:
            raise self.endpoint.undecodable(error) from None

    async def _probe(self, request: Chat | Complete) -> "_No":
        try:
            response = await self.answer(request)
        except EndpointError as error:
            return _No(str(error), absent=True)
        return _No(response.failure.message if response.failure else "", absent=False)


class _No(NamedTuple):
    """Why a request was refused, or ""; `absent` when its path or the model is not there at all."""

    words: str
    absent: bool


_ONE_TOKEN = Sampling(max_tokens=1)
