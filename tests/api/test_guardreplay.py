"""Events as the proxy writes them, and any JSONL, under another policy."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from statera.analysis.guarding.replaying import CUT, HEADERS
from statera.api.guardreplay import (
    read_events,
    read_requests,
    replay_events,
    replay_requests,
)
from statera.errors import DeclarationError
from statera.models.clock import SystemClock
from statera.proxy.events import Content, Hashing, Meeting, encoded, event_of
from statera.proxy.metrics import Phase
from statera.proxy.streaming import MOST_TOLD
from statera.records.guarding import Passage
from statera.strategies.policies import open_policy
from tests.guards_made import POLICY, policy_file

HASHING = Hashing(b"k" * 32)
CHAT = "/v1/chat/completions"
Met = tuple[str, Phase, Sequence[Passage]]


def said(text: str, *, role: str = "user", reply: bool = False) -> Passage:
    return Passage(text=text, side="output" if reply else "input", role=role, place="p")


MET: tuple[Met, ...] = (
    ("a", "request", (said("Be brief.", role="system"), said("about bombs"))),
    ("b", "request", (said("hello"),)),
    ("b", "response", (said("hi there", reply=True),)),
    ("c", "request", (said("mail ada@example.com"),)),
    ("c", "response", (said("a poison", reply=True),)),
)


def events_file(folder: Path, policy: Path, content: Content, met: Sequence[Met] = MET) -> Path:
    """Write the events of what was met under a policy, as the proxy does."""

    async def write() -> bytes:
        opened = open_policy(policy, clock=SystemClock())
        lines = [b'{"event":"dropped","count":3}\n', b"\n"]
        for name, phase, passages in met:
            made = await opened.guard.check(passages, decision_id=name)
            meeting = Meeting(1.0, phase, CHAT, "m", 200, 0.001)
            event = event_of(made, passages, meeting, content=content, hashing=HASHING)
            lines.append(encoded(event))
        await opened.close()
        return b"".join(lines)

    path = folder / f"{content}.jsonl"
    path.write_bytes(asyncio.run(write()))
    return path


def test_with_their_texts_events_are_decided_anew(tmp_path: Path) -> None:
    old = policy_file(tmp_path)
    wider = policy_file(tmp_path, POLICY.replace(r"'\bbombs?\b'", "poison"), name="new.yaml")
    events = list(read_events(events_file(tmp_path, old, "full")))
    found = asyncio.run(replay_events(events, wider))
    assert (found.requests, found.untold, found.unanswered) == (3, {}, 1)
    assert [(one.id, one.phases, one.by) for one in found.newly] == [
        ("c", ("response",), ("bombs",))
    ]
    assert [(one.id, one.by_then) for one in found.no_longer] == [("a", ("bombs",))]


def test_texts_know_the_conversation_that_they_are_of(tmp_path: Path) -> None:
    events = list(read_events(events_file(tmp_path, policy_file(tmp_path), "full")))
    asked, reply = events[0].passages, events[4].passages
    assert asked is not None
    assert reply is not None
    assert [one.before for one in asked] == [(), ("Be brief.",)]
    assert reply[0].before == ("mail ada@example.com",)
    assert events[0].place.route == CHAT


@pytest.mark.parametrize("content", ["hash", "none"])
def test_without_texts_scores_decide_where_that_is_exact(tmp_path: Path, content: Content) -> None:
    old = policy_file(tmp_path)
    events = list(read_events(events_file(tmp_path, old, content)))
    assert all(one.passages is None for one in events)
    softer = policy_file(
        tmp_path, POLICY.replace("threshold: 0.5", "action: annotate"), name="new.yaml"
    )
    found = asyncio.run(replay_events(events, softer, base=old))
    assert (found.then, found.now) == (
        {"block": 1, "allow": 1, "redact": 1},
        {"allow": 2, "redact": 1},
    )
    assert [one.id for one in found.no_longer] == ["a"]
    wider = policy_file(tmp_path, POLICY.replace("bombs?", "poison"), name="wider.yaml")
    untold = asyncio.run(replay_events(events, wider, base=old))
    assert list(untold.untold) == ["texts not kept, and 'bombs' looks otherwise (`with`)"]
    assert untold.then == {}


def test_headers_are_not_on_record_even_where_texts_are(tmp_path: Path) -> None:
    old = policy_file(tmp_path)
    scope = "scopes:\n  - {headers: {x-team: a}, detectors: {bombs: {mode: shadow}}}\n"
    scoped = policy_file(tmp_path, POLICY + scope, name="new.yaml")
    events = list(read_events(events_file(tmp_path, old, "full")))
    found = asyncio.run(replay_events(events, scoped, base=old))
    assert (found.untold, found.now) == ({HEADERS: 3}, {})
    elsewhere = scope.replace("{headers", "{route: /v1/embeddings, headers")
    scoped.write_text(POLICY + elsewhere)
    assert asyncio.run(replay_events(events, scoped, base=old)).untold == {}


@pytest.mark.parametrize("content", ["full", "hash"])
def test_of_a_stream_that_was_stopped_the_rest_is_unknown(tmp_path: Path, content: Content) -> None:
    met: tuple[Met, ...] = (
        ("a", "request", (said("hello"),)),
        ("a", "stream", (said("so bombs", reply=True),)),
        ("b", "request", (said("hello"),)),
        ("b", "stream", (said("so mild", reply=True),)),
    )
    old = policy_file(tmp_path)
    softer = POLICY.replace("threshold: 0.5", "mode: shadow")
    new = policy_file(tmp_path, softer, name="new.yaml")
    events = list(read_events(events_file(tmp_path, old, content, met)))
    assert [one.cut for one in events] == [False, True, False, False]
    assert [one.seconds for one in events] == [0.001] * 4
    found = asyncio.run(replay_events(events, new, base=old))
    assert (found.untold, found.no_longer, found.now) == ({CUT: 1}, (), {"allow": 1})
    same = asyncio.run(replay_events(events, old))
    assert (same.untold, same.now) == ({}, {"block": 1, "allow": 1})


def test_a_stream_longer_than_its_record_is_not_told_from_texts(tmp_path: Path) -> None:
    many = tuple(said("so mild", reply=True) for _ in range(MOST_TOLD))
    met: tuple[Met, ...] = (("a", "stream", many),)
    old = policy_file(tmp_path)
    full = list(read_events(events_file(tmp_path, old, "full", met)))
    hashed = list(read_events(events_file(tmp_path, old, "hash", met)))
    assert (full[0].cut, hashed[0].cut) == (True, False)


def test_an_id_names_one_request(tmp_path: Path) -> None:
    path = tmp_path / "requests.jsonl"
    path.write_text('{"text": "a", "id": 2}\n{"text": "bombs"}\n')
    with pytest.raises(DeclarationError, match="request 2: id '2' is that of request 1 too"):
        list(read_requests(path))


def test_any_jsonl_can_be_replayed(tmp_path: Path) -> None:
    rows = [
        {"text": "bombs", "id": 7},
        {"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "hello"}]},
        {
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "see"}, {"type": "image"}]},
                {"role": "tool", "content": "bombs"},
            ],
            "model": "m",
        },
    ]
    path = tmp_path / "requests.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    asked = list(read_requests(path))
    assert [one.id for one in asked] == ["7", "2", "3"]
    assert [(one.side, one.before) for one in asked[2].passages] == [
        ("input", ()),
        ("tool_result", ("see",)),
    ]
    policy = policy_file(tmp_path)
    found = asyncio.run(replay_requests(asked, policy))
    assert (found.then, [one.id for one in found.blocked]) == ({}, ["7"])
    wider = policy_file(
        tmp_path, POLICY.replace("[input, output]", "[input, tool_result]"), name="wider.yaml"
    )
    both = asyncio.run(replay_requests(asked, wider, base=policy))
    assert ([one.id for one in both.newly], both.unanswered) == (["3"], 0)


@pytest.mark.parametrize("row", [{}, {"text": "a", "messages": [{"content": "b"}]}])
def test_a_request_is_a_text_or_a_conversation(tmp_path: Path, row: object) -> None:
    path = tmp_path / "requests.jsonl"
    path.write_text(json.dumps(row) + "\n")
    with pytest.raises(DeclarationError, match="request 1: either `text` or `messages`"):
        list(read_requests(path))


def test_a_line_that_is_no_event_is_named(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text('{"event": "decision", "id": "x"}\n')
    with pytest.raises(DeclarationError, match=r"events.jsonl, line 1: .*missing required field"):
        list(read_events(path))
    path.write_text("nonsense\n")
    with pytest.raises(DeclarationError, match=r"events.jsonl, line 1: "):
        list(read_events(path))


def test_a_file_without_a_decision_is_no_file_of_events(tmp_path: Path) -> None:
    path = tmp_path / "comments.jsonl"
    for told in ("", '{"text": "hello"}\n', '{"event": "dropped", "count": 3}\n'):
        path.write_text(told)
        with pytest.raises(DeclarationError, match=r"comments\.jsonl: no decision .* by --data"):
            list(read_events(path))


def test_events_are_no_requests(tmp_path: Path) -> None:
    events = events_file(tmp_path, policy_file(tmp_path), "full")
    with pytest.raises(DeclarationError, match=r"request 1: an event of the guard.* by --events"):
        list(read_requests(events))


@pytest.mark.parametrize("content", ["full", "hash"])
def test_a_reply_without_a_text_needs_none(tmp_path: Path, content: Content) -> None:
    met: tuple[Met, ...] = (("a", "request", (said("hello"),)), ("a", "response", ()))
    old = policy_file(tmp_path)
    events = list(read_events(events_file(tmp_path, old, content, met)))
    assert events[1].passages == ()
    softer = policy_file(tmp_path, POLICY.replace("0.5", "0.6"), name="new.yaml")
    found = asyncio.run(replay_events(events, softer, base=old if content == "hash" else None))
    assert (found.untold, found.now) == ({}, {"allow": 1})
