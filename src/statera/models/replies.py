"""Bodies of an OpenAI-compatible server to Responses, whatever it leaves out.

Servers differ: content may be text, a list of parts, null or absent; reasoning is
`reasoning_content` (vLLM, llama.cpp, DeepSeek), `reasoning` (Ollama, OpenRouter) or a part
(Mistral); the finish reason may be TGI's `eos_token`; usage nests its details or lists them flat;
completions carry log-probabilities in either of two shapes. A part that cannot be read is left
out; only a body without an answer is `Undecodable`.

Null content without a finish reason is plumbing; with one it is an empty reply.
"""

import json
from typing import Any, NamedTuple

import msgspec

from statera.records.responses import Failure, Response, TokenLogprob, Usage

_FINISHES = {
    "eos": "stop",
    "eos_token": "stop",
    "stop_sequence": "stop",
    "end_turn": "stop",
    "max_tokens": "length",
    "max_length": "length",
    "max_new_tokens": "length",
    "model_length": "length",
    "model_context_window_exceeded": "length",
    "function_call": "tool_calls",
    "safety": "content_filter",
    "sensitive": "content_filter",
    "refusal": "content_filter",
}


class Undecodable(ValueError):
    """A body that holds no answer: not JSON, no choices, or null without a finish reason."""


class Message(msgspec.Struct):
    """A chat message, or the piece of one that a stream brings."""

    content: Any = None
    reasoning_content: Any = None
    reasoning: Any = None
    refusal: Any = None
    tool_calls: msgspec.Raw = msgspec.Raw()


class Choice(msgspec.Struct):
    """One of the answers: chat has `message`, a chat stream `delta`, completions `text`."""

    message: Message | None = None
    delta: Message | None = None
    text: Any = None
    finish_reason: Any = None
    logprobs: msgspec.Raw = msgspec.Raw()


class Reply(msgspec.Struct):
    """The whole body, or one event of a stream."""

    choices: list[Choice] | None = None
    usage: msgspec.Raw = msgspec.Raw()
    model: Any = None
    system_fingerprint: Any = None
    error: Any = None


class _Details(msgspec.Struct):
    reasoning_tokens: int | None = None
    cached_tokens: int | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    reasoning_tokens: int | None = None
    prompt_cache_hit_tokens: int | None = None
    completion_tokens_details: _Details | None = None
    prompt_tokens_details: _Details | None = None


class _Token(msgspec.Struct):
    token: str
    logprob: float | None = None


class _Logprobs(msgspec.Struct):
    content: list[_Token] | None = None
    tokens: list[str] | None = None
    token_logprobs: list[float | None] | None = None


class _Vector(msgspec.Struct):
    embedding: tuple[float, ...]
    index: int | None = None


class _Vectors(msgspec.Struct):
    data: list[_Vector]
    usage: msgspec.Raw = msgspec.Raw()
    model: str | None = None


_REPLY = msgspec.json.Decoder(Reply)
_USAGE = msgspec.json.Decoder(_Usage, strict=False)
_LOGPROBS = msgspec.json.Decoder(_Logprobs)
_VECTORS = msgspec.json.Decoder(_Vectors)
_CALLS = msgspec.json.Decoder(list[dict[str, Any]])
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError)


class Said(NamedTuple):
    """The words of a message, apart: text (None where there is none), reasoning, refusal."""

    text: str | None
    reasoning: str | None
    refusal: str | None


def decode(body: bytes) -> Reply:
    """Return the typed body; raises Undecodable with its first words when it is no reply."""
    try:
        return _REPLY.decode(body)
    except _UNREADABLE as error:
        try:
            return _REPLY.decode(_mended(body))
        except (*_UNREADABLE, ValueError, RecursionError):
            start = " ".join(body[:120].decode("utf-8", "replace").split())
            raise Undecodable(f"undecodable body ({error}): {start}") from None


def _mended(body: bytes) -> bytes:
    """Return JSON as the standard says it, from what Python servers write.

    `NaN` and `Infinity` become null; half of a surrogate pair becomes a question mark.
    """
    value = json.loads(body, parse_constant=lambda _: None)
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def read_reply(body: bytes, notes: tuple[str, ...] = ()) -> Response:
    """Return the Response in a body of `/chat/completions` or `/completions`."""
    reply = decode(body)
    if not reply.choices:
        raise Undecodable(f"no choices in the reply{_excuse(reply)}")
    choice = reply.choices[0]
    said = words_of(choice.message) if choice.message is not None else _completed(choice)
    return build(said, choice, reply, notes)


def build(said: Said, choice: Choice, reply: Reply, notes: tuple[str, ...]) -> Response:
    """Return the Response of an answer; raises Undecodable when nothing was said nor ended."""
    finish = finish_of(choice.finish_reason)
    calls = calls_of(choice.message.tool_calls) if choice.message else ()
    text, refusal = said.text, said.refusal
    if text is None and finish is None and not (calls or refusal):
        raise Undecodable("null content and no finish reason")
    failure = None
    if finish == "content_filter" and not refusal:
        refusal = "content filter"
        failure = None if text else Failure(kind="refused", message="finish reason content_filter")
    return Response(
        text=None if failure else text or "",
        reasoning=said.reasoning,
        refusal=refusal,
        tool_calls=calls,
        finish=finish,
        usage=usage_of(reply.usage),
        logprobs=logprobs_of(choice.logprobs),
        failure=failure,
        model=reply.model if isinstance(reply.model, str) else None,
        fingerprint=_text_or_none(reply.system_fingerprint),
        notes=notes,
    )


def read_embeddings(body: bytes, count: int, notes: tuple[str, ...] = ()) -> Response:
    """Return the `count` vectors of a body of `/embeddings`, in the order of the texts."""
    try:
        vectors = _VECTORS.decode(body)
    except _UNREADABLE as error:
        raise Undecodable(f"undecodable embeddings: {error}") from None
    if len(vectors.data) != count:
        raise Undecodable(f"{len(vectors.data)} embeddings for {count} texts")
    numbered = enumerate(vectors.data)
    places = [(place if v.index is None else v.index, v.embedding) for place, v in numbered]
    return Response(
        embeddings=tuple(vector for _, vector in sorted(places)),
        usage=usage_of(vectors.usage),
        model=vectors.model,
        notes=notes,
    )


def words_of(message: Message) -> Said:
    """Return what a message says, from text or from a list of parts."""
    content, refusal = message.content, message.refusal
    reasoning = message.reasoning_content or message.reasoning
    if content is None or isinstance(content, str):
        return Said(content, _text_or_none(reasoning), _text_or_none(refusal))
    if not isinstance(content, list):
        raise Undecodable("the content is neither text nor a list of parts")
    said = [_part(part) for part in content]
    return Said(
        "".join(part.text for part in said if part.text is not None),
        _text_or_none(reasoning) or "".join(part.reasoning or "" for part in said) or None,
        _text_or_none(refusal) or "".join(part.refusal or "" for part in said) or None,
    )


def finish_of(reason: Any) -> str | None:
    """Return the finish reason in OpenAI's words, where a server has its own."""
    if not isinstance(reason, str) or not reason:
        return None
    return _FINISHES.get(reason.lower(), reason)


def usage_of(raw: msgspec.Raw) -> Usage | None:
    """Return the token counts, or None where there are none or they cannot be read."""
    if _absent(raw):
        return None
    try:
        found = _USAGE.decode(raw)
    except _UNREADABLE:
        return None
    spoken, asked = found.completion_tokens_details, found.prompt_tokens_details
    return Usage(
        prompt_tokens=found.prompt_tokens,
        completion_tokens=found.completion_tokens,
        reasoning_tokens=spoken.reasoning_tokens if spoken else found.reasoning_tokens,
        cached_tokens=asked.cached_tokens if asked else found.prompt_cache_hit_tokens,
    )


def logprobs_of(raw: msgspec.Raw) -> tuple[TokenLogprob, ...]:
    """Return the generated tokens with their log-probabilities, from either shape."""
    if _absent(raw):
        return ()
    try:
        found = _LOGPROBS.decode(raw)
    except _UNREADABLE:
        return ()
    if found.content is not None:
        pairs = [(token.token, token.logprob) for token in found.content]
    else:
        pairs = list(zip(found.tokens or (), found.token_logprobs or (), strict=False))
    return tuple(TokenLogprob(token, logprob) for token, logprob in pairs if logprob is not None)


def calls_of(raw: msgspec.Raw) -> tuple[dict[str, Any], ...]:
    """Return the tool calls as the server wrote them."""
    if _absent(raw):
        return ()
    try:
        return tuple(_CALLS.decode(raw))
    except _UNREADABLE:
        return ()


def _absent(raw: msgspec.Raw) -> bool:
    return len(raw) == 0 or bytes(raw) == b"null"


def _completed(choice: Choice) -> Said:
    if choice.text is not None and not isinstance(choice.text, str):
        raise Undecodable("the completion's text is no text")
    return Said(choice.text, None, None)


def _part(part: Any) -> Said:
    if isinstance(part, str):
        return Said(part, None, None)
    if not isinstance(part, dict):
        return Said(None, None, None)
    thinking = part.get("thinking") or part.get("reasoning")
    if isinstance(thinking, list):
        thinking = "".join(_part(inner).text or "" for inner in thinking)
    return Said(
        _text_or_none(part.get("text")), _text_or_none(thinking), _text_or_none(part.get("refusal"))
    )


def _text_or_none(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _excuse(reply: Reply) -> str:
    return f": {reply.error}" if reply.error else ""
