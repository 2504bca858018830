import base64
import json
from pathlib import Path

import pytest

from statera.cli.demoguard import ASKED, HARMFUL, HIDDEN, TEXTS, checked, guard, rows
from tests.proxy.upstreams import RawUpstream, answer, chat


def test_the_harmful_text_is_blocked_plain_and_hidden_and_the_rest_is_not() -> None:
    assert base64.b64decode(HIDDEN).decode() == HARMFUL
    said = "\n".join(checked())
    outcomes = [line for line in said.splitlines() if line in ("allow", "redact", "block")]
    assert outcomes == ["allow", "block", "block", "redact"]
    assert said.count("seen as base64") == 1
    assert "left: You paid with [CARD]; the bill goes to ada@example.com." in said
    assert said.count("$ echo '") == len(TEXTS)


def test_a_client_is_answered_through_the_guard_and_the_policy_is_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with RawUpstream(lambda asked: [answer(chat("Oslo,\nof course."))]) as upstream:
        guard(upstream.url, "small", tmp_path)
        bodies = [
            json.loads(one.body) for one in upstream.asked if one.path.endswith(b"completions")
        ]
    assert [one["messages"][0]["content"] for one in bodies] == [ASKED[0]], "the other is blocked"
    said = capsys.readouterr().out
    assert "HTTP 200 · X-Statera-Decision: allow\n  Oslo, of course.\n" in said
    assert "HTTP 400 · X-Statera-Decision: block\n  content_filter: This request was " in said
    assert f"statera guard eval --policy default --data {tmp_path / 'demo-guard.jsonl'}" in said
    assert "16 texts of 1 source" in said
    events = (tmp_path / "demo-guard-events.jsonl").read_text(encoding="utf-8")
    assert HARMFUL not in events
    assert [json.loads(line)["outcome"] for line in events.splitlines()].count("block") == 1


def test_half_of_what_is_measured_is_harmless() -> None:
    found = [json.loads(line) for line in rows().splitlines()]
    assert sum(one.get("label") == 0 for one in found) == len(found) / 2 == 8
