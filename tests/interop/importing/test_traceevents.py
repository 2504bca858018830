from pathlib import Path

import pytest

from statera.errors import DeclarationError
from tests.interop.importing.traces_made import ASKED, SAID, event, fault, notes, rows, write


def test_request_and_reply_are_one(tmp_path: Path) -> None:
    file = write(
        tmp_path / "e.jsonl",
        event("d1", "request", texts=[("system", "Be brief."), ("user", ASKED)]),
        event("d2", "request", texts=[("user", "Hi")]),
        event("d1", "response", texts=[("assistant", SAID)]),
        event("d2", "stream", texts=[("assistant", "Hello "), ("assistant", "there")]),
    )
    first, second = rows(file)
    assert (first.sample.id, first.sample.input) == ("d1", ASKED)
    (exchange,) = first.exchanges
    assert [one.role for one in exchange.request.messages] == ["system", "user"]  # type: ignore[union-attr]
    assert (exchange.response.text, exchange.response.seconds) == (SAID, 0.5)
    assert first.started == 1_772_323_200.0
    assert [(s.metric, s.value) for s in first.scores] == [("answered", 1.0), ("flagged", 0.0)]
    assert second.exchanges[0].response.text == "Hello \nthere"


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


def test_a_request_without_reply_is_left_out_and_told(tmp_path: Path) -> None:
    file = write(tmp_path / "e.jsonl", event("a", "request"), event("b", "request"))
    told = notes(file)
    assert any("2 requests whose reply is in none of the files" in one for one in told)


def test_a_strange_phase(tmp_path: Path) -> None:
    text = event("a", "request").decode().replace('"phase":"request"', '"phase":"rest"')
    with pytest.raises(DeclarationError, match=r"e\.jsonl, line 1: 'phase' is none of"):
        rows(write(tmp_path / "e.jsonl", text))
