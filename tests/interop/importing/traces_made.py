"""Made traces: messages, the guard's own events, spans as collectors write them."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, get_args

from statera.interop.importing.imported import Row, TraceTerms, Wanted
from statera.interop.importing.traces import logs
from statera.proxy.events import Content, FaultEvent, Hashing, Meeting, encoded, event_of
from statera.proxy.metrics import Phase
from statera.records.guarding import Decision, Finding, Outcome, Passage

ASKED = "How do I return this?"
SAID = "Open the orders page."
REFUSED = "I'm sorry, but I can't help with that request."
PLACES = ("choices[0].message.content", "messages[{}].content")
HASHING = Hashing(b"k")


def line(name: str, **more: Any) -> dict[str, Any]:
    """Return a line of messages."""
    messages = [{"role": "user", "content": ASKED}]
    return {"id": name, "messages": messages, "response": SAID, "finish_reason": "stop"} | more


def write(path: Path, *parts: object) -> Path:
    """Write objects as lines, texts and bytes as they stand."""
    with path.open("wb") as file:
        for part in parts:
            if isinstance(part, bytes):
                file.write(part)
            else:
                text = part if isinstance(part, str) else json.dumps(part) + "\n"
                file.write(text.encode())
    return path


def rows(*paths: Path, task: str | None = None, **terms: Any) -> list[Row]:
    """Return the rows of the files."""
    (log,) = logs(paths, Wanted(task, traces=TraceTerms(**terms)))
    return list(log.rows)


def notes(*paths: Path, **terms: Any) -> list[str]:
    """Return what is said of the files once they are read."""
    (log,) = logs(paths, Wanted(traces=TraceTerms(**terms)))
    list(log.rows)
    return log.notes


def event(
    name: str,
    phase: Phase,
    outcome: Outcome = "allow",
    *,
    texts: Sequence[tuple[str, str]] = (),
    content: Content = "full",
    found: Sequence[str] = (),
) -> bytes:
    """Return the line of a guard's decision; `texts` are pairs of role and text."""
    assert phase in get_args(Phase)
    side: Any = "input" if phase == "request" else "output"
    findings = tuple(
        Finding(
            detector="toxicity",
            side=side,
            place="messages[0].content",
            cause="score",
            action="block",
            mode="enforce",
            threshold=0.5,
            score=0.9,
            category=category,
        )
        for category in found
    )
    would: Outcome = "block" if found else outcome
    decision = Decision(id=name, policy="p", outcome=outcome, would=would, findings=findings)
    passages = [
        Passage(text=text, side=side, role=role, place=PLACES[phase == "request"].format(at))
        for at, (role, text) in enumerate(texts)
    ]
    meeting = Meeting(1_772_323_200.0, phase, "/v1/chat/completions", "m", 200, 0.5)
    made = event_of(decision, passages, meeting, content=content, hashing=HASHING)
    return encoded(made)


def fault(name: str) -> bytes:
    """Return the line of a reply that could not be had."""
    return encoded(
        FaultEvent(
            time=1_772_323_201.0,
            id=name,
            phase="response",
            route="/v1/chat/completions",
            model="m",
            policy="p",
            code="upstream_timeout",
            status=504,
            seconds=60.0,
        )
    )


def attributes(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Return attributes as OTLP has them."""
    return [{"key": name, "value": _value(value)} for name, value in found.items()]


def _value(value: Any) -> dict[str, Any]:
    kinds: list[tuple[type, str, Callable[[Any], Any]]] = [
        (bool, "boolValue", bool),
        (int, "intValue", str),
        (float, "doubleValue", float),
        (str, "stringValue", str),
    ]
    for kind, name, made in kinds:
        if isinstance(value, kind):
            return {name: made(value)}
    if isinstance(value, list):
        return {"arrayValue": {"values": [_value(one) for one in value]}}
    return {"kvlistValue": {"values": attributes(value)}}


def spans(*listed: dict[str, Any], resource: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return an export of spans, as a collector's file exporter writes it."""
    held = {"attributes": attributes(resource or {"service.name": "shop"})}
    return {"resourceSpans": [{"resource": held, "scopeSpans": [{"spans": list(listed)}]}]}


def span(
    name: str,
    found: dict[str, Any],
    *,
    events: Sequence[tuple[str, dict[str, Any]]] = (),
    code: int = 0,
) -> dict[str, Any]:
    """Return a span of OTLP, two seconds long."""
    return {
        "traceId": "5b8efff798038103d269b633813fc60c",
        "spanId": name,
        "name": "chat m",
        "startTimeUnixNano": "1772323200000000000",
        "endTimeUnixNano": "1772323202000000000",
        "attributes": attributes({"gen_ai.operation.name": "chat"} | found),
        "events": [{"name": e, "attributes": attributes(told)} for e, told in events],
        "status": {"code": code},
    }


def records(*listed: tuple[str, str, dict[str, Any], Any]) -> dict[str, Any]:
    """Return an export of log records: span id, event name, attributes, body."""
    made = [
        {
            "traceId": "5b8efff798038103d269b633813fc60c",
            "spanId": name,
            "eventName": called,
            "timeUnixNano": "1772323200000000000",
            "attributes": attributes(found),
            "body": _value(body),
        }
        for name, called, found, body in listed
    ]
    return {"resourceLogs": [{"resource": {}, "scopeLogs": [{"logRecords": made}]}]}
