import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

import pytest

from statera.errors import DeclarationError, EndpointError
from statera.models.script import Reply, Rule, Script, ScriptedFailure
from statera.models.scripted import ScriptedModel
from statera.protocols import Model, Streaming
from statera.records.requests import Chat, Complete, Embed, Likelihood, Message, Sampling
from statera.records.responses import ContinuationScore, Response, Usage

T = TypeVar("T")


def ask(text: str, seed: int | None = None) -> Chat:
    messages = (Message(role="system", content="Be brief."), Message(role="user", content=text))
    return Chat(messages=messages, sampling=Sampling(seed=seed))


def run(awaitable: Awaitable[T]) -> T:
    async def main() -> T:
        return await awaitable

    return asyncio.run(main())


def said(model: ScriptedModel, *requests: Any) -> list[str | None]:
    async def main() -> list[str | None]:
        return [(await model.answer(request)).text for request in requests]

    return asyncio.run(main())


def test_it_is_a_model_and_streams() -> None:
    model = ScriptedModel(["a"])
    assert isinstance(model, Model)
    assert isinstance(model, Streaming)
    assert model.identity.startswith("scripted:")


def test_replies_come_in_order_and_the_end_of_the_script_is_a_failure() -> None:
    model = ScriptedModel(["a", "b"])
    assert said(model, ask("x"), ask("y")) == ["a", "b"]
    response = run(model.answer(ask("z")))
    assert response.failure is not None
    assert "no reply left for request 3" in response.failure.message
    assert model.count == 3


def test_the_default_answers_when_nothing_fits() -> None:
    model = ScriptedModel(Script(rules=(Rule(contains="Paris", reply="A"),), default="?"))
    assert said(model, ask("Is it Paris?"), ask("Is it Lyon?"), Complete(prompt="Paris")) == [
        "A",
        "?",
        "A",
    ]


def test_a_prompt_asked_again_with_another_seed_gets_the_next_reply() -> None:
    model = ScriptedModel(Script(rules=(Rule(contains="q", replies=("1st", "2nd")),)))
    asked = [ask("q", 5), ask("q", 6), ask("q", 5), ask("q", 7), ask("other q", 9)]
    assert said(model, *asked) == ["1st", "2nd", "1st", "2nd", "1st"]


def test_by_seed_does_not_depend_on_the_order() -> None:
    rule = Rule(contains="q", replies=("a", "b", "c"), by="seed")
    requests = [ask("q", seed) for seed in range(40)]
    forward = said(ScriptedModel(Script(rules=(rule,))), *requests)
    backward = said(ScriptedModel(Script(rules=(rule,))), *reversed(requests))
    assert forward == backward[::-1]
    assert set(forward) == {"a", "b", "c"}


@pytest.mark.parametrize("kind", ["infra", "refused", "truncated"])
def test_it_fails_the_first_times_then_answers(kind: Any) -> None:
    failure = ScriptedFailure(kind=kind, message="overloaded", status=503, first=2)
    model = ScriptedModel(Script(default=Reply(text="A", failure=failure)))
    responses = [run(model.answer(ask("x", 1))) for _ in range(3)]
    assert [one.failure and one.failure.kind for one in responses] == [kind, kind, None]
    assert responses[0].failure is not None
    assert responses[0].failure.status == 503
    assert responses[2].text == "A"
    assert run(model.answer(ask("x", 2))).failure is not None, "another epoch fails anew"


def test_a_failure_without_an_end_stays() -> None:
    model = ScriptedModel(Script(default=Reply(text="A", failure=ScriptedFailure())))
    assert all(run(model.answer(ask("x"))).text is None for _ in range(4))


def test_it_can_stop_the_whole_run() -> None:
    stop = ScriptedFailure(kind="stop", message="401: wrong key", first=2)
    model = ScriptedModel(Script(default=Reply(text="A", failure=stop)))
    for _ in range(2):
        with pytest.raises(EndpointError, match="401: wrong key"):
            run(model.answer(ask("x")))
    assert run(model.answer(ask("x"))).text == "A"


def test_likelihoods_in_order_and_by_continuation() -> None:
    exact = ContinuationScore(logprob=-3.0, greedy=False, tokens=2)
    request = Likelihood(context="Q:", continuations=(" A", " B"))
    in_order = ScriptedModel([Reply(likelihoods=(-0.1, exact))])
    assert run(in_order.answer(request)).likelihoods == (
        ContinuationScore(logprob=-0.1, greedy=True, tokens=1),
        exact,
    )
    by_name = ScriptedModel([Reply(likelihoods={" B": -2.0, " A": -1.0})])
    assert [s.logprob for s in run(by_name.answer(request)).likelihoods] == [-1.0, -2.0]
    assert run(by_name.capabilities()).likelihood


@pytest.mark.parametrize("given", [(-1.0,), {" A": -1.0}, ()])
def test_likelihoods_that_do_not_fit_are_a_failure(given: Any) -> None:
    model = ScriptedModel(Script(default=Reply(likelihoods=given)))
    request = Likelihood(context="Q:", continuations=(" A", " B"))
    response = run(model.answer(request))
    assert response.failure is not None
    assert not response.likelihoods


def test_without_likelihoods_it_says_so() -> None:
    found = run(ScriptedModel(["a"]).capabilities())
    assert (found.likelihood, found.likelihood_reason) == (False, "the script gives no likelihoods")


def test_it_has_no_embeddings() -> None:
    response = run(ScriptedModel(["a"]).answer(Embed(texts=("a",))))
    assert response.failure is not None


def test_everything_in_a_reply_arrives() -> None:
    usage = Usage(prompt_tokens=9, completion_tokens=4)
    reply = Reply(
        text="A", reasoning="since", refusal="no", finish="length", usage=usage, delay=0.0
    )
    response = run(ScriptedModel([reply]).answer(ask("x")))
    assert response.text == "A"
    assert response.reasoning == "since"
    assert response.refusal == "no"
    assert response.cut_off
    assert response.usage == usage


@pytest.mark.parametrize(
    ("reply", "chunks"),
    [
        (Reply(text="one two three"), ["one ", "two ", "three"]),
        (Reply(chunks=("a", "bc")), ["a", "bc"]),
        (Reply(text=""), [""]),
        (Reply(text="x", failure=ScriptedFailure()), []),
    ],
)
def test_streaming_ends_with_the_whole_response(reply: Reply, chunks: list[str]) -> None:
    async def main() -> list[str | Response]:
        return [part async for part in ScriptedModel([reply]).stream(ask("x"))]

    *parts, last = asyncio.run(main())
    assert parts == chunks
    assert isinstance(last, Response)
    assert last.failure is not None or last.text == "".join(chunks)


def test_it_delays_by_the_given_clock_and_counts_how_many_wait() -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await asyncio.sleep(0)

    async def main() -> None:
        model = ScriptedModel(Script(default=Reply(text="A", delay=9.0)), sleep=sleep)
        await asyncio.gather(*(model.answer(ask(str(i))) for i in range(5)))
        assert model.most_at_once == 5
        assert len(model.asked) == 5

    asyncio.run(main())
    assert slept == [9.0] * 5


def test_an_empty_script_is_refused() -> None:
    with pytest.raises(DeclarationError, match="no replies"):
        ScriptedModel([])
