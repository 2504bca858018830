"""What an endpoint does, found by asking it: the checks behind `statera doctor`.

    checks = await examine(examinee, model, report=print)
    [check.name for check in checks if check.state == "bad"]

Each check says what was found and what it means for whoever measures a model there. A refused
parameter is a finding, not an error; what cannot be found out is `unknown`.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from functools import partial

import msgspec

from statera.errors import StateraError
from statera.models.check import Check, State, refusal, unknown
from statera.models.configured import Configured
from statera.models.determinism import SENTENCE
from statera.models.examinee import PATHS, Examinee, Habits, Sent
from statera.models.http import CHAT, COMPLETIONS
from statera.models.parameters import PARAMETERS, Parameter
from statera.models.preflight import listed
from statera.models.probe import probe_echo
from statera.models.rejections import is_limit_too_small
from statera.models.repetition import Report, repeats, seed
from statera.models.transport import AttemptFailed
from statera.records.requests import Chat, Complete, Message, Sampling
from statera.records.responses import Response

_FEW, _SOME, _MANY = 16, 32, 2048
_HUGE = 10_000_000
_PATIENCE = 20.0
_CONTEXT = re.compile(
    r"(?:context (?:length|window|size)|n_ctx|max_model_len|max_new_tokens`? must be <=)"
    r"\D{0,40}?(\d[\d,]{2,9})",
    re.IGNORECASE,
)


async def examine(examinee: Examinee, model: Configured, report: Report) -> list[Check]:
    """Return every check in reading order; only the first when nothing answers."""
    report("answers")
    first = await answers(examinee)
    if first.state == "bad":
        return [first]
    checks = [first]
    steps: list[tuple[str, Callable[[], Awaitable[Check]]]] = [
        ("chat template", partial(chat_template, examinee)),
        ("system message", partial(system_message, examinee)),
        *((one.name, partial(parameter, examinee, one)) for one in PARAMETERS),
        ("stop", partial(stop, examinee)),
        ("seed", partial(seed, examinee)),
        ("log-likelihood", partial(echo, examinee)),
        ("context limit", partial(context_limit, examinee)),
        ("streaming", partial(streaming, examinee, model)),
        ("usage", partial(usage, examinee)),
    ]
    for name, step in steps:
        report(name)
        checks.append(await _guarded(name, step))
    tokens = any(one.name == "logprobs" and one.state == "good" for one in checks)
    checks += await repeats(examinee, report, tokens=tokens)
    checks.append(price(model))
    return checks


async def answers(examinee: Examinee) -> Check:
    """Find the simplest request that is answered, and remember how it was put."""
    refusals: list[str] = []
    for path in PATHS:
        for limit in ("max_tokens", "max_completion_tokens"):
            for temperature in (True, False):
                examinee.habits = Habits(path, limit, temperature)
                sent = await _first(examinee)
                if sent.response is not None:
                    return _answered(examinee, sent)
                refusals.append(f"{path}: {sent.status} {sent.words}")
                if sent.status in (401, 403, 404, 405, 429) or sent.status >= 500:
                    break
    found = "; ".join(dict.fromkeys(refusals))
    return Check(name="answers", state="bad", found=found, means="nothing can be measured here")


async def _first(examinee: Examinee) -> Sent:
    """Ask for a few tokens, and for many where that is too few for a model that thinks."""
    sent = await examinee.say("Hi", _FEW)
    if sent.response is None and is_limit_too_small(sent.words):
        examinee.habits = examinee.habits._replace(least=_MANY)
        sent = await examinee.say("Hi", _FEW)
    return sent


def _answered(examinee: Examinee, sent: Sent) -> Check:
    path = examinee.habits.path
    means = "ready for generation" if path == CHAT else "completions only: use --api completions"
    return Check(
        name="answers",
        state="good" if path == CHAT else "note",
        found=f"{path} says {_short(sent.text)}",
        means=means,
        data={"path": path, "seconds": sent.seconds, "text": sent.text},
    )


async def chat_template(examinee: Examinee) -> Check:
    """Tell whether conversations and bare texts are answered."""
    texts = await examinee.send(COMPLETIONS, "Once upon a time", {"max_tokens": 1})
    completes = texts.response is not None
    data = {"chat": examinee.habits.chat, "completions": completes}
    if not examinee.habits.chat:
        return Check(
            name="chat template",
            state="note",
            found="none: /chat/completions is refused",
            means="a base model: use --api completions or --mode loglikelihood",
            data=data,
        )
    if completes:
        means = "both --api chat and --api completions work"
        return Check(name="chat template", state="good", found="present", means=means, data=data)
    found = f"present; /completions is refused: {texts.status} {texts.words}".rstrip()
    means = "--api chat works, --api completions does not"
    return Check(name="chat template", state="note", found=found, means=means, data=data)


async def system_message(examinee: Examinee) -> Check:
    """Tell whether a system message is taken and changes the prompt."""
    if not examinee.habits.chat:
        return unknown("system message", "no chat here", "--system-message cannot be used")
    messages = [
        {"role": "system", "content": "You are a pirate who answers at length. " * 4},
        {"role": "user", "content": "Hi"},
    ]
    sent = await examinee.say("Hi", 1, {"messages": messages})
    if sent.response is None:
        means = "--system-message fails here; put the words into the prompt"
        return Check(name="system message", state="bad", found=refusal(sent), means=means)
    plain = await examinee.say("Hi", 1)
    more = _prompt_tokens(sent) - _prompt_tokens(plain)
    if _prompt_tokens(plain) and more <= 0:
        found, means = "taken, but the prompt is no longer", "it is dropped: do not rely on it"
        return Check(name="system message", state="bad", found=found, means=means)
    return Check(name="system message", state="good", found="taken", means="--system-message works")


async def parameter(examinee: Examinee, one: Parameter) -> Check:
    """Tell whether a parameter is taken, and does what it says where that shows."""
    fields = one.fields if examinee.habits.chat else one.completion_fields
    if fields is None:
        return unknown(one.name, "no chat here", one.without)
    sent = await examinee.say(
        one.prompt, one.tokens, {**fields, **one.instead_of(examinee.habits.limit)}
    )
    data = {"status": sent.status, "taken": sent.response is not None}
    if one.limits and is_limit_too_small(sent.words):
        means = "replies have a limit; it must leave room to think"
        found = "taken; one token is too few for this model"
        return Check(name=one.name, state="good", found=found, means=means, data=data)
    if sent.response is None:
        state: State = "note" if one.optional else "bad"
        return Check(name=one.name, state=state, found=refusal(sent), means=one.without, data=data)
    if missing := one.missing(sent):
        found = f"taken, but {missing}"
        return Check(name=one.name, state=one.ignored, found=found, means=one.without, data=data)
    return Check(name=one.name, state="good", found=one.found, means=one.means, data=data)


async def stop(examinee: Examinee) -> Check:
    """Tell whether a reply ends before the text given as `stop`."""
    whole = await examinee.say(SENTENCE, _SOME)
    words = whole.text.split()
    if len(words) < 3:
        return unknown("stop", "the reply is too short to stop", "not found out")
    mark = words[len(words) // 2]
    sent = await examinee.say(SENTENCE, _SOME, {"stop": [mark]})
    without = "replies run past the end of the answer: longer, dearer, harder to read"
    if sent.response is None:
        return Check(name="stop", state="bad", found=refusal(sent), means=without)
    if mark in sent.text:
        return Check(name="stop", state="bad", found="taken, but ignored", means=without)
    means = "few-shot and code tasks end where they should"
    return Check(name="stop", state="good", found="taken and honoured", means=means)


async def echo(examinee: Examinee) -> Check:
    """Tell whether echo log-probabilities are there and aligned."""
    endpoint = examinee.endpoint
    post = partial(examinee.post, COMPLETIONS)
    found = await probe_echo(post, endpoint.refuse, examinee.name)
    if found.reason:
        means = "no log-likelihood here: use --mode generate"
        return Check(name="log-likelihood", state="bad", found=found.reason, means=means)
    habits = found.habits
    return Check(
        name="log-likelihood",
        state="good",
        found=(
            f"echo log-probabilities are there and aligned (max_tokens: {habits.max_tokens}, "
            f"{'lists' if habits.lists else 'one prompt a request'}, offsets {habits.offsets})"
        ),
        means="--mode loglikelihood can be trusted",
        data=msgspec.to_builtins(habits),
    )


async def context_limit(examinee: Examinee) -> Check:
    """Find the context limit in the list of models, or in what the server says to a huge wish."""
    models = await listed(examinee.endpoint)
    known = next((m.context for m in models if m.id == examinee.name), None)
    if known is None:
        known = await _confessed(examinee)
    if known is None:
        means = "a prompt that is too long shows as `truncated` or, worse, is cut unseen"
        return unknown("context limit", "the server does not say", means)
    means = "prompt and reply together must fit; longer ones are `truncated`"
    state: State = "good" if known >= 4096 else "note"
    found = f"{known:,} tokens"
    return Check(
        name="context limit", state=state, found=found, means=means, data={"tokens": known}
    )


async def _confessed(examinee: Examinee) -> int | None:
    """Wish for far too many tokens and read the limit in the refusal."""
    try:
        async with asyncio.timeout(_PATIENCE):
            sent = await examinee.say("Say only: Hi", _HUGE)
    except (TimeoutError, AttemptFailed):
        return None
    return context_in(sent.words) if sent.response is None else None


def context_in(words: str) -> int | None:
    """Return the context limit in tokens that a refusal names, or None.

    >>> context_in("This model's maximum context length is 4,096 tokens. However, ...")
    4096
    """
    found = _CONTEXT.search(words)
    return int(found[1].replace(",", "")) if found else None


async def streaming(examinee: Examinee, model: Configured) -> Check:
    """Tell whether a reply comes in pieces, and how soon the first one does."""
    sampling = Sampling(max_tokens=_SOME)
    request: Chat | Complete = Complete(prompt=SENTENCE, sampling=sampling)
    if examinee.habits.chat:
        request = Chat(messages=(Message("user", SENTENCE),), sampling=sampling)
    pieces, last = 0, Response()
    async for piece in model.stream(request):
        if isinstance(piece, Response):
            last = piece
        else:
            pieces += 1
    if last.failure is not None:
        means = "fine for a run; the time to the first token cannot be measured"
        return Check(name="streaming", state="note", found=last.failure.message, means=means)
    first = last.first_token_seconds
    counted = last.usage is not None
    data = {"pieces": pieces, "first_token_seconds": first, "usage": counted}
    shown = "" if first is None else f", the first after {first * 1000:.0f} ms"
    found = f"{pieces} pieces{shown}, usage {'given' if counted else 'not given'}"
    state: State = "good" if pieces > 1 else "note"
    means = "time to the first token is measured" if pieces > 1 else "the reply comes in one piece"
    return Check(name="streaming", state=state, found=found, means=means, data=data)


async def usage(examinee: Examinee) -> Check:
    """Tell whether token counts come with a reply."""
    sent = await examinee.say("Hi", _FEW)
    counts = sent.response.usage if sent.response else None
    if counts is None or counts.prompt_tokens is None or counts.completion_tokens is None:
        means = "tokens and cost of a run are unknown here; --max-cost cannot hold"
        return Check(name="usage", state="note", found="not reported", means=means)
    found = f"{counts.prompt_tokens} prompt and {counts.completion_tokens} reply tokens for 'Hi'"
    means = "tokens are counted as the server counts them"
    data = msgspec.to_builtins(counts)
    return Check(name="usage", state="good", found=found, means=means, data=data)


def price(model: Configured) -> Check:
    """Return what a million tokens cost."""
    inputs = model.prices.estimate(1_000_000, 0)
    outputs = model.prices.estimate(0, 1_000_000)
    if inputs is None or outputs is None:
        means = "cost is shown as unknown; give `prices` in a model file"
        return unknown("price", "unknown", means)
    found = f"${inputs:g} a million prompt tokens, ${outputs:g} a million reply tokens"
    data = {"input": inputs, "output": outputs}
    means = "cost is estimated before a run and --max-cost holds"
    return Check(name="price", state="good", found=found, means=means, data=data)


async def _guarded(name: str, step: Callable[[], Awaitable[Check]]) -> Check:
    """Return the check, or that it could not be found out."""
    try:
        return await step()
    except (AttemptFailed, StateraError) as error:
        return unknown(name, str(error), "not found out")


def _prompt_tokens(sent: Sent) -> int:
    counts = sent.response.usage if sent.response else None
    return (counts.prompt_tokens or 0) if counts else 0


def _short(text: str) -> str:
    line = " ".join(text.split())
    return repr(line if len(line) <= 40 else line[:39] + "…")
