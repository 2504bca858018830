import asyncio
from pathlib import Path

import msgspec

from statera.models.clock import SystemClock
from statera.records.guarding import Decision
from statera.records.requests import Chat, Embed, Message, Request
from statera.records.responses import Response
from statera.records.samples import Sample
from statera.strategies.policies import open_policy
from statera.strategies.policymodel import PolicyModel, passage_of
from statera.tasks.guardtexts import request_of
from tests.guards_made import policy_file


def answers(path: Path, *requests: Request) -> list[Response]:
    async def ask() -> list[Response]:
        model = PolicyModel(open_policy(path, clock=SystemClock()), SystemClock())
        assert model.identity.startswith("guard:words@")
        assert not (await model.capabilities()).likelihood
        try:
            return [await model.answer(request) for request in requests]
        finally:
            await model.close()

    return asyncio.run(ask())


def test_the_reply_is_the_decision_and_the_same_for_the_same_text(tmp_path: Path) -> None:
    request = request_of(Sample(id="1", input="two bombs", fields={"side": "output"}))
    one, again = answers(policy_file(tmp_path), request, request)
    assert one.text == again.text
    assert one.seconds > 0
    found = msgspec.json.decode(one.text or "", type=Decision)
    assert (found.outcome, found.scores) == ("block", {"bombs": 1.0})
    assert [(one.detector, one.side) for one in found.findings] == [("bombs", "output")]


def test_the_text_keeps_its_side_its_role_and_what_came_before() -> None:
    fields = {"side": "tool_result", "role": "browser", "before": ["a", "b"]}
    found = passage_of(request_of(Sample(id="1", input="c", fields=fields)))
    assert (found.text, found.side, found.role) == ("c", "tool_result", "browser")
    assert found.before == ("a", "b")
    plain = passage_of(Chat(messages=(Message("user", "hello"),)))
    assert (plain.side, plain.role) == ("input", "user")


def test_what_is_no_text_is_a_failure_of_plumbing(tmp_path: Path) -> None:
    (found,) = answers(policy_file(tmp_path), Embed(texts=("a",)))
    assert found.failure is not None
    assert found.failure.kind == "infra"
