"""What a GenAI span says: messages, reply, why it ended, what failed, what it used."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from statera.interop.importing.documents import Object, count, number, part
from statera.interop.importing.rendered import plain
from statera.interop.importing.tracecalls import (
    Call,
    Checked,
    finished,
    first,
    look,
    message,
    messages_of,
    when,
)
from statera.records.requests import Message
from statera.records.responses import Failure, Usage

UNITS = (
    "user.id",
    "enduser.id",
    "enduser.pseudo.id",
    "user",
    "session.id",
    "gen_ai.conversation.id",
)
_VERSIONS = ("deployment.version", "service.version", "gen_ai.prompt.version", "app.version")
_MODELS = ("gen_ai.response.model", "gen_ai.request.model", "llm.model_name")
_INPUT = ("gen_ai.input.messages", "gen_ai.prompt", "input.value")
_OUTPUT = ("gen_ai.output.messages", "gen_ai.completion", "output.value")
_TOKENS = (
    ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt"),
    ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion"),
)
_FILTERED = ("content_filter", "content_policy_violation", "safety")
_NUMBERED = re.compile(r"(.+?)\.(\d+)\.(?:message\.)?(role|content|finish_reason)")
_ASKED = ("gen_ai.prompt", "llm.input_messages")
_SAID = ("gen_ai.completion", "llm.output_messages")


class SpanEvent(NamedTuple):
    """An event: its name, its attributes, and its body where it is a log record."""

    name: str
    attributes: Object


class Span(NamedTuple):
    """A span, or the log records of one that was not seen: then nothing says when it `began`."""

    where: str
    id: str
    attributes: Object
    resource: Object
    events: tuple[SpanEvent, ...] = ()
    began: object = None
    ended: object = None
    failed: bool = False
    status: str = ""


def call_of(span: Span, unit: str | None) -> Call:
    """Return the request that a span records."""
    names = dict(span.attributes)
    for event in span.events:
        if not event.name.endswith(".message") and event.name != "gen_ai.choice":
            names |= {k: v for k, v in event.attributes.items() if k not in names}
    held = (names, span.resource)
    said, reason = _reply(names, span.events)
    began = when(span.began) if span.began is not None else when(span.ended)
    return Call(
        where=span.where,
        id=span.id if span.id != ":" else look(held, "gen_ai.response.id") or span.where,
        found=held,
        messages=tuple(_messages(names, span.events)),
        text=said,
        said=None if said is None else bool(said.strip()),
        time=began,
        model=first(held, _MODELS) or "",
        version=first(held, _VERSIONS) or "",
        unit=look(held, unit) if unit else first(held, UNITS),
        tools=reason == "tool_calls",
        finish=reason or finished(names.get("gen_ai.response.finish_reasons")) or _ended(span),
        failure=_failure(span, names),
        usage=_usage(names),
        seconds=_seconds(span, began),
        first=number(names.get("gen_ai.response.time_to_first_chunk")),
        checked=_checked(names),
    )


def _messages(names: Mapping[str, Any], events: Sequence[SpanEvent]) -> Iterator[Message]:
    found = next((m for name in _INPUT if (m := messages_of(names.get(name)))), ())
    if not found:
        found = tuple(_numbered(names, _ASKED)) or tuple(_spoken(events))
    system = names.get("gen_ai.system_instructions")
    if system and not any(one.role == "system" for one in found):
        told = (
            messages_of([{"role": "system", "parts": system}]) if isinstance(system, list) else ()
        )
        yield from told or (Message("system", plain(system)),)
    yield from found


def _spoken(events: Sequence[SpanEvent]) -> Iterator[Message]:
    for event in events:
        kind = event.name.removeprefix("gen_ai.").removesuffix(".message")
        if event.name.endswith(".message") and kind in ("system", "user", "assistant", "tool"):
            yield message({"role": kind, **event.attributes})


def _numbered(names: Mapping[str, Any], heads: tuple[str, ...]) -> Iterator[Message]:
    found: dict[int, Object] = {}
    for name, value in names.items():
        fits = _NUMBERED.fullmatch(name)
        if fits and fits[1] in heads:
            found.setdefault(int(fits[2]), {})[fits[3]] = value
    for _, one in sorted(found.items()):
        yield message(one)


def _reply(names: Mapping[str, Any], events: Sequence[SpanEvent]) -> tuple[str | None, str | None]:
    """Return the reply's text, None where it is not recorded, and why it ended."""
    for name in _OUTPUT:
        if names.get(name) is not None:
            said = messages_of(names[name])
            reasons = _reasons(names[name])
            return "\n".join(one.content for one in said), finished(reasons)
    if listed := list(_numbered(names, _SAID)):
        reason = names.get("gen_ai.completion.0.finish_reason")
        return "\n".join(one.content for one in listed), finished(reason)
    for event in events:
        if event.name == "gen_ai.choice":
            return _chosen(event.attributes), finished(event.attributes.get("finish_reason"))
    return None, None


def _chosen(found: Object) -> str:
    inner = found.get("message", found)
    if isinstance(inner, Mapping):
        return message(inner).content
    return "\n".join(one.content for one in messages_of(inner))


def _reasons(value: object) -> object:
    if isinstance(value, str):
        found = re.search(r'"finish_reason"\s*:\s*"(\w+)"', value)
        return found[1] if found else None
    listed = value if isinstance(value, list) else []
    return next((one["finish_reason"] for one in listed if part(one).get("finish_reason")), None)


def _ended(span: Span) -> str | None:
    """Return `unknown` for a span that ended well without saying why: there was a reply."""
    return "unknown" if span.began is not None and not span.failed else None


def _failure(span: Span, names: Mapping[str, Any]) -> Failure | None:
    error = names.get("error.type")
    if names.get("statera.guard.decision") == "block":
        return Failure(kind="refused", message="blocked by the guard")
    if error is None and not span.failed:
        return None
    told = str(error or span.status or "error")
    filtered = told.lower() in _FILTERED
    return Failure(kind="refused" if filtered else "infra", message=told)


def _seconds(span: Span, began: float) -> float | None:
    if span.began is None or span.ended is None or not began:
        return None
    return max(0.0, when(span.ended) - began)


def _usage(names: Mapping[str, Any]) -> Usage | None:
    known = [
        next((c for n in of if (c := count(names.get(n))) is not None), None) for of in _TOKENS
    ]
    if known == [None, None]:
        return None
    return Usage(prompt_tokens=known[0], completion_tokens=known[1])


def _checked(names: Mapping[str, Any]) -> Checked | None:
    outcome = names.get("statera.guard.decision")
    return Checked(outcome, None) if isinstance(outcome, str) else None
