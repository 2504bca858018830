"""What the guard counts, in Prometheus' words; no label ever holds text of a request.

    metrics = Metrics(models=20)
    metrics.request("/v1/chat/completions", "llama", "request", "allowed")
    metrics.page(now)                                 # the text that is scraped

With several workers (`PROMETHEUS_MULTIPROC_DIR`) every page holds the sum over all. What is true
only now (in flight, policy) is handed in when the page is made.
"""

import os
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from statera.records.guarding import Decision, Outcome, Side

Phase = Literal["request", "response", "stream", "check"]
Result = Literal["allowed", "blocked", "redacted", "would_block", "bypassed", "error", "unexamined"]

SHARED = "PROMETHEUS_MULTIPROC_DIR"
OTHER = "other"
CONTENT_TYPE = b"text/plain; version=0.0.4; charset=utf-8"

_CHECKS = (0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30)
_OVERHEAD = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2, 10)
_UPSTREAM = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320)
_CHARS = (0, 50, 100, 200, 400, 800, 1600, 6400, 25600)
_RESULTS: Mapping[Outcome, Result] = {
    "allow": "allowed",
    "redact": "redacted",
    "block": "blocked",
    "bypassed": "bypassed",
    "unavailable": "error",
}


class Now(NamedTuple):
    """What holds at this moment."""

    inflight: int = 0
    waiting: int = 0
    ready: bool = False
    policy: str = ""
    version: str = ""


def result_of(decision: Decision) -> Result:
    """Return how a decision counts: exactly one of the results."""
    if decision.outcome == "allow" and decision.would in ("block", "unavailable"):
        return "would_block"
    return _RESULTS[decision.outcome]


class Names:
    """The first `most` names as they are, and `other` for all that come later."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: set[str] = set()

    def bounded(self, name: str) -> str:
        """Return the name, or `other`."""
        if name in self._known:
            return name
        if len(self._known) >= self._most or len(name) > 200:
            return OTHER
        self._known.add(name)
        return name


class Metrics:
    """The counters of one worker. Methods are cheap and never fail."""

    def __init__(self, models: int = 20) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._names = Names(models)
        self._registry = CollectorRegistry()
        self._counters: dict[tuple[str, ...], Counter] = {}
        self._spreads: dict[tuple[str, ...], Histogram] = {}
        make, spread = self._counter, self._histogram
        self._requests = make("statera_guard_requests", "By result", "route model phase result")
        self._refusals = make("statera_guard_refusals", "Not passed on unread", "route code")
        self._bypasses = make("statera_guard_bypasses", "Passed unchecked", "check reason")
        self._tokens = make("statera_guard_tokens", "As upstream counts", "model type")
        self._faults = make("statera_guard_upstream_faults", "No proper answer", "kind")
        self._reloads = make("statera_guard_policy_reloads", "Policies read again", "result")
        self._dropped = make("statera_guard_events_dropped", "Events not written", "")
        self._hits = make("statera_guard_cache", "Looks into the verdict cache", "result")
        self._late = make("statera_guard_released_before_block_chars", "Left before a block", "")
        self._checks = spread(
            "statera_guard_check_duration_seconds", "One check", "check phase result", _CHECKS
        )
        self._overhead = spread(
            "statera_guard_overhead_seconds", "Request without upstream", "", _OVERHEAD
        )
        self._upstream = spread(
            "statera_upstream_request_duration_seconds", "Upstream", "model status", _UPSTREAM
        )
        self._first = spread(
            "statera_upstream_time_to_first_token_seconds", "Upstream", "model status", _UPSTREAM
        )
        self._held_chars = spread(
            "statera_guard_stream_holdback_chars", "Most held back in a stream", "", _CHARS
        )
        self._held_seconds = spread(
            "statera_guard_stream_holdback_seconds", "First token's delay", "", _UPSTREAM
        )

    def model(self, name: str) -> str:
        """Return a model's name as a label: bounded in number."""
        return self._names.bounded(name)

    def request(self, route: str, model: str, phase: Phase, result: Result) -> None:
        """Count a request's phase, exactly once."""
        self._count(self._requests, route, model, phase, result)

    def bypasses(self, decision: Decision) -> None:
        """Count the checks of this decision that were not made and whose text passed."""
        for finding in decision.findings:
            if finding.cause != "score" and finding.mode == "enforce":
                self._count(self._bypasses, finding.detector, finding.cause)

    def refusal(self, route: str, code: str) -> None:
        """Count what was turned away unread."""
        self._count(self._refusals, route, code)

    def check(self, name: str, side: Side, result: str, seconds: float) -> None:
        """Observe one detector's look at one passage."""
        phase = "request" if side in ("input", "tool_result") else "response"
        self._observe(self._checks, seconds, name, phase, result)

    def overhead(self, seconds: float) -> None:
        """Observe what the guard added to one request."""
        self._observe(self._overhead, seconds)

    def upstream(self, model: str, status: int, seconds: float) -> None:
        """Observe upstream's time for one request."""
        self._observe(self._upstream, seconds, model, str(status))

    def first_token(self, model: str, status: int, seconds: float) -> None:
        """Observe upstream's time to the first token of a stream."""
        self._observe(self._first, seconds, model, str(status))

    def holdback(self, *, chars: int, seconds: float) -> None:
        """Observe what one stream was held back by."""
        self._observe(self._held_chars, chars)
        self._observe(self._held_seconds, seconds)

    def released(self, chars: int) -> None:
        """Count characters of a reply that left before it was blocked."""
        self._count(self._late, by=chars)

    def tokens(self, model: str, kind: Literal["input", "output"], count: int) -> None:
        """Count tokens as upstream reports them."""
        self._count(self._tokens, model, kind, by=count)

    def fault(self, kind: str) -> None:
        """Count an upstream that did not answer as it should."""
        self._count(self._faults, kind)

    def reload(self, result: Literal["ok", "kept"]) -> None:
        """Count a policy that was read again: taken, or bad and the old one kept."""
        self._count(self._reloads, result)

    def dropped(self, count: int) -> None:
        """Count events that could not be written."""
        self._count(self._dropped, by=count)

    def cache(self, *, hits: int, misses: int) -> None:
        """Count looks into the verdict cache."""
        self._count(self._hits, "hit", by=hits)
        self._count(self._hits, "miss", by=misses)

    def page(self, now: Now) -> bytes:
        """Return the page that Prometheus reads."""
        registry = self._registry
        if SHARED in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        moment = CollectorRegistry()
        moment.register(_Moment(now))
        return generate_latest(registry) + generate_latest(moment)

    def _counter(self, name: str, words: str, labels: str) -> Counter:
        return Counter(name, words, labels.split(), registry=self._registry)

    def _histogram(self, name: str, words: str, labels: str, buckets: Iterable[float]) -> Histogram:
        return Histogram(
            name, words, labels.split(), buckets=tuple(buckets), registry=self._registry
        )

    def _count(self, family: Counter, *labels: str, by: float = 1) -> None:
        key = (family._name, *labels)
        child = self._counters.get(key)
        if child is None:
            child = self._counters[key] = family.labels(*labels) if labels else family
        child.inc(by)

    def _observe(self, family: Histogram, value: float, *labels: str) -> None:
        key = (family._name, *labels)
        child = self._spreads.get(key)
        if child is None:
            child = self._spreads[key] = family.labels(*labels) if labels else family
        child.observe(value)


class _Moment:
    """Gives Prometheus what holds now."""

    def __init__(self, now: Now) -> None:
        self._now = now

    def collect(self) -> Iterable[Metric]:
        """Yield the gauges."""
        now = self._now
        yield GaugeMetricFamily("statera_guard_inflight", "Requests in flight", now.inflight)
        yield GaugeMetricFamily("statera_guard_waiting", "Requests in the queue", now.waiting)
        yield GaugeMetricFamily("statera_guard_ready", "1 when ready", int(now.ready))
        info = GaugeMetricFamily(
            "statera_guard_policy_info", "The policy", labels=("policy_sha", "version")
        )
        info.add_metric((now.policy, now.version), 1)
        yield info
