"""The embedded model: a small real model in this process, with no network and no key.

It answers everything that an endpoint does (chat, completion, log-likelihood), in one thread
beside the event loop. The default is SmolLM2-135M-Instruct: near chance on MMLU, so it shows the
way and is no score to be proud of. Any GGUF file works the same.

    model = open_embedded()                                  # or open_embedded(Path("my.gguf"))
    response = await model.answer(Likelihood(context="2+2=", continuations=("4", "5")))
    response.likelihoods[0].logprob
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from statera.codec.strict import convert
from statera.errors import EndpointError
from statera.models.chattemplate import ChatTemplate, TemplateRefusal
from statera.models.clock import SystemClock
from statera.models.generation import Draw, End, Piece, generate
from statera.models.likelihoods import Likelihoods, Pair, TokenScore, cut_left, encode_pair
from statera.models.llama import (
    DEFAULT_CONTEXT,
    EngineFailure,
    Halted,
    Llama,
    PromptTooLong,
)
from statera.models.weights import Weights, find
from statera.models.worker import Worker
from statera.protocols import Clock
from statera.records.requests import Chat, Complete, Likelihood, Request
from statera.records.responses import (
    Capabilities,
    ContinuationScore,
    Failure,
    FailureKind,
    Response,
    TokenLogprob,
    Usage,
)

CHAT_LIMIT = 512
COMPLETION_LIMIT = 16
NO_TEMPLATE = "this model has no chat template, so it cannot chat; use completions"


class Loaded(NamedTuple):
    """A model in memory with all that works on it; `worker` is the thread it lives in."""

    weights: Weights
    llama: Llama
    likelihoods: Likelihoods
    template: ChatTemplate | None
    worker: Worker

    @property
    def identity(self) -> str:
        """What this model is, whatever its file is called: `embedded:b179c9523d0e`."""
        return f"embedded:{self.weights.sha256[:12]}"

    def prompt_tokens(self, text: str) -> list[int]:
        """Return a text's tokens; an empty text is the token that begins or ends texts."""
        return self.llama.tokenize(text) or [self.start]

    @property
    def start(self) -> int:
        """The token that stands before a text when nothing else does."""
        special = self.llama.special
        return special.bos if special.bos >= 0 else special.eos

    def chat_tokens(
        self, messages: list[dict[str, Any]], *, add_generation_prompt: bool = True
    ) -> list[int]:
        """Return a conversation's tokens; EndpointError without a template.

        Raises TemplateRefusal when the template does not take this conversation.
        """
        if self.template is None:
            raise EndpointError(NO_TEMPLATE)
        text = self.template.render(messages, add_generation_prompt=add_generation_prompt)
        return self.llama.tokenize(text, bos=False) or [self.start]

    def close(self) -> None:
        """Halt what is being worked on and free the memory."""
        self.worker.close()
        self.llama.close()


def load(path: Path | None = None, *, threads: int = 1, context: int = DEFAULT_CONTEXT) -> Loaded:
    """Load the default weights, or a GGUF file, in about 0.2 s.

    DeclarationError says what is not installed, not found or not a model. `context` is in tokens,
    never above the model's own; each costs 23 KB of memory with the default weights.
    """
    weights = find(path)
    llama = Llama(weights.path, context=context, threads=threads)
    return Loaded(weights, llama, Likelihoods(llama), _template(llama), Worker())


def open_embedded(path: Path | None = None, *, threads: int = 1) -> "EmbeddedModel":
    """Load the default weights, or a GGUF file, as a Model."""
    return EmbeddedModel(load(path, threads=threads), SystemClock())


def _template(llama: Llama) -> ChatTemplate | None:
    source = llama.template
    if source is None:
        return None
    bos, eos = llama.special.bos, llama.special.eos
    return ChatTemplate(
        source,
        bos=llama.detokenize([bos]) if bos >= 0 else "",
        eos=llama.detokenize([eos]) if eos >= 0 else "",
    )


class EmbeddedModel:
    """A Model (and Streaming) on a loaded GGUF."""

    def __init__(self, loaded: Loaded, clock: Clock) -> None:
        self.loaded = loaded
        self.clock = clock

    @property
    def identity(self) -> str:
        """The digest of the weights: `embedded:b179c9523d0e`."""
        return self.loaded.identity

    async def capabilities(self) -> Capabilities:
        """Return what this model can do; only chat depends on the file."""
        return Capabilities(
            chat=self.loaded.template is not None, completions=True, likelihood=True
        )

    async def answer(self, request: Request) -> Response:
        """Return the reply; a prompt over the context is a failure of kind `truncated`.

        EndpointError for what this model can never do: chat without a template, embeddings.
        """
        if isinstance(request, Likelihood):
            return await self._likelihood(request)
        if isinstance(request, Chat | Complete):
            whole = Response()
            async for item in self.stream(request):
                whole = item if isinstance(item, Response) else whole
            return whole
        raise EndpointError("the embedded model gives no embeddings")

    async def stream(self, request: Chat | Complete) -> AsyncIterator[str | Response]:
        """Yield the reply's text as it becomes certain, then the whole Response."""
        began = self.clock.monotonic()
        draw = _draw(request)
        try:
            tokens = self._tokens(request)
        except TemplateRefusal as refusal:
            yield self._failed("infra", str(refusal), began)
            return
        reply = _Reply(len(tokens))
        pieces = self.loaded.worker.stream(
            lambda halted: generate(self.loaded.llama, tokens, draw, halted=halted)
        )
        try:
            async for item in pieces:
                reply.take(item, self.clock.monotonic() - began)
                if isinstance(item, Piece) and item.text:
                    yield item.text
            yield self._finished(reply.response(), began)
        except PromptTooLong as error:
            yield self._failed("truncated", str(error), began)
        except EngineFailure as error:
            yield self._failed("infra", str(error), began)
        finally:
            await pieces.aclose()

    async def close(self) -> None:
        """Free the model; it cannot answer afterwards."""
        await asyncio.to_thread(self.loaded.close)

    def _tokens(self, request: Chat | Complete) -> list[int]:
        if isinstance(request, Complete):
            return self.loaded.prompt_tokens(request.prompt)
        return self.loaded.chat_tokens([msgspec.to_builtins(m) for m in request.messages])

    async def _likelihood(self, request: Likelihood) -> Response:
        began = self.clock.monotonic()
        pairs = [self._pair(request.context, text) for text in request.continuations]
        room = self.loaded.llama.context
        cut = [cut_left(pair, room) for pair in pairs]
        if why := _unscorable(cut):
            return self._failed(*why, began)
        try:
            scores = await self.loaded.worker.call(lambda halted: self._scores(cut, halted))
        except EngineFailure as error:
            return self._failed("infra", str(error), began)
        response = Response(
            likelihoods=scores,
            usage=Usage(prompt_tokens=sum(len(pair.context + pair.continuation) for pair in cut)),
            notes=(f"context cut on the left to {room} tokens",) if cut != pairs else (),
        )
        return self._finished(response, began)

    def _pair(self, context: str, continuation: str) -> Pair:
        if not context.strip():
            tokens = self.loaded.llama.tokenize(context + continuation, bos=False)
            return Pair([self.loaded.start], tokens)
        return encode_pair(self.loaded.llama.tokenize, context, continuation)

    def _scores(self, pairs: list[Pair], halted: Halted) -> tuple[ContinuationScore, ...]:
        continuation = self.loaded.likelihoods.continuation
        return tuple(_summed(continuation(pair, halted=halted)) for pair in pairs)

    def _finished(self, response: Response, began: float) -> Response:
        return msgspec.structs.replace(
            response,
            model=self.loaded.weights.name,
            fingerprint=self.identity,
            seconds=self.clock.monotonic() - began,
        )

    def _failed(self, kind: FailureKind, message: str, began: float) -> Response:
        return self._finished(Response(failure=Failure(kind=kind, message=message)), began)


class _Reply:
    """Collects a reply from its pieces."""

    def __init__(self, prompt_tokens: int) -> None:
        self._prompt_tokens = prompt_tokens
        self._text = ""
        self._logprobs: list[TokenLogprob] = []
        self._first: float | None = None
        self._end = End("length", 0)

    def take(self, item: Piece | End, seconds: float) -> None:
        """Add one item that came `seconds` after the request."""
        if isinstance(item, End):
            self._end = item
            return
        if self._first is None and (item.text or item.tokens):
            self._first = seconds
        self._text += item.text
        for drawn in item.tokens:
            if drawn.score is not None:
                token = drawn.data.decode(errors="replace")
                self._logprobs.append(TokenLogprob(token, drawn.score.logprob))

    def response(self) -> Response:
        """Return what was collected."""
        return Response(
            text=self._text,
            finish=self._end.finish,
            usage=Usage(prompt_tokens=self._prompt_tokens, completion_tokens=self._end.tokens),
            logprobs=tuple(self._logprobs),
            first_token_seconds=self._first,
        )


def _draw(request: Chat | Complete) -> Draw:
    """Return how to draw; what the request leaves open is as over HTTP (temperature 1)."""
    sampling = request.sampling
    limit = CHAT_LIMIT if isinstance(request, Chat) else COMPLETION_LIMIT
    extra = convert(sampling.extra, _Extra, source="sampling of the embedded model")
    return Draw(
        max_tokens=limit if sampling.max_tokens is None else sampling.max_tokens,
        temperature=1.0 if sampling.temperature is None else sampling.temperature,
        top_p=1.0 if sampling.top_p is None else sampling.top_p,
        top_k=extra.top_k,
        seed=sampling.seed,
        stop=sampling.stop,
        top=0 if extra.logprobs else None,
    )


class _Extra(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the embedded model knows of `Sampling.extra`."""

    top_k: int = 0
    logprobs: bool = False


def _unscorable(pairs: list[Pair]) -> tuple[FailureKind, str] | None:
    """Return why a pair cannot be scored, or None when all can."""
    for number, pair in enumerate(pairs, start=1):
        if not pair.continuation:
            return "infra", f"continuation {number} has no tokens of its own after this context"
        if not pair.context:
            return "truncated", f"continuation {number} alone is over the context length"
    return None


def _summed(scores: list[TokenScore]) -> ContinuationScore:
    return ContinuationScore(
        logprob=sum(score.logprob for score in scores),
        greedy=all(score.greedy for score in scores),
        tokens=len(scores),
    )
