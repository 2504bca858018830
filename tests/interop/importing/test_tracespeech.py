from statera.interop.importing.tracecalls import Checked
from statera.interop.importing.tracespeech import Span, SpanEvent, call_of
from statera.records.responses import Failure


def _span(**found: object) -> Span:
    return Span("f, line 1", "t:s", dict(found), {}, began=10.0, ended=12.5)


def test_the_guards_own_span() -> None:
    call = call_of(_span(**{"statera.guard.decision": "block", "gen_ai.request.model": "m"}), None)
    assert call.failure == Failure(kind="refused", message="blocked by the guard")
    assert call.checked == Checked("block", None)
    assert (call.model, call.seconds, call.time) == ("m", 2.5, 10.0)


def test_the_unit_that_is_asked_for() -> None:
    span = _span(**{"user.id": "u", "tenant": {"name": "acme"}})
    assert (call_of(span, None).unit, call_of(span, "tenant.name").unit) == ("u", "acme")


def test_details_of_events_count_where_the_span_is_silent() -> None:
    told = SpanEvent("gen_ai.client.inference.operation.details", {"gen_ai.request.model": "late"})
    span = Span("w", ":", {"gen_ai.response.id": "resp-1"}, {}, (told,), ended=5.0)
    call = call_of(span, None)
    assert (call.id, call.model, call.time, call.seconds) == ("resp-1", "late", 5.0, None)
