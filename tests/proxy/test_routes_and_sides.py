"""Every route, streamed or not, every side, every action: what was checked is what was sent.

The word stands in one place of the request or of the reply; the policy does one thing about it.
Whatever was sent on, either way, was in a passage that was checked, character by character.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, NamedTuple

import pytest

from tests.proxy.guards import RunningGuard, guard, post
from tests.proxy.upstreams import Asked, RawUpstream, Step, answer, stream

WORD, LEFT = "forbiddenword", "[WORD]"
ACTIONS = ("block", "redact", "annotate", "shadow", "open", "closed")
POLICY = """
name: matrix
events: {{content: full}}
detectors:
  - name: word
    use: {use}
    with: {terms}
    sides: [input, output, tool_call, tool_result]
    threshold: 0.5
    action: {action}
    mode: {mode}
    on_failure: {failure}
"""


def policy(action: str) -> str:
    """Return the policy that does this about the word."""
    failing = action in ("open", "closed")
    return POLICY.format(
        use="classifier" if failing else "regex",
        terms="{head: toxicity}" if failing else f"{{patterns: ['{WORD}'], label: WORD}}",
        action=action if action in ("block", "redact", "annotate") else "block",
        mode="shadow" if action == "shadow" else "enforce",
        failure="open" if action == "open" else "closed",
    )


class Case(NamedTuple):
    """A place for text: the request that holds it, or the reply and its stream."""

    route: str
    side: str
    request: Any
    reply: Any
    events: list[tuple[str, Any]]


def cases() -> Iterator[Case]:
    yield from _chat()
    yield from _completions()
    yield from _messages()
    yield from _responses()


def _chat() -> Iterator[Case]:
    route = "/v1/chat/completions"

    def asked(*messages: Any) -> Any:
        return {"model": "m", "messages": list(messages) or [{"role": "user", "content": "hi"}]}

    def replied(**message: Any) -> Any:
        choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": "stop"}
        return {"id": "c", "object": "chat.completion", "model": "m", "choices": [choice]}

    def streamed(**delta: Any) -> list[tuple[str, Any]]:
        base = {"id": "c", "object": "chat.completion.chunk", "model": "m"}
        return [
            ("", {**base, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}),
            ("", {**base, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}),
            ("", "[DONE]"),
        ]

    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"a":"@"}'}}
    fine = (replied(content="ok"), streamed(content="ok"))
    yield Case(route, "input", asked({"role": "user", "content": "say @ now"}), *fine)
    yield Case(route, "tool_call", asked({"role": "assistant", "tool_calls": [call]}), *fine)
    result = {"role": "tool", "tool_call_id": "1", "content": "it is @ there"}
    yield Case(route, "tool_result", asked(result), *fine)
    said = {"content": "well @ then"}
    yield Case(route, "output", asked(), replied(**said), streamed(**said))
    calls = {"content": None, "tool_calls": [{"index": 0, **call}]}
    whole = {"content": None, "tool_calls": [call]}
    yield Case(route, "output tool_call", asked(), replied(**whole), streamed(**calls))


def _completions() -> Iterator[Case]:
    route = "/v1/completions"
    base = {"id": "c", "object": "text_completion", "model": "m"}

    def replied(text: str) -> tuple[Any, list[tuple[str, Any]]]:
        first = {**base, "choices": [{"index": 0, "text": text, "finish_reason": None}]}
        last = {**base, "choices": [{"index": 0, "text": "", "finish_reason": "stop"}]}
        whole = {**base, "choices": [{"index": 0, "text": text, "finish_reason": "stop"}]}
        return whole, [("", first), ("", last), ("", "[DONE]")]

    yield Case(route, "input", {"model": "m", "prompt": "say @ now"}, *replied("ok"))
    yield Case(route, "output", {"model": "m", "prompt": "hi"}, *replied("well @ then"))


def _messages() -> Iterator[Case]:
    route = "/v1/messages"

    def asked(content: Any) -> Any:
        return {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": content}]}

    def replied(text: str) -> tuple[Any, list[tuple[str, Any]]]:
        head = {"id": "m1", "type": "message", "role": "assistant", "model": "m"}
        usage = {"input_tokens": 1, "output_tokens": 1}
        ended = {"stop_reason": "end_turn", "stop_sequence": None}
        whole = {**head, "content": [{"type": "text", "text": text}], **ended, "usage": usage}
        begun: dict[str, Any] = {
            **head,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": usage,
        }
        block = {"type": "text", "text": ""}
        delta = {"type": "text_delta", "text": text}
        events: list[dict[str, Any]] = [
            {"type": "message_start", "message": begun},
            {"type": "content_block_start", "index": 0, "content_block": block},
            {"type": "content_block_delta", "index": 0, "delta": delta},
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": ended, "usage": {"output_tokens": 1}},
            {"type": "message_stop"},
        ]
        return whole, [(str(event["type"]), event) for event in events]

    yield Case(route, "input", asked("say @ now"), *replied("ok"))
    result = [{"type": "tool_result", "tool_use_id": "1", "content": "it is @ there"}]
    yield Case(route, "tool_result", asked(result), *replied("ok"))
    yield Case(route, "output", asked("hi"), *replied("well @ then"))


def _responses() -> Iterator[Case]:
    route = "/v1/responses"

    def replied(text: str) -> tuple[Any, list[tuple[str, Any]]]:
        part = {"type": "output_text", "text": text, "annotations": []}
        item = {"id": "i", "type": "message", "role": "assistant", "status": "completed"}
        head = {"id": "r", "object": "response", "created_at": 1, "model": "m"}
        done = {**head, "status": "completed", "output": [{**item, "content": [part]}]}
        begun = {**head, "status": "in_progress", "output": []}
        place = {"item_id": "i", "output_index": 0}
        spot = {**place, "content_index": 0}
        events: list[dict[str, Any]] = [
            {"type": "response.created", "response": begun},
            {
                "type": "response.output_item.added",
                "output_index": 0,
                "item": {**item, "content": []},
            },
            {"type": "response.content_part.added", **spot, "part": {**part, "text": ""}},
            {"type": "response.output_text.delta", **spot, "delta": text},
            {"type": "response.output_text.done", **spot, "text": text},
            {"type": "response.content_part.done", **spot, "part": part},
            {
                "type": "response.output_item.done",
                "output_index": 0,
                "item": {**item, "content": [part]},
            },
            {"type": "response.completed", "response": done},
        ]
        numbered = [{**event, "sequence_number": at} for at, event in enumerate(events)]
        return done, [(str(event["type"]), event) for event in numbered]

    yield Case(route, "input", {"model": "m", "input": "say @ now"}, *replied("ok"))
    yield Case(route, "output", {"model": "m", "input": "hi"}, *replied("well @ then"))


CASES = list(cases())


def filled(value: Any, word: str) -> Any:
    """Return the body with the word at its place."""
    return json.loads(json.dumps(value).replace("@", word))


def sse(events: list[tuple[str, Any]], word: str) -> list[bytes]:
    """Return the events as bytes."""
    found = []
    for name, data in events:
        text = data if isinstance(data, str) else json.dumps(filled(data, word))
        found.append(((f"event: {name}\n" if name else "") + f"data: {text}\n\n").encode())
    return found


class Setting(NamedTuple):
    """All guards, one an action, before one upstream."""

    upstream: RawUpstream
    guards: dict[str, RunningGuard]


@pytest.fixture(scope="module")
def setting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Setting]:
    with ExitStack() as stack:
        upstream = stack.enter_context(RawUpstream(lambda asked: []))
        guards = {
            action: stack.enter_context(
                guard(upstream.url, policy(action), tmp_path_factory.mktemp(action))
            )
            for action in ACTIONS
        }
        yield Setting(upstream, guards)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("case", CASES, ids=[f"{c.route} {c.side}" for c in CASES])
def test_what_was_checked_is_what_was_sent(
    setting: Setting, case: Case, streamed: bool, action: str
) -> None:
    upstream, running = setting.upstream, setting.guards[action]
    word = "BREAK" if action in ("open", "closed") else WORD
    before = len(running.events(0))
    upstream.asked.clear()

    def script(asked: Asked) -> list[Step]:
        if asked.json.get("stream"):
            return list(stream(sse(case.events, word)))
        return [answer(filled(case.reply, word))]

    upstream.script = script
    body = {**filled(case.request, word), **({"stream": True} if streamed else {})}
    found = post(running.url + case.route, body)
    asking = not case.side.startswith("output")
    sent = upstream.asked[0].body.decode() if upstream.asked else ""
    stopped = action in ("block", "closed")
    assert bool(sent) == (not (asking and stopped))
    if stopped or action == "redact":
        assert word not in sent
        assert word not in found.body.decode()
    else:
        assert word in (sent if asking else found.body.decode())
    if action == "redact":
        assert LEFT in (sent if asking else found.body.decode())
    _as_it_should(found.status, found.body.decode(), action, asking, streamed)
    events = running.events(before + (1 if asking and stopped else 2))[before:]
    checked = [one["text"] for event in events for one in event["passages"]]
    outcome = {"annotate": "allow", "shadow": "allow", "open": "bypassed", "closed": "unavailable"}
    grave = events[0 if asking else -1]
    assert grave["outcome"] == outcome.get(action, action)
    assert grave["would"] == ("block" if action == "shadow" else grave["outcome"])
    if sent:
        assert leaves(json.loads(sent)) <= _edited(checked, action)
    if found.status == 200 and not stopped and not streamed:
        assert leaves(found.json) <= _edited(checked, action)


def _edited(checked: list[str], action: str) -> set[str]:
    return {text.replace(WORD, LEFT) if action == "redact" else text for text in checked}


def _as_it_should(status: int, body: str, action: str, asking: bool, streamed: bool) -> None:
    if action == "block":
        assert status == (400 if asking else 200)
        assert ("content_filter" in body) or ("refusal" in body)
    elif action == "closed":
        assert status == 503 or (streamed and not asking and "guard_unavailable" in body)
    else:
        assert status == 200


_NO_TEXT = {"role", "type", "model", "id", "object", "finish_reason", "stop_reason", "status"}
_NO_TEXT |= {"tool_call_id", "tool_use_id"}


def leaves(value: Any) -> set[str]:
    """Return every text in a body that is said by somebody."""
    if isinstance(value, dict):
        kept = [leaves(one) for name, one in value.items() if name not in _NO_TEXT]
        return set().union(*kept)
    if isinstance(value, list):
        return set().union(*map(leaves, value))
    return {value} if isinstance(value, str) and value else set()
