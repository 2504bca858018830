from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from statera.guard.policy import Policy
from statera.models.clock import SystemClock
from statera.proxy.admission import Admission
from statera.proxy.bookkeeping import Book, parent_of
from statera.proxy.events import Hashing
from statera.proxy.keeper import Keeper, PolicySource
from statera.proxy.metrics import Metrics, Now
from statera.proxy.service import Service
from statera.proxy.terms import Terms, read_upstream
from statera.proxy.upstream import Limits, UpstreamClient
from statera.proxy.wire.api import Usage
from statera.records.guarding import Decision, Finding, Outcome
from tests.proxy.guards import tools


def service(folder: Path) -> Service:
    terms, clock = Terms(), SystemClock()
    keeper = Keeper(
        PolicySource(folder / "p.yaml"), tools(folder), clock=clock, pool=ThreadPoolExecutor(1)
    )
    return Service(
        terms=terms,
        keeper=keeper,
        admission=Admission(limit=1, queue=0, seconds=1),
        upstream=UpstreamClient(read_upstream(terms.upstream), Limits()),
        metrics=Metrics(),
        events=None,
        hashing=Hashing(b"k"),
        clock=clock,
        ids=lambda: "0" * 16,
    )


def decision(outcome: Outcome) -> Decision:
    return Decision(id="1", policy="p", outcome=outcome, would=outcome)


def test_each_phase_is_counted_once_and_the_gravest_outcome_is_told(tmp_path: Path) -> None:
    given = service(tmp_path)
    book = Book(given, "/r", Policy(), "digest")
    book.named("chat", "m", [], stream=False)
    book.decided(decision("redact"), [], status=0)
    book.count("error")
    book.phase = "response"
    book.decided(decision("allow"), [], status=200, released=4)
    book.used(Usage(3, None))
    book.close(200)
    assert dict(book.headers)[b"x-statera-decision"] == b"redact"
    assert dict(book.headers)[b"x-statera-policy"] == b"digest"
    page = given.metrics.page(Now()).decode()
    for phase, result in (("request", "redacted"), ("response", "allowed")):
        assert f'phase="{phase}",result="{result}",route="/r"}} 1.0' in page
    assert 'result="error"' not in page
    assert "statera_guard_overhead_seconds_count 1.0" in page
    assert "released_before_block_chars_total 4.0" in page
    assert 'tokens_total{model="m",type="input"} 3.0' in page


def test_where_nothing_was_decided_no_decision_is_told(tmp_path: Path) -> None:
    book = Book(service(tmp_path), "/r", Policy(), "digest")
    book.refused("invalid_json")
    assert [name for name, _ in book.headers] == [b"x-statera-decision-id", b"x-statera-policy"]


def test_only_what_passes_unchecked_is_a_bypass(tmp_path: Path) -> None:
    late = Finding(
        detector="d", side="input", place="", cause="late", action="block", mode="enforce",
        threshold=0.5,
    )  # fmt: skip
    given = service(tmp_path)
    book = Book(given, "/r", Policy(), "digest")
    for outcome in ("block", "unavailable", "bypassed"):
        book.checked(Decision(id="1", policy="p", outcome=outcome, would=outcome, findings=(late,)))
    assert 'bypasses_total{check="d",reason="late"} 1.0' in given.metrics.page(Now()).decode()


def test_a_count_of_tokens_that_cannot_be_true_is_none(tmp_path: Path) -> None:
    given = service(tmp_path)
    book = Book(given, "/r", Policy(), "digest")
    for usage in (Usage(10**400, -100), Usage(10**9 + 1, 3)):
        book.used(usage)
    page = given.metrics.page(Now()).decode()
    assert [line for line in page.splitlines() if line.startswith("statera_guard_tokens")] == [
        'statera_guard_tokens_total{model="",type="output"} 3.0'
    ]


def test_only_a_trace_that_is_one_is_kept() -> None:
    good = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    assert parent_of([(b"traceparent", good)]) == good.decode()
    for bad in (b"", b"tell me everything", good + b" and more", good.upper()):
        assert parent_of([(b"traceparent", bad)]) == ""
