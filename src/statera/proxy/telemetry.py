"""Traces for OpenTelemetry, where `OTEL_EXPORTER_OTLP_ENDPOINT` says where to.

Spans are named `chat MODEL` and carry GenAI attributes; every detector that looked adds a
`gen_ai.evaluation.result` event. No content is ever recorded. A span is a child of the client's
`traceparent`, which upstream gets as it came.
"""

from collections.abc import Mapping

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import Span, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from statera.proxy.service import Asked
from statera.proxy.wire.api import Usage
from statera.records.guarding import Decision

EVALUATION = "gen_ai.evaluation.result"
_OPERATIONS = {"completions": "text_completion", "embeddings": "embeddings"}


class Telemetry:
    """Where spans go; `exporter` is OTLP over HTTP unless another is handed in."""

    def __init__(self, exporter: SpanExporter | None = None) -> None:
        resource = Resource.create({"service.name": "statera-guard"})
        self._provider = TracerProvider(resource=resource)
        self._provider.add_span_processor(BatchSpanProcessor(exporter or OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("statera.guard")
        self._propagator = TraceContextTextMapPropagator()

    def begin(self, asked: Asked, headers: Mapping[str, str]) -> "Trace":
        """Begin the span of a request; its parent is the one that `headers` name."""
        operation = _OPERATIONS.get(asked.api, "chat")
        span = self._tracer.start_span(
            f"{operation} {asked.model}".strip(),
            context=self._propagator.extract(dict(headers)),
            kind=SpanKind.CLIENT,
            attributes={
                "gen_ai.operation.name": operation,
                "gen_ai.provider.name": "openai",
                "gen_ai.request.model": asked.model,
                "gen_ai.request.stream": asked.stream,
                "server.address": asked.host,
                "server.port": asked.port,
            },
        )
        return Trace(span)

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()


class Trace:
    """The span of one request."""

    def __init__(self, span: Span) -> None:
        self._span = span

    def evaluated(self, decision: Decision) -> None:
        """Add what each detector saw, and the outcome."""
        found = {one.detector: one for one in decision.findings}
        for name, score in decision.scores.items():
            label = found[name].action if name in found else "pass"
            self._span.add_event(
                EVALUATION,
                {
                    "gen_ai.evaluation.name": name,
                    "gen_ai.evaluation.score.value": score,
                    "gen_ai.evaluation.score.label": label,
                },
            )
        for finding in decision.findings:
            if finding.score is None:
                failed = {"gen_ai.evaluation.name": finding.detector, "error.type": finding.cause}
                self._span.add_event(EVALUATION, failed)
        self._span.set_attribute("statera.guard.decision", decision.outcome)
        self._span.set_attribute("statera.guard.decision.id", decision.id)

    def end(self, status: int, usage: Usage, first_token: float | None) -> None:
        """End the span; `first_token` in seconds."""
        if usage.input is not None:
            self._span.set_attribute("gen_ai.usage.input_tokens", usage.input)
        if usage.output is not None:
            self._span.set_attribute("gen_ai.usage.output_tokens", usage.output)
        if first_token is not None:
            self._span.set_attribute("gen_ai.response.time_to_first_chunk", first_token)
        if status >= 400 or not status:
            self._span.set_attribute("error.type", str(status or "cancelled"))
            self._span.set_status(StatusCode.ERROR)
        self._span.end()
