"""What the guard counts, in Prometheus' words; no label ever holds text of a request.

    metrics = Metrics(models=20)
    metrics.request("/v1/chat/completions", "llama", "request", "allowed")
    metrics.page(now)                                 # the text that is scraped

With several workers, which share a folder, every page holds the sum over all. What is true only now
(in flight, policy) is handed in when the page is made.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Literal, NamedTuple

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.utils import floatToGoString

from statera.proxy.cells import OTHER, Cells, Key
from statera.records.guarding import Decision, Outcome, Side

Phase = Literal["request", "response", "stream", "check"]
Result = Literal["allowed", "blocked", "redacted", "would_block", "bypassed", "error", "unexamined"]

CONTENT_TYPE = b"text/plain; version=0.0.4; charset=utf-8"

_CHECKS = (0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30)
_OVERHEAD = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2, 10)
_UPSTREAM = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320)
_CHARS = (0, 50, 100, 200, 400, 800, 1600, 6400, 25600)
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,63}")
_ASKING: tuple[Side, ...] = ("input", "tool_result")
_STATUSES = [str(status) for status in range(1000)]
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


def plain_model(name: str) -> str:
    """Return a model's name if it looks like one, else `other`: no text of a request."""
    return name if not name or _MODEL.fullmatch(name) else OTHER


class Names:
    """The first `most` names as they are, and `other` for all that come later or are none."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: set[str] = set()

    def bounded(self, name: str) -> str:
        """Return the name, or `other`."""
        if name in self._known:
            return name
        if len(self._known) >= self._most or plain_model(name) == OTHER:
            return OTHER
        self._known.add(name)
        return name


class Metrics:
    """The counters of one worker. Methods are cheap and never fail."""

    def __init__(self, models: int = 20, folder: Path | None = None) -> None:
        self._names = Names(models)
        self._cells = Cells(folder)
        self._values = self._cells.values
        self._known: dict[tuple[str, ...], int] = {}
        self._checks: dict[tuple[str, Side, str], int] = {}

    def model(self, name: str) -> str:
        """Return a model's name as a label: bounded in number."""
        return self._names.bounded(name)

    def request(self, route: str, model: str, phase: Phase, result: Result) -> None:
        """Count a request's phase, exactly once."""
        self._count(("statera_guard_requests", route, model, phase, result))

    def bypasses(self, decision: Decision) -> None:
        """Count the checks that were not made of a decision by which the text passed."""
        for finding in decision.findings:
            if finding.cause != "score" and finding.mode == "enforce":
                self._count(("statera_guard_bypasses", finding.detector, finding.cause))

    def refusal(self, route: str, code: str) -> None:
        """Count what was turned away unread."""
        self._count(("statera_guard_refusals", route, code))

    def check(self, name: str, side: Side, result: str, seconds: float) -> None:
        """Observe one detector's look at one passage."""
        at = self._checks.get((name, side, result))
        if at is None:
            phase = "request" if side in _ASKING else "response"
            family, labels = "statera_guard_check_duration_seconds", (name, phase, result)
            at = self._cells.series(family, labels, len(_CHECKS) + 2)
            self._checks[name, side, result] = at
        self._values[at + bisect_left(_CHECKS, seconds)] += 1.0
        self._values[at + len(_CHECKS) + 1] += seconds

    def overhead(self, seconds: float) -> None:
        """Observe what the guard added to one request."""
        self._observe(("statera_guard_overhead_seconds",), _OVERHEAD, seconds)

    def upstream(self, model: str, status: int, seconds: float) -> None:
        """Observe upstream's time for one request."""
        key = ("statera_upstream_request_duration_seconds", model, _STATUSES[status])
        self._observe(key, _UPSTREAM, seconds)

    def first_token(self, model: str, status: int, seconds: float) -> None:
        """Observe upstream's time to the first token of a stream."""
        key = ("statera_upstream_time_to_first_token_seconds", model, _STATUSES[status])
        self._observe(key, _UPSTREAM, seconds)

    def holdback(self, *, chars: int, seconds: float) -> None:
        """Observe what one stream was held back by."""
        self._observe(("statera_guard_stream_holdback_chars",), _CHARS, chars)
        self._observe(("statera_guard_stream_holdback_seconds",), _UPSTREAM, seconds)

    def released(self, chars: int) -> None:
        """Count characters of a reply that left before it was blocked."""
        self._count(("statera_guard_released_before_block_chars",), chars)

    def tokens(self, model: str, kind: Literal["input", "output"], count: int) -> None:
        """Count tokens as upstream reports them."""
        self._count(("statera_guard_tokens", model, kind), count)

    def fault(self, kind: str) -> None:
        """Count an upstream that did not answer as it should."""
        self._count(("statera_guard_upstream_faults", kind))

    def reload(self, result: Literal["ok", "kept"]) -> None:
        """Count a policy that was read again: taken, or bad and the old one kept."""
        self._count(("statera_guard_policy_reloads", result))

    def dropped(self, count: int) -> None:
        """Count events that could not be written."""
        self._count(("statera_guard_events_dropped",), count)

    def exposed(self, experiment: str, arm: str, entry: str) -> None:
        """Count a request that takes part in an experiment."""
        self._count(("statera_guard_experiment_requests", experiment, arm, entry))

    def excluded(self, experiment: str, reason: str) -> None:
        """Count a request that might belong to an experiment and takes no part."""
        self._count(("statera_guard_experiment_excluded", experiment, reason))

    def shadowed(
        self, experiment: str, result: Literal["answered", "failed", "dropped", "unrepeatable"]
    ) -> None:
        """Count a copy for a candidate that nobody is shown, or one that was not sent."""
        self._count(("statera_guard_experiment_copies", experiment, result))

    def facts(self, result: Literal["shipped", "refused", "lost"], count: int) -> None:
        """Count facts of experiments on their way to the live store."""
        self._count(("statera_guard_experiment_facts", result), count)

    def feedback(self, reason: str, count: int) -> None:
        """Count reports of feedback by what became of them."""
        self._count(("statera_guard_feedback", reason), count)

    def cache(self, *, hits: int, misses: int) -> None:
        """Count looks into the verdict cache."""
        self._count(("statera_guard_cache", "hit"), hits)
        self._count(("statera_guard_cache", "miss"), misses)

    def page(self, now: Now) -> bytes:
        """Return the page that Prometheus reads, summed over all workers."""
        registry = CollectorRegistry()
        registry.register(_Page(self._cells.total(), now))
        return generate_latest(registry)

    def close(self) -> None:
        """Let go of what is shared with other workers; what was counted stays."""
        self._cells.close()

    def _count(self, key: tuple[str, ...], by: float = 1.0) -> None:
        at = self._known.get(key)
        if at is None:
            at = self._known[key] = self._cells.series(key[0], key[1:], 1)
        self._values[at] += by

    def _observe(self, key: tuple[str, ...], bounds: Sequence[float], value: float) -> None:
        at = self._known.get(key)
        if at is None:
            at = self._known[key] = self._cells.series(key[0], key[1:], len(bounds) + 2)
        self._values[at + bisect_left(bounds, value)] += 1.0
        self._values[at + len(bounds) + 1] += value


class _Page:
    """Gives Prometheus what was counted, and what holds now."""

    def __init__(self, total: Mapping[Key, Sequence[float]], now: Now) -> None:
        self._total, self._now = total, now

    def collect(self) -> Iterable[Metric]:
        """Yield every family."""
        yield from self._counters()
        yield from self._histograms()
        yield from self._gauges()

    def _counters(self) -> Iterable[Metric]:
        for name, (words, labels) in _COUNTERS.items():
            family = CounterMetricFamily(name, words, labels=labels.split())
            for (own, values), row in self._total.items():
                if own == name:
                    family.add_metric(values, row[0])
            yield family

    def _histograms(self) -> Iterable[Metric]:
        for name, (words, labels, bounds) in _HISTOGRAMS.items():
            family = HistogramMetricFamily(name, words, labels=labels.split())
            ends = [*map(floatToGoString, bounds), "+Inf"]
            for (own, values), row in self._total.items():
                if own == name:
                    counts = accumulate(row[:-1])
                    family.add_metric(values, list(zip(ends, counts, strict=True)), row[-1])
            yield family

    def _gauges(self) -> Iterable[Metric]:
        now = self._now
        yield GaugeMetricFamily("statera_guard_inflight", "Requests in flight", now.inflight)
        yield GaugeMetricFamily("statera_guard_waiting", "Requests in the queue", now.waiting)
        yield GaugeMetricFamily("statera_guard_ready", "1 when ready", int(now.ready))
        info = GaugeMetricFamily(
            "statera_guard_policy_info", "The policy", labels=("policy_sha", "version")
        )
        info.add_metric((now.policy, now.version), 1)
        yield info


_COUNTERS = {
    "statera_guard_requests": ("Requests by phase and result", "route model phase result"),
    "statera_guard_refusals": ("Turned away unread", "route code"),
    "statera_guard_bypasses": ("Checks not made whose text passed", "check reason"),
    "statera_guard_tokens": ("Tokens as upstream counts them", "model type"),
    "statera_guard_upstream_faults": ("Upstream gave no proper answer", "kind"),
    "statera_guard_policy_reloads": ("Policies read again", "result"),
    "statera_guard_events_dropped": ("Events not written", ""),
    "statera_guard_cache": ("Looks into the verdict cache", "result"),
    "statera_guard_experiment_requests": ("Took part", "experiment arm entry"),
    "statera_guard_experiment_excluded": ("Took no part", "experiment reason"),
    "statera_guard_experiment_copies": ("Copies for a candidate", "experiment result"),
    "statera_guard_experiment_facts": ("Facts for the live store", "result"),
    "statera_guard_feedback": ("Reports of feedback", "result"),
    "statera_guard_released_before_block_chars": ("Left before a block", ""),
}
_HISTOGRAMS = {
    "statera_guard_check_duration_seconds": ("One check", "check phase result", _CHECKS),
    "statera_guard_overhead_seconds": ("A request without upstream's time", "", _OVERHEAD),
    "statera_upstream_request_duration_seconds": ("Upstream", "model status", _UPSTREAM),
    "statera_upstream_time_to_first_token_seconds": ("Upstream", "model status", _UPSTREAM),
    "statera_guard_stream_holdback_chars": ("Most held back in a stream", "", _CHARS),
    "statera_guard_stream_holdback_seconds": ("Delay of the first text", "", _UPSTREAM),
}
