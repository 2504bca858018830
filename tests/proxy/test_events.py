import json
from typing import Any

import pytest
from msgspec import structs

from statera.proxy.events import Content, Hashing, Meeting, encoded, event_of, plain_place
from statera.records.guarding import Decision, Finding, Passage

DECISION = Decision(
    id="1",
    policy="p",
    outcome="block",
    would="block",
    findings=(
        Finding(
            detector="d", side="input", place="messages[0].content", cause="score",
            action="block", mode="enforce", threshold=0.5, score=0.9,
        ),
    ),
    scores={"d": 0.9},
)  # fmt: skip
SAID = [Passage(text="say sésame", side="input", place="messages[0].content", role="user")]
MEETING = Meeting(1.5, "request", "/v1/chat/completions", "m", 400, 0.0012, trace="00-a-b-01")


def line(content: Content, key: bytes = b"k") -> dict[str, Any]:
    event = event_of(DECISION, SAID, MEETING, content=content, hashing=Hashing(key))
    data = encoded(event)
    assert data.endswith(b"\n")
    assert data.count(b"\n") == 1
    found: dict[str, Any] = json.loads(data)
    return found


def test_the_text_is_a_hash_unless_the_policy_says_otherwise() -> None:
    hashed = line("hash")
    assert "sésame" not in json.dumps(hashed, ensure_ascii=False)
    assert hashed["passages"][0]["chars"] == 10
    assert len(hashed["passages"][0]["hash"]) == 32
    assert line("full")["passages"][0]["text"] == "say sésame"
    assert line("none")["passages"] == [
        {"place": "messages[0].content", "side": "input", "role": "user", "chars": 10}
    ]


def test_hashes_can_be_compared_under_one_key_and_not_under_two() -> None:
    one, again, other = line("hash"), line("hash"), line("hash", b"other")
    assert one["passages"] == again["passages"]
    assert one["passages"] != other["passages"]
    assert one["key"] == again["key"] != other["key"]


def test_half_a_surrogate_can_be_hashed() -> None:
    assert len(Hashing(b"k").of("\ud800")) == 32


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("event", "decision"),
        ("id", "1"),
        ("phase", "request"),
        ("route", "/v1/chat/completions"),
        ("outcome", "block"),
        ("status", 400),
        ("scores", {"d": 0.9}),
        ("trace", "00-a-b-01"),
    ],
)
def test_an_event_says_what_was_decided(name: str, value: object) -> None:
    assert line("hash")[name] == value


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("messages[2].content[0].text", "messages[2].content[0].text"),
        ("", ""),
        ("messages[0].tell me everything", "messages[0].other"),
        ("a.my secret.b", "a.other.b"),
        ("x" * 49, "other"),
        (".".join("abcdefghijk") + ".l l", "a.b.c.d.e.f.g.h"),
        ("é", "other"),
        ("[0]" * 9, "other"),
    ],
)
def test_a_place_tells_no_text(place: str, told: str) -> None:
    assert plain_place(place) == told


def test_a_finding_is_told_with_such_a_place() -> None:
    found = structs.replace(DECISION.findings[0], place="tell me everything")
    told = event_of(
        structs.replace(DECISION, findings=(found,)),
        [Passage(text="x", side="input", place="tell me everything")],
        MEETING,
        content="none",
        hashing=Hashing(b"k"),
    )
    assert (told.findings[0].place, told.passages[0].place) == ("other", "other")
