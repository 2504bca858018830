from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.guard.policy import StreamTerms
from statera.guard.streaming import StreamText
from statera.interop.importing.traceevents import rejoined
from tests.interop.importing.traces_made import ASKED, SAID, event, fault, notes, rows, write


def test_request_and_reply_are_one(tmp_path: Path) -> None:
    file = write(
        tmp_path / "e.jsonl",
        event("d1", "request", texts=[("system", "Be brief."), ("user", ASKED)]),
        event("d2", "request", texts=[("user", "Hi")]),
        event("d1", "response", texts=[("parameter", "chatcmpl-1"), ("assistant", SAID)]),
        event("d2", "stream", texts=[("assistant", "Hello "), ("assistant", "there")]),
    )
    first, second = rows(file)
    assert (first.sample.id, first.sample.input) == ("d1", ASKED)
    (exchange,) = first.exchanges
    assert [one.role for one in exchange.request.messages] == ["system", "user"]  # type: ignore[union-attr]
    assert (exchange.response.text, exchange.response.seconds) == (SAID, 0.5)
    assert first.started == 1_772_323_200.0
    assert [(s.metric, s.value) for s in first.scores] == [("answered", 1.0), ("flagged", 0.0)]
    assert second.exchanges[0].response.text == "Hello there"


def test_without_texts_the_decisions_are_kept(tmp_path: Path) -> None:
    file = write(
        tmp_path / "e.jsonl",
        event("d", "request", texts=[("user", ASKED)], content="hash"),
        event("d", "response", texts=[("assistant", SAID)], content="none", found=["hate"]),
        event("empty", "request", content="hash"),
        event("empty", "response", texts=[("assistant", "")], content="hash"),
    )
    first, second = rows(file)
    assert (first.sample.input, first.exchanges[0].response.text) == ("", None)
    assert [(s.metric, s.value, s.why) for s in first.scores] == [
        ("answered", 1.0, ""),
        ("flagged", 1.0, "hate"),
    ]
    assert second.scores[0].outcome == "unparsed"


def test_blocked_and_failed(tmp_path: Path) -> None:
    file = write(
        tmp_path / "e.jsonl",
        event("in", "request", "block", texts=[("user", "x")], found=["hate"]),
        event("out", "request"),
        event("out", "response", "block", texts=[("assistant", "y")], found=["hate"]),
        event("gone", "request"),
        fault("gone"),
        event("unsure", "request", "unavailable"),
        event("looked", "check"),
    )
    found = {row.sample.id: row for row in rows(file)}
    assert {name: row.scores[0].outcome for name, row in found.items()} == {
        "in": "refused",
        "out": "refused",
        "gone": "infra_error",
        "unsure": "infra_error",
    }
    assert [s.metric for s in found["in"].scores] == ["answered"]
    assert found["out"].scores[1].value == 1.0
    assert found["out"].exchanges[0].response.text is None
    assert found["gone"].scores[0].why == "upstream_timeout"
    assert found["in"].sample.fields["guard"] == {"outcome": "block", "categories": ["hate"]}


def test_an_error_that_the_model_server_answered_with_is_none_of_its_answers(
    tmp_path: Path,
) -> None:
    said = event("down", "response", texts=[("assistant", "error")])
    file = write(
        tmp_path / "e.jsonl",
        event("down", "request", texts=[("user", ASKED)]),
        said.replace(b'"status":200', b'"status":500'),
    )
    (row,) = rows(file)
    assert row.scores[0].outcome == "infra_error"
    assert "500" in row.scores[0].why


def test_the_user_is_the_one_whom_the_body_names(tmp_path: Path) -> None:
    named = event("a", "request", texts=[("parameter", "anna"), ("user", ASKED)])
    again = event("b", "request", texts=[("parameter", "anna"), ("user", "Hi")])
    file = write(
        tmp_path / "e.jsonl",
        *(one.replace(b"messages[0].content", b"user") for one in (named, again)),
        event("a", "response", texts=[("assistant", SAID)]),
        event("b", "response", texts=[("assistant", SAID)]),
    )
    first, second = rows(file)
    assert first.sample.cluster == second.sample.cluster
    assert "anna" not in str(first.sample.cluster)
    assert not any("without a user" in one for one in notes(file))


def test_a_request_without_reply_is_left_out_and_told(tmp_path: Path) -> None:
    file = write(tmp_path / "e.jsonl", event("a", "request"), event("b", "request"))
    told = notes(file)
    assert any("2 requests whose reply is in none of the files" in one for one in told)


def test_windows_of_a_stream_are_put_together() -> None:
    text = StreamText(StreamTerms(window=64))
    whole = " ".join(f"{at}. Open the page {at} and then the next." for at in range(40))
    text.feed(whole)
    windows = []
    while window := text.due():
        windows.append(window.text)
        text.settle(())
        text.take()
    windows.append(text.ending().text)
    assert len(windows) > 10
    assert sum(map(len, windows)) > 1.3 * len(whole)
    assert rejoined(windows) == whole


def test_a_stream_whose_end_was_not_told_has_no_text(tmp_path: Path) -> None:
    last = event("d", "stream", texts=[("assistant", SAID)]).replace(b'"id"', b'"checks":300,"id"')
    (row,) = rows(write(tmp_path / "e.jsonl", event("d", "request"), last))
    assert row.exchanges[0].response.text is None
    assert row.scores[0].outcome == "right"


def test_a_strange_phase(tmp_path: Path) -> None:
    text = event("a", "request").decode().replace('"phase":"request"', '"phase":"rest"')
    with pytest.raises(DeclarationError, match=r"e\.jsonl, line 1: 'phase' is none of"):
        rows(write(tmp_path / "e.jsonl", text))
