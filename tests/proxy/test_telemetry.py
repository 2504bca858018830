"""Traces of a real guard, kept in memory; and one sent to a real collector."""

import os
import subprocess
import sys
import time
from pathlib import Path

from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from statera.proxy.service import Asked
from statera.proxy.telemetry import EVALUATION, Telemetry
from statera.proxy.wire.api import Usage
from statera.records.guarding import Decision, Finding
from tests.proxy.guards import CHAT, POLICY, asking, post
from tests.proxy.upstreams import Asked as Request
from tests.proxy.upstreams import RawUpstream, Step, answer, chat

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
FOUND = Finding(
    detector="toxicity", side="input", place="messages[0].content", cause="score",
    action="block", mode="enforce", threshold=0.85, score=0.9,
)  # fmt: skip
LATE = Finding(
    detector="judge", side="input", place="messages[0].content", cause="late",
    action="block", mode="enforce", threshold=0.5,
)  # fmt: skip


def test_a_span_has_genai_attributes_and_an_event_for_every_detector() -> None:
    kept = InMemorySpanExporter()
    telemetry = Telemetry(kept)
    trace = telemetry.begin(Asked("chat", "m", True, "localhost", 8000), {"traceparent": PARENT})
    trace.evaluated(
        Decision(
            id="1", policy="p", outcome="block", would="block", findings=(FOUND, LATE),
            scores={"toxicity": 0.9, "keys": 0.0},
        )
    )  # fmt: skip
    trace.end(400, Usage(3, 5), 0.25)
    telemetry.close()
    (span,) = kept.get_finished_spans()
    assert span.name == "chat m"
    assert span.context is not None
    assert f"{span.context.trace_id:032x}" == PARENT.split("-")[1]
    attributes = dict(span.attributes or {})
    assert attributes["gen_ai.operation.name"] == "chat"
    assert attributes["gen_ai.request.stream"] is True
    assert attributes["gen_ai.usage.output_tokens"] == 5
    assert attributes["gen_ai.response.time_to_first_chunk"] == 0.25
    assert attributes["server.port"] == 8000
    assert span.status.status_code is StatusCode.ERROR
    told = [dict(event.attributes or {}) for event in span.events]
    assert {event.name for event in span.events} == {EVALUATION}
    labels = {one["gen_ai.evaluation.name"]: one for one in told}
    assert labels["toxicity"]["gen_ai.evaluation.score.label"] == "block"
    assert labels["keys"]["gen_ai.evaluation.score.label"] == "pass"
    assert labels["judge"]["error.type"] == "late"


def test_a_guard_sends_its_traces_where_the_environment_says(tmp_path: Path) -> None:
    policy = tmp_path / "p.yaml"
    policy.write_text(POLICY, encoding="utf-8")

    def script(asked: Request) -> list[Step]:
        return [answer(chat("fine")) if asked.path == CHAT.encode() else answer(b"")]

    with RawUpstream(script) as upstream, RawUpstream(lambda asked: [answer(b"")]) as collector:
        environ = {
            **os.environ, "TARGET_UPSTREAM": upstream.url, "STATERA_POLICY": str(policy),
            "STATERA_GUARD_CONTROL_PORT": "0", "STATERA_GUARD_HOST": "127.0.0.1",
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "STATERA_GUARD_EVENTS": "none",
        }  # fmt: skip
        process = subprocess.Popen(
            [sys.executable, "-m", "statera", "guard", "serve", "--port", "0"],
            env=environ, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stderr is not None
        url = process.stderr.readline().split(" at ")[1].split()[0]
        assert post(url + CHAT, asking("secret words"), {"traceparent": PARENT}).status == 200
        process.terminate()
        process.communicate(timeout=600)
        until = time.monotonic() + 5
        while not collector.asked and time.monotonic() < until:
            time.sleep(0.01)
    sent = b"".join(one.body for one in collector.asked)
    assert collector.asked[0].path == b"/v1/traces"
    assert b"chat m" in sent
    assert bytes.fromhex(PARENT.split("-")[1]) in sent
    assert b"secret words" not in sent
    assert upstream.asked[-1].headers[b"traceparent"] == PARENT.encode()
