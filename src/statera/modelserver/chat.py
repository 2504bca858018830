"""`POST /v1/chat/completions`: conversations, whole or streamed.

{"model": "smollm2-135m-instruct", "messages": [{"role": "user", "content": "Hi"}]}
"""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from statera.errors import EndpointError
from statera.models.chattemplate import TemplateRefusal
from statera.models.generation import Draw, Drawn, End, Piece, Reply, generate, whole
from statera.models.llama import Llama
from statera.modelserver.bodies import ChatBody, Turn, copy_draw, refuse_unsupported
from statera.modelserver.refusals import Refusal, read
from statera.modelserver.service import (
    Service,
    all_in_order,
    event_stream,
    json_answer,
    service,
    unless_gone,
    usage,
)


async def chat_completions(request: Request) -> Response:
    """Answer a conversation."""
    server = service(request)
    body = read(await request.body(), ChatBody)
    server.expect(body.model)
    refuse_unsupported(body)
    tokens = server.fitting(conversation_tokens(server, body.messages), "messages")
    draws = [copy_draw(body.draw(), index) for index in range(body.copies)]
    if body.stream:
        return event_stream(_chunks(server, tokens, draws, body.include_usage))
    return json_answer(await unless_gone(request, _answer(server, tokens, draws)))


def conversation_tokens(
    server: Service, messages: Sequence[Turn], *, add_generation_prompt: bool = True
) -> list[int]:
    """Return the conversation's tokens by the model's template; Refusal in its own words."""
    try:
        return server.loaded.chat_tokens(
            [turn.plain() for turn in messages], add_generation_prompt=add_generation_prompt
        )
    except (TemplateRefusal, EndpointError) as error:
        raise Refusal(str(error), param="messages", code="chat_not_possible") from None


async def _answer(server: Service, tokens: list[int], draws: list[Draw]) -> dict[str, Any]:
    replies = await all_in_order([_reply(server, tokens, draw) for draw in draws])
    spent = sum(reply.end.tokens for reply in replies)
    return server.envelope("chat.completion", "chatcmpl") | {
        "choices": [_choice(server, index, reply) for index, reply in enumerate(replies)],
        "usage": usage(len(tokens), spent),
    }


async def _reply(server: Service, tokens: list[int], draw: Draw) -> Reply:
    llama = server.loaded.llama
    return await server.loaded.worker.call(
        lambda halted: whole(generate(llama, tokens, draw, halted=halted))
    )


def _choice(server: Service, index: int, reply: Reply) -> dict[str, Any]:
    return {
        "index": index,
        "message": {"role": "assistant", "content": reply.text, "refusal": None},
        "logprobs": _logprobs(server.loaded.llama, reply.tokens),
        "finish_reason": reply.end.finish,
    }


async def _chunks(
    server: Service, tokens: list[int], draws: list[Draw], include_usage: bool
) -> AsyncIterator[dict[str, Any]]:
    head = server.envelope("chat.completion.chunk", "chatcmpl")
    if include_usage:
        head["usage"] = None
    spent = 0
    for index, draw in enumerate(draws):
        yield head | _choice_delta(index, {"role": "assistant", "content": ""})
        async with aclosing(_pieces(server, tokens, draw)) as pieces:
            async for item in pieces:
                spent += item.tokens if isinstance(item, End) else 0
                yield head | _delta(server.loaded.llama, index, item)
    if include_usage:
        yield head | {"choices": [], "usage": usage(len(tokens), spent)}


def _pieces(server: Service, tokens: list[int], draw: Draw) -> AsyncGenerator[Piece | End, None]:
    llama = server.loaded.llama
    return server.loaded.worker.stream(lambda halted: generate(llama, tokens, draw, halted=halted))


def _delta(llama: Llama, index: int, item: Piece | End) -> dict[str, Any]:
    if isinstance(item, End):
        return _choice_delta(index, {}, finish=item.finish)
    return _choice_delta(index, {"content": item.text}, logprobs=_logprobs(llama, item.tokens))


def _choice_delta(
    index: int,
    delta: dict[str, Any],
    *,
    logprobs: dict[str, Any] | None = None,
    finish: str | None = None,
) -> dict[str, Any]:
    choice = {"index": index, "delta": delta, "logprobs": logprobs, "finish_reason": finish}
    return {"choices": [choice]}


def _logprobs(llama: Llama, tokens: Sequence[Drawn]) -> dict[str, Any] | None:
    """Return the scores of generated tokens, or None when none were asked for."""
    content = [
        _named(llama, drawn.token, drawn.score.logprob)
        | {"top_logprobs": [_named(llama, *pair) for pair in drawn.score.top]}
        for drawn in tokens
        if drawn.score is not None
    ]
    return {"content": content, "refusal": None} if content else None


def _named(llama: Llama, token: int, logprob: float) -> dict[str, Any]:
    data = llama.piece(token, special=True)
    return {
        "token": data.decode(errors="replace"),
        "logprob": logprob,
        "bytes": list(data),
    }
