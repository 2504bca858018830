import os
import subprocess
import sys
from pathlib import Path

import pytest

from statera.proxy.metrics import Metrics, Names, Now, result_of
from statera.records.guarding import Decision, Finding, Outcome


def decision(outcome: Outcome, would: Outcome, *findings: Finding) -> Decision:
    return Decision(id="1", policy="p", outcome=outcome, would=would, findings=findings)


@pytest.mark.parametrize(
    ("outcome", "would", "found"),
    [
        ("allow", "allow", "allowed"),
        ("allow", "block", "would_block"),
        ("allow", "redact", "allowed"),
        ("block", "block", "blocked"),
        ("redact", "block", "redacted"),
        ("bypassed", "block", "bypassed"),
        ("unavailable", "block", "error"),
    ],
)
def test_a_decision_counts_as_exactly_one_result(
    outcome: Outcome, would: Outcome, found: str
) -> None:
    assert result_of(decision(outcome, would)) == found


def test_names_from_clients_are_bounded() -> None:
    names = Names(2)
    assert [names.bounded(one) for one in ("x" * 65, "my text", "a", "b", "c", "a")] == [
        "other", "other", "a", "b", "other", "a",
    ]  # fmt: skip


def filled(folder: Path | None = None) -> Metrics:
    metrics = Metrics(models=1, folder=folder)
    metrics.request("/r", metrics.model("m"), "request", "allowed")
    late = Finding(
        detector="d", side="input", place="", cause="late", action="block", mode="enforce",
        threshold=0.5,
    )  # fmt: skip
    metrics.bypasses(decision("bypassed", "bypassed", late))
    metrics.check("d", "output", "ok", 0.002)
    metrics.overhead(0.001)
    metrics.upstream("m", 200, 0.2)
    metrics.first_token("m", 200, 0.1)
    metrics.holdback(chars=90, seconds=0.1)
    metrics.released(7)
    metrics.tokens("m", "output", 5)
    metrics.fault("reset")
    metrics.reload("kept")
    metrics.dropped(2)
    metrics.cache(hits=3, misses=1)
    metrics.refusal("/r", "invalid_json")
    return metrics


LINES = (
    'statera_guard_requests_total{model="m",phase="request",result="allowed",route="/r"} 1.0',
    'statera_guard_bypasses_total{check="d",reason="late"} 1.0',
    'statera_guard_check_duration_seconds_count{check="d",phase="response",result="ok"} 1.0',
    "statera_guard_overhead_seconds_count 1.0",
    'statera_upstream_request_duration_seconds_count{model="m",status="200"} 1.0',
    'statera_upstream_time_to_first_token_seconds_count{model="m",status="200"} 1.0',
    "statera_guard_stream_holdback_chars_count 1.0",
    "statera_guard_stream_holdback_seconds_count 1.0",
    "statera_guard_released_before_block_chars_total 7.0",
    'statera_guard_tokens_total{model="m",type="output"} 5.0',
    'statera_guard_upstream_faults_total{kind="reset"} 1.0',
    'statera_guard_policy_reloads_total{result="kept"} 1.0',
    "statera_guard_events_dropped_total 2.0",
    'statera_guard_cache_total{result="hit"} 3.0',
    'statera_guard_refusals_total{code="invalid_json",route="/r"} 1.0',
    "statera_guard_inflight 4.0",
    "statera_guard_waiting 1.0",
    "statera_guard_ready 1.0",
    'statera_guard_policy_info{policy_sha="abc",version="7"} 1.0',
)


def test_the_page_says_what_was_counted() -> None:
    page = filled().page(Now(4, 1, True, "abc", "7")).decode().splitlines()
    assert set(LINES) <= set(page)
    assert not [line for line in page if "_created" in line]


_TWICE = """
import pathlib, subprocess, sys
from statera.proxy.metrics import Now
from tests.proxy.test_metrics import filled
metrics = filled(pathlib.Path(__file__).parent / 'shared')
if len(sys.argv) < 2:
    subprocess.run([sys.executable, __file__, "x"], check=True)
    print(metrics.page(Now()).decode())
"""


def test_workers_share_one_page(tmp_path: Path) -> None:
    script, shared = tmp_path / "twice.py", tmp_path / "shared"
    script.write_text(_TWICE, encoding="utf-8")
    shared.mkdir()
    environ = {**os.environ, "PYTHONPATH": os.getcwd()}
    found = subprocess.run(
        [sys.executable, str(script)], env=environ, capture_output=True, text=True, check=True
    )
    assert (
        'statera_guard_requests_total{model="m",phase="request",result="allowed",route="/r"} 2.0'
        in found.stdout
    )
    assert "statera_guard_overhead_seconds_sum 0.002" in found.stdout
