"""What the text of an answer tells, and that reading it is bounded and loses no answer."""

import asyncio
from threading import Event
from typing import Any

import pytest

from statera.errors import DeclarationError
from statera.proxy.experiments.online import (
    MOST_STREAM,
    Budget,
    Job,
    Reader,
    Reading,
    facts_of,
    last_asked,
    planned,
    refusing,
    said_in,
)
from statera.proxy.wire.routes import known_apis
from statera.records.guarding import Passage
from statera.records.live import Answered, Fact, OnlineScore
from tests.proxy.experiments.designs_made import design
from tests.proxy.experiments.times import Standing
from tests.proxy.upstreams import chunks

REFUSES = "I'm sorry, but I can't help with that."
CHAT = known_apis()["/v1/chat/completions"]
ALL = Reading(refusal=True, hashed=True)


def answer(decision: int = 1) -> Answered:
    return Answered(decision=decision, at=1.0, arm="base", status=200)


def said(text: str, place: str = "choices[0].message.content") -> Passage:
    return Passage(text=text, side="output", place=place, role="assistant")


def job(told: Any, reading: Reading = ALL, api: str = "chat") -> Job:
    apis = {one.name: one for one in known_apis().values()}
    asked = (Passage(text="How?", side="input", role="user"),)
    return Job(answer(), asked, told, apis[api], reading)


def only(found: list[Fact]) -> Answered:
    assert len(found) == 1
    assert isinstance(found[0], Answered)
    return found[0]


def test_a_refusal_is_told_whole_and_streamed_alike() -> None:
    whole = only(facts_of(job((said(REFUSES),)), len))
    events = b"".join(chunks("I'm sorry, ", "but I can't ", "help with that."))
    streamed = only(facts_of(job(events), len))
    assert whole == streamed
    assert whole.refused is not None
    assert whole.refused > 0.9
    assert whole.text_hash == len(REFUSES)
    fine = only(facts_of(job((said("It is four, as two and two are."),)), len))
    assert fine.refused is not None
    assert fine.refused < 0.5


@pytest.mark.parametrize(
    ("api", "events", "text"),
    [
        ("messages", b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,'
         b'"delta":{"type":"thinking_delta","thinking":"hm"}}\n\nevent: content_block_delta\ndata: '
         b'{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"yes"}}\n\n',
         "yes"),
        ("responses", b'data: {"type":"response.output_text.delta","output_index":0,'
         b'"content_index":0,"delta":"yes"}\n\ndata: {"type":"response.output_text.done",'
         b'"output_index":0,"content_index":0,"text":"yes"}\n\n', "yes"),
        ("completions", b'data: {"choices":[{"index":0,"text":"yes"},{"index":1,"text":"no"}]}\n\n',
         "yes"),
    ],
)  # fmt: skip
def test_streams_of_every_api_are_read(api: str, events: bytes, text: str) -> None:
    assert said_in(job(events, api=api)) == (text, True)


def test_only_what_the_user_reads_is_read() -> None:
    told = (
        said("hm", "choices[0].message.reasoning_content"),
        said("yes"),
        said("no", "choices[1].message.content"),
        Passage(text="{}", side="tool_call", place="choices[0].message.tool_calls[0]"),
    )
    assert said_in(job(told)) == ("yes", True)


def test_a_stream_that_is_cut_is_read_so_far_and_has_no_hash() -> None:
    events = b"".join(chunks(REFUSES, "x" * MOST_STREAM))[:MOST_STREAM]
    found = only(facts_of(job(events), len))
    assert found.text_hash is None
    assert found.refused is not None
    broken = only(facts_of(job(b"data: {not json}\n\n"), len))
    assert broken == answer()


def test_what_says_nothing_refuses_nothing() -> None:
    assert refusing("How?", " \n") is None
    assert only(facts_of(job(()), lambda text: 7)).refused is None


def test_the_last_thing_the_user_said_is_what_was_asked() -> None:
    asked = [Passage(text=text, side="input", role=role)
             for text, role in (("a", "user"), ("b", "assistant"), ("c", "user"),
                                ("d", "parameter"))]  # fmt: skip
    assert last_asked(asked) == "c"
    assert last_asked([]) == ""


def test_what_a_design_has_read() -> None:
    clock = Standing()
    assert not planned(design(), "s", clock).reading
    guarded = design(guardrails=[{"outcome": "refusal", "margin": 0.1}])
    assert planned(guarded, "s", clock).reading == Reading(refusal=True)
    assert planned(design(mode="shadow"), "s", clock).reading.hashed
    scored = design(
        online={"scorers": ["refusal", "json_valid"]}, outcomes={"refusal": {"source": "score"}}
    )
    names = [name for name, _ in planned(scored, "s", clock).reading.scorers]
    assert names == ["json_valid", "refusal"]
    wrong = {"json_vald": "Did you mean 'json_valid'", "exact": "Allowed: json_valid, refusal"}
    for name, told in wrong.items():
        with pytest.raises(DeclarationError, match=told):
            planned(design(online={"scorers": [name]}), "s", clock)


def test_scores_are_facts_of_their_own() -> None:
    scored = design(
        online={"scorers": ["refusal", "json_valid"]}, outcomes={"refusal": {"source": "score"}}
    )
    reading = planned(scored, "s", Standing()).reading
    scores = [one for one in facts_of(job((said('{"a": 1}'),), reading), len)
              if isinstance(one, OnlineScore)]  # fmt: skip
    assert {(one.scorer, one.value) for one in scores} == {("json_valid", 1.0), ("refusal", 0.0)}


def test_a_share_is_drawn_by_the_decision_and_a_budget_holds() -> None:
    clock = Standing()
    plan = planned(design(online={"share": 0.25, "per_minute": 10**9}), "s", clock)
    due = [number for number in range(4000) if plan.due(number)]
    assert 900 < len(due) < 1100
    assert due == [number for number in range(4000) if plan.due(number)]
    budget = Budget(120, clock)
    assert sum(budget.allows() for _ in range(100)) == 2
    clock.at += 30
    assert sum(budget.allows() for _ in range(100)) == 2
    clock.at += 0.5
    assert sum(budget.allows() for _ in range(100)) == 1
    assert not Budget(0, clock).allows()


def test_what_waits_to_be_read_is_bounded_by_its_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("statera.proxy.experiments.online._MOST_HELD", 100_000)
    kept: list[Fact] = []
    begun, go_on = Event(), Event()

    def hashed(text: str) -> int:
        begun.set()
        assert go_on.wait(10)
        return len(text)

    async def run() -> None:
        reader = Reader(kept.append, asyncio.get_running_loop(), hashed)
        long = (said("x" * 40_000),)
        for number in range(5):
            reader.take(Job(answer(number), (), long, CHAT, Reading(hashed=True)))
        assert await asyncio.to_thread(begun.wait, 5)
        assert [one.decision for one in kept if isinstance(one, Answered)] == [2, 3, 4], "unread"
        go_on.set()
        reader.close()

    asyncio.run(run())
    found = {one.decision: one.text_hash for one in kept if isinstance(one, Answered)}
    assert found == {0: 40_000, 1: 40_000, 2: None, 3: None, 4: None}


def test_the_thread_hands_every_answer_on_also_at_its_end() -> None:
    kept: list[Fact] = []
    some = asyncio.Event()

    def put(fact: Fact) -> None:
        kept.append(fact)
        some.set()

    async def run() -> None:
        reader = Reader(put, asyncio.get_running_loop(), len)
        for number in range(20):
            reader.take(Job(answer(number), (), (said(REFUSES),), CHAT, ALL))
        await some.wait()
        for number in range(20, 40):
            reader.take(Job(answer(number), (), (said(REFUSES),), CHAT, ALL))
        reader.close()
        reader.take(Job(answer(40), (), (said(REFUSES),), CHAT, ALL))

    asyncio.run(run())
    found = {one.decision: one.refused for one in kept if isinstance(one, Answered)}
    assert sorted(found) == list(range(41))
    assert all(found[number] for number in range(40))
    assert found[40] is None
