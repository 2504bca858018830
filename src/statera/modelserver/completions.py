"""`POST /v1/completions`: continue texts or tokens, with right `echo` and `logprobs`.

With `echo`, every token of the prompt is scored by what stands before it; the first has nothing
before it and its score is null. `max_tokens: 0` scores and generates nothing. A prompt is a text, a
list of token ids, or a list of either; each is queued by itself, so that requests take turns.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from statera.models.embedded import Loaded
from statera.models.generation import Draw, End, Piece, generate
from statera.models.likelihoods import TokenScore
from statera.models.llama import Halted
from statera.modelserver.bodies import CompletionBody, copy_draw, refuse_unsupported
from statera.modelserver.legacy import Arrays, LegacyLogprobs
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


class Prompt(NamedTuple):
    """A prompt as tokens; the first `hidden` of them (the model's own) are not in `text`."""

    text: str
    tokens: list[int]
    hidden: int


class Work(NamedTuple):
    """One prompt to continue once: where it goes in the answer, and how."""

    place: int
    prompt: Prompt
    draw: Draw
    echo: bool


class Echoed(NamedTuple):
    """The prompt with the scores of its visible tokens (none when none were asked for)."""

    prompt: Prompt
    scores: list[TokenScore | None]


Item = Echoed | Piece | End


async def completions(request: Request) -> Response:
    """Continue one or several prompts."""
    server = service(request)
    body = read(await request.body(), CompletionBody)
    server.expect(body.model)
    refuse_unsupported(body)
    prompts = [_prompt(server, given) for given in _given(body.prompt)]
    work = [
        Work(i * body.copies + j, prompt, copy_draw(body.draw(), j), bool(body.echo))
        for i, prompt in enumerate(prompts)
        for j in range(body.copies)
    ]
    spent = sum(len(prompt.tokens) for prompt in prompts)
    if body.stream:
        return event_stream(_chunks(server, work, spent if body.include_usage else None))
    return json_answer(await unless_gone(request, _answer(server, work, spent)))


def _given(prompt: str | list[Any]) -> list[str | list[int]]:
    """Return the prompts, of whichever of the four forms; Refusal for any other."""
    prompts: list[Any] = [prompt] if isinstance(prompt, str) or _are(prompt, int) else prompt
    if prompts and (_are(prompts, str) or all(_are(one, int) for one in prompts)):
        return prompts
    raise Refusal(
        "'prompt' is a text, a list of texts, a list of token ids, or a list of such lists; "
        "and not empty",
        param="prompt",
        code="invalid_value",
    )


def _are(values: Any, kind: type) -> bool:
    """Return True for a list, not empty, of values of exactly this kind."""
    return isinstance(values, list) and bool(values) and all(type(v) is kind for v in values)


def _prompt(server: Service, given: str | list[int]) -> Prompt:
    loaded = server.loaded
    if isinstance(given, str):
        tokens = server.fitting(loaded.prompt_tokens(given), "prompt")
        return Prompt(given, tokens, len(tokens) - len(loaded.llama.tokenize(given, bos=False)))
    tokens = server.fitting(known_tokens(server, given, "prompt"), "prompt")
    return Prompt(loaded.llama.detokenize(tokens), tokens, 0)


def known_tokens(server: Service, tokens: list[int], param: str) -> list[int]:
    """Return the token ids, or refuse those that the model does not have."""
    size = server.loaded.llama.vocabulary
    if not tokens or not all(0 <= token < size for token in tokens):
        raise Refusal(
            f"'{param}': token ids are whole numbers from 0 to {size - 1}, at least one",
            param=param,
            code="invalid_value",
        )
    return tokens


def continued(loaded: Loaded, work: Work, halted: Halted) -> Iterator[Item]:
    """Yield the echo if asked for, the reply piece by piece, and its End."""
    if work.echo:
        yield Echoed(work.prompt, _scores(loaded, work, halted))
    if work.draw.max_tokens == 0:
        yield End("length", 0)
    else:
        yield from generate(loaded.llama, work.prompt.tokens, work.draw, halted=halted)


def _scores(loaded: Loaded, work: Work, halted: Halted) -> list[TokenScore | None]:
    if work.draw.top is None:
        return []
    scores = loaded.likelihoods.prompt(work.prompt.tokens, top=work.draw.top, halted=halted)
    return [None, *scores][work.prompt.hidden :]


async def _answer(server: Service, work: list[Work], spent: int) -> dict[str, Any]:
    replies = await all_in_order([_items(server, one) for one in work])
    drawn = sum(item.tokens for items in replies for item in items if isinstance(item, End))
    return server.envelope("text_completion", "cmpl") | {
        "choices": [_choice(server, one, items) for one, items in zip(work, replies, strict=True)],
        "usage": usage(spent, drawn),
    }


async def _items(server: Service, work: Work) -> list[Item]:
    loaded = server.loaded
    return await loaded.worker.call(lambda halted: list(continued(loaded, work, halted)))


def _choice(server: Service, work: Work, items: list[Item]) -> dict[str, Any]:
    """Return a whole choice: the parts of a stream, joined."""
    legacy = LegacyLogprobs(server.loaded.llama)
    parts = [_part(legacy, work, item) for item in items]
    logprobs = [part["logprobs"] for part in parts if part["logprobs"] is not None]
    return {
        "index": work.place,
        "text": "".join(part["text"] for part in parts),
        "logprobs": _joined(logprobs) if work.draw.top is not None else None,
        "finish_reason": parts[-1]["finish_reason"],
    }


def _joined(parts: list[dict[str, list[Any]]]) -> dict[str, list[Any]]:
    return {name: [x for part in parts for x in part[name]] for name in Arrays._fields}


def _part(legacy: LegacyLogprobs, work: Work, item: Item) -> dict[str, Any]:
    """Return one item as a choice of a stream."""
    part = {"index": work.place, "text": "", "logprobs": None, "finish_reason": None}
    scored = work.draw.top is not None
    if isinstance(item, End):
        return part | {"finish_reason": item.finish}
    if isinstance(item, Piece):
        logprobs = legacy.generated(item.tokens) if scored else None
        return part | {"text": item.text, "logprobs": logprobs}
    prompt = item.prompt
    visible = prompt.tokens[prompt.hidden :]
    logprobs = legacy.echoed(prompt.text, visible, item.scores) if scored else None
    return part | {"text": prompt.text, "logprobs": logprobs}


async def _chunks(
    server: Service, work: list[Work], spent: int | None
) -> AsyncIterator[dict[str, Any]]:
    """Yield the stream; `spent` is the prompts' tokens when the usage was asked for."""
    head = server.envelope("text_completion", "cmpl")
    drawn, loaded = 0, server.loaded
    for one in work:
        legacy = LegacyLogprobs(loaded.llama)
        async with aclosing(_stream(loaded, one)) as items:
            async for item in items:
                drawn += item.tokens if isinstance(item, End) else 0
                yield head | {"choices": [_part(legacy, one, item)]}
    if spent is not None:
        yield head | {"choices": [], "usage": usage(spent, drawn)}


def _stream(loaded: Loaded, work: Work) -> AsyncGenerator[Item, None]:
    return loaded.worker.stream(lambda halted: continued(loaded, work, halted))
