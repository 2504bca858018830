"""OpenTelemetry's GenAI spans and events: OTLP as JSON, and what the console exporter prints.

Messages are read where the recording application put them: in the attributes of the span, or of
the event with the operation's details (`gen_ai.input.messages`, `gen_ai.output.messages`,
`gen_ai.system_instructions`; older: `gen_ai.prompt`, `gen_ai.completion`, `gen_ai.prompt.0.content`
and so on); in an event a message, of the span or as a log record (`gen_ai.user.message`,
`gen_ai.choice`); or under OpenInference's names (`llm.input_messages.0.message.content`,
`input.value`, `output.value`).

Names: open-telemetry/semantic-conventions-genai, docs/gen-ai; v1.36 of the conventions before.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from statera.interop.importing.documents import Object, Place, part, several, text
from statera.interop.importing.tracecalls import Call
from statera.interop.importing.tracespeech import Span, SpanEvent, call_of

MOST_OPEN = 50_000
"""Spans and records that wait for each other; of more, the oldest are given as they are."""
_SKIPPED = ("embeddings", "execute_tool", "invoke_agent", "create_agent", "invoke_workflow")
_KINDS = ("LLM", "")
_DETAILS = "gen_ai.client.inference.operation.details"
_OURS = ("gen_ai.", "llm.")


class Joining:
    """Spans that wait for the records with their messages. `skipped` counts what is no request."""

    def __init__(self, unit: str | None) -> None:
        self._unit = unit
        self._open: dict[str, Span] = {}
        self.skipped = 0

    def add(self, place: Place) -> Iterator[Call]:
        """Yield the requests that are whole with this object."""
        for span in _spans(place):
            if not _asks(span):
                self.skipped += 1
                continue
            known = self._open.pop(span.id, None)
            joined = span if known is None else _joined(known, span)
            if joined.began is not None and _replied(joined):
                yield call_of(joined, self._unit)
            else:
                self._open[span.id] = joined
        while len(self._open) > MOST_OPEN:
            yield call_of(self._open.pop(next(iter(self._open))), self._unit)

    def end(self) -> Iterator[Call]:
        """Yield what waited in vain: spans without messages, records without a span."""
        for span in self._open.values():
            yield call_of(span, self._unit)
        self._open.clear()


def is_spans(found: Object) -> bool:
    """Return whether an object is of OpenTelemetry."""
    return bool({"resourceSpans", "resourceLogs", "resourceMetrics"} & set(found)) or (
        {"attributes", "context"} <= set(found)
    )


def _joined(first: Span, second: Span) -> Span:
    """Return a span with the records that belong to it, in any order."""
    span, other = (first, second) if first.began is not None else (second, first)
    return span._replace(
        attributes={**other.attributes, **span.attributes}, events=first.events + second.events
    )


def _asks(span: Span) -> bool:
    names = span.attributes
    if span.began is None:
        return _speaks(span)
    if names.get("gen_ai.operation.name") in _SKIPPED:
        return False
    if str(names.get("openinference.span.kind", "")).upper() not in _KINDS:
        return False
    return any(name.startswith(_OURS) for name in names)


def _is_content(name: str) -> bool:
    return name in _CONTENT or name.startswith(_NUMBERED)


_CONTENT = frozenset(
    (
        "gen_ai.input.messages",
        "gen_ai.output.messages",
        "gen_ai.prompt",
        "gen_ai.completion",
        "input.value",
        "output.value",
    )
)
_NUMBERED = ("gen_ai.prompt.", "gen_ai.completion.", "llm.input_messages.", "llm.output_messages.")
_REPLIES = (
    "gen_ai.output.messages",
    "gen_ai.completion",
    "output.value",
    "llm.output_messages.",
)
_SPOKEN = (".message", "gen_ai.choice", "gen_ai.content.prompt", "gen_ai.content.completion")


def _speaks(span: Span) -> bool:
    """Return whether any message is in a span."""
    return any(map(_is_content, span.attributes)) or any(map(_is_message, span.events))


def _replied(span: Span) -> bool:
    """Return whether the reply is in a span."""
    told = [span.attributes, *(one.attributes for one in span.events)]
    named = any(name.startswith(_REPLIES) for found in told for name in found)
    return named or any(one.name == "gen_ai.choice" for one in span.events)


def _is_message(event: SpanEvent) -> bool:
    spoken = event.name.startswith("gen_ai.") and event.name.endswith(_SPOKEN)
    return spoken or any(_is_content(name) for name in event.attributes)


def _spans(place: Place) -> Iterator[Span]:
    where, found = place
    if "context" in found:
        yield _printed(where, found)
        return
    for holder in several(found, "resourceSpans"):
        resource = plain_attributes(part(holder, "resource").get("attributes"))
        for scope in _scopes(holder, "scopeSpans", "instrumentationLibrarySpans"):
            for span in several(scope, "spans"):
                yield _sent(where, span, resource)
    for holder in several(found, "resourceLogs"):
        resource = plain_attributes(part(holder, "resource").get("attributes"))
        for scope in _scopes(holder, "scopeLogs", "instrumentationLibraryLogs"):
            for record in several(scope, "logRecords"):
                yield _record(where, record, resource)


def _scopes(holder: object, *names: str) -> Iterator[object]:
    for name in names:
        yield from several(holder, name)


def _sent(where: str, span: Object, resource: Object) -> Span:
    """Return a span of OTLP."""
    events = [
        SpanEvent(text(one, "name"), plain_attributes(part(one).get("attributes")))
        for one in several(span, "events")
    ]
    status = part(span, "status")
    return Span(
        where=where,
        id=_id(text(span, "traceId"), text(span, "spanId")),
        attributes=plain_attributes(span.get("attributes")),
        resource=resource,
        events=tuple(events),
        began=span.get("startTimeUnixNano", 0),
        ended=span.get("endTimeUnixNano"),
        failed=status.get("code") in (2, "STATUS_CODE_ERROR"),
        status=text(status, "message"),
    )


def _record(where: str, record: Object, resource: Object) -> Span:
    """Return a log record as a span that was not seen, with one event."""
    attributes = plain_attributes(record.get("attributes"))
    name = text(record, "eventName") or str(attributes.get("event.name", ""))
    body = plain_value(record.get("body"))
    told = {**attributes, **(body if isinstance(body, dict) else {})}
    detailed = attributes if name == _DETAILS else {}
    return Span(
        where=where,
        id=_id(text(record, "traceId"), text(record, "spanId")),
        attributes=detailed,
        resource=resource,
        events=() if detailed else (SpanEvent(name, told),),
        ended=record.get("timeUnixNano"),
    )


def _printed(where: str, found: Object) -> Span:
    """Return a span as the console exporter of Python prints it."""
    context, status = part(found, "context"), part(found, "status")
    events = [
        SpanEvent(text(one, "name"), part(one, "attributes")) for one in several(found, "events")
    ]
    return Span(
        where=where,
        id=_id(text(context, "trace_id"), text(context, "span_id")),
        attributes=part(found, "attributes"),
        resource=part(found, "resource", "attributes") or part(found, "resource"),
        events=tuple(events),
        began=found.get("start_time", 0),
        ended=found.get("end_time"),
        failed=text(status, "status_code") == "ERROR",
        status=text(status, "description"),
    )


def _id(trace: str, span: str) -> str:
    return f"{trace.removeprefix('0x')}:{span.removeprefix('0x')}".lower()


def plain_attributes(listed: object) -> Object:
    """Return OTLP's list of keys and values as an object; one that is plain already stays."""
    if isinstance(listed, dict):
        return listed
    found: Object = {}
    for one in several(listed):
        if isinstance(one, Mapping) and isinstance(one.get("key"), str):
            found[one["key"]] = plain_value(one.get("value"))
    return found


def plain_value(value: Any) -> Any:
    """Return what an OTLP value holds: text, number, list or object."""
    if not isinstance(value, Mapping) or len(value) != 1:
        return value
    kind, inner = next(iter(value.items()))
    if kind == "arrayValue":
        return [plain_value(one) for one in several(inner, "values")]
    if kind == "kvlistValue":
        return plain_attributes(part(inner).get("values") or [])
    if kind == "intValue":
        return int(inner) if str(inner).lstrip("-").isdigit() else None
    return inner if kind in ("stringValue", "doubleValue", "boolValue", "bytesValue") else value
