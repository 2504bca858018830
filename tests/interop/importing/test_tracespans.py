import io
import json
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor

from statera.records.responses import Usage
from tests.interop.importing.traces_made import (
    ASKED,
    SAID,
    notes,
    records,
    rows,
    span,
    spans,
    write,
)

NOW: dict[str, Any] = {
    "gen_ai.request.model": "m",
    "gen_ai.response.model": "m-2026",
    "gen_ai.usage.input_tokens": 12,
    "gen_ai.usage.output_tokens": 5,
    "gen_ai.input.messages": json.dumps(
        [{"role": "user", "parts": [{"type": "text", "content": ASKED}]}]
    ),
    "gen_ai.output.messages": json.dumps(
        [
            {
                "role": "assistant",
                "parts": [
                    {"type": "reasoning", "content": "hm"},
                    {"type": "text", "content": SAID},
                ],
                "finish_reason": "length",
            }
        ]
    ),
    "gen_ai.system_instructions": json.dumps([{"type": "text", "content": "Be brief."}]),
    "user.id": "anna",
}


def test_a_span_of_today(tmp_path: Path) -> None:
    made = spans(span("a1", NOW), resource={"service.version": "7"})
    (row,) = rows(write(tmp_path / "s.jsonl", made))
    assert row.sample.id == "5b8efff798038103d269b633813fc60c:a1"
    assert row.sample.input == ASKED
    fields = row.sample.fields
    assert (fields["model"], fields["version"], fields["seconds"]) == ("m-2026", "7", 2.0)
    assert "anna" not in str(row.sample.cluster)
    response = row.exchanges[0].response
    assert (response.text, response.finish) == (SAID, "length")
    assert response.usage == Usage(prompt_tokens=12, completion_tokens=5)
    assert row.scores[0].outcome == "truncated"
    assert row.started == 1_772_323_200.0


@pytest.mark.parametrize(
    ("found", "events"),
    [
        ({"gen_ai.prompt": ASKED, "gen_ai.completion": SAID}, []),
        (
            {
                "gen_ai.prompt.0.role": "user",
                "gen_ai.prompt.0.content": ASKED,
                "gen_ai.completion.0.content": SAID,
                "gen_ai.completion.0.finish_reason": "stop",
            },
            [],
        ),
        (
            {},
            [
                ("gen_ai.user.message", {"content": ASKED}),
                ("gen_ai.choice", {"finish_reason": "stop", "message": json.dumps(SAID)}),
            ],
        ),
        (
            {},
            [
                ("gen_ai.user.message", {"content": ASKED}),
                ("gen_ai.choice", {"message": {"role": "assistant", "content": SAID}}),
            ],
        ),
        (
            {},
            [
                ("gen_ai.content.prompt", {"gen_ai.prompt": ASKED}),
                ("gen_ai.content.completion", {"gen_ai.completion": SAID}),
            ],
        ),
        (
            {
                "llm.model_name": "m",
                "llm.input_messages.0.message.role": "user",
                "llm.input_messages.0.message.content": ASKED,
                "output.value": SAID,
            },
            [],
        ),
    ],
)
def test_older_names(tmp_path: Path, found: dict[str, Any], events: list[Any]) -> None:
    made = spans(span("a", {"gen_ai.system": "openai", **found}, events=events))
    (row,) = rows(write(tmp_path / "s.jsonl", made))
    assert (row.sample.input, row.exchanges[0].response.text) == (ASKED, SAID)
    assert row.scores[0].outcome == "right"


@pytest.mark.parametrize("late", [False, True])
def test_messages_in_log_records(tmp_path: Path, late: bool) -> None:
    plain = spans(span("a", {"gen_ai.request.model": "m"}))
    told = records(
        ("a", "gen_ai.user.message", {}, {"content": ASKED}),
        ("a", "gen_ai.choice", {}, {"message": {"content": SAID}, "finish_reason": "stop"}),
    )
    both = [plain, told] if late else [told, plain]
    found = rows(write(tmp_path / "s.jsonl", *both))
    (row,) = found
    assert (row.sample.input, row.exchanges[0].response.text) == (ASKED, SAID)
    assert row.sample.fields["model"] == "m"


def test_details_in_one_record(tmp_path: Path) -> None:
    told = records(("a", "gen_ai.client.inference.operation.details", NOW, "x"))
    (row,) = rows(write(tmp_path / "s.jsonl", told))
    assert (row.sample.input, row.exchanges[0].response.text) == (ASKED, SAID)


def test_errors_and_what_is_no_request(tmp_path: Path) -> None:
    made = spans(
        span("e", {"gen_ai.request.model": "m", "error.type": "timeout"}, code=2),
        span("f", {"gen_ai.request.model": "m", "error.type": "content_filter"}),
        span("g", {"gen_ai.request.model": "m"}),
        span("h", {"gen_ai.operation.name": "embeddings", "gen_ai.request.model": "e"}),
        {"traceId": "1", "spanId": "2", "name": "GET /", "attributes": []},
    )
    file = write(tmp_path / "s.json", json.dumps(made, indent=2))
    found = {row.sample.id[-1]: row.scores[0] for row in rows(file)}
    assert {name: score.outcome for name, score in found.items()} == {
        "e": "infra_error",
        "f": "refused",
        "g": "right",
    }
    assert found["e"].why == "timeout"
    assert any("2 spans and records are no request" in one for one in notes(file))


def test_what_the_console_exporter_prints(tmp_path: Path) -> None:
    out = io.StringIO()
    provider = TracerProvider(resource=Resource.create({"service.version": "3"}))
    provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter(out=out)))
    tracer = provider.get_tracer("t")
    for at in range(2):
        with tracer.start_as_current_span("chat m") as one:
            one.set_attributes({"gen_ai.operation.name": "chat", **NOW})
            one.add_event("gen_ai.evaluation.result", {"gen_ai.evaluation.name": f"e{at}"})
    provider.shutdown()
    found = rows(write(tmp_path / "console.log", out.getvalue()))
    assert [row.sample.fields["version"] for row in found] == ["3", "3"]
    assert {row.sample.input for row in found} == {ASKED}
    assert len({row.sample.id for row in found}) == 2
