import asyncio
import json

import pytest

from statera.errors import EndpointError
from statera.models.echo import EchoScorer
from statera.models.transport import HttpReply, Transport
from statera.records.requests import Likelihood
from statera.records.responses import Failure, Response
from tests.echo_endpoint import EchoEndpoint, EchoStyle, truth
from tests.embedded_server import EmbeddedServer
from tests.shared_data import shared

CASES = [
    ("The cat sat. The cat", (" sat", " ran", " sat on the mat")),
    ("The cat sat. The cat ", ("sat", "ran")),
    ("Question: is it?\nAnswer:\n\n", ("yes", "no")),
    ("He was un", ("happy", "sure about it")),
    ("The year 19", ("84", "8456")),
    ("In Zürich the café is", (" Zoë's", " 東京", " plain")),
    ("Łódź is far. Łód", ("ź", " z", "źź")),
    ("a a a", (" a", " a a", " and", " b")),
]
TRUSTED = [
    EchoStyle(),
    EchoStyle(bos=True),
    EchoStyle(zero="one"),
    EchoStyle(zero="one", generates=" a", lists=False),
    EchoStyle(zero="one", generates=" a", listed=False),
    EchoStyle(zero="unlimited", usage=False, partial="empty"),
    EchoStyle(zero="one", generates=""),
    EchoStyle(lists=False),
    EchoStyle(offsets="bytes", partial="empty"),
    EchoStyle(offsets="absent"),
    EchoStyle(partial="empty"),
    EchoStyle(raw=True, offsets="absent"),
]


def refuse(reply: HttpReply) -> Failure:
    return Failure(kind="truncated", message="too long", status=reply.status)


async def scored(url: str, requests: list[Likelihood], name: str = "m") -> list[Response]:
    transport = Transport(url)
    scorer = EchoScorer(name, post=lambda b: transport.post("/completions", b), refuse=refuse)
    try:
        return [await scorer.answer(request) for request in requests]
    finally:
        await transport.close()


@pytest.mark.parametrize("style", TRUSTED, ids=str)
def test_scores_are_those_of_joint_tokenisation(style: EchoStyle) -> None:
    requests = [Likelihood(context=context, continuations=many) for context, many in CASES]
    with EchoEndpoint(style) as endpoint:
        responses = asyncio.run(scored(endpoint.url, requests))
    for (context, many), response in zip(CASES, responses, strict=True):
        assert response.failure is None, (context, response.failure)
        for continuation, score in zip(many, response.likelihoods, strict=True):
            logprob, tokens = truth(context, continuation)
            assert score.logprob == pytest.approx(logprob), (context, continuation)
            assert score.tokens == tokens


def test_greedy_is_whether_the_likeliest_tokens_spell_it() -> None:
    request = Likelihood(context="The cat sat. The cat", continuations=(" sat", " ran"))
    with EchoEndpoint() as endpoint:
        (response,) = asyncio.run(scored(endpoint.url, [request]))
    assert [score.greedy for score in response.likelihoods] == [True, False]


def test_all_continuations_go_in_one_request_and_the_context_is_asked_once() -> None:
    straddling = Likelihood(context="He was un", continuations=("happy", "sure"))
    with EchoEndpoint() as endpoint:
        asyncio.run(scored(endpoint.url, [straddling] * 3))
        prompts = [body["prompt"] for body in endpoint.bodies]
    assert prompts.count(["He was unhappy", "He was unsure"]) == 3
    assert prompts.count("He was un") == 1


def test_a_list_that_is_not_taken_is_sent_one_by_one() -> None:
    request = Likelihood(context="It is", continuations=(" so", " not so"))
    with EchoEndpoint(EchoStyle(lists=False)) as endpoint:
        (response,) = asyncio.run(scored(endpoint.url, [request]))
        prompts = [body["prompt"] for body in endpoint.bodies]
    assert "It is so" in prompts
    assert "It is not so" in prompts
    assert response.usage is not None
    assert response.usage.prompt_tokens == 7


@pytest.mark.parametrize(
    ("style", "reason"),
    [
        (EchoStyle(ignores_echo=True), "echo is ignored"),
        (EchoStyle(shift=1), "shifted by one"),
        (EchoStyle(refuses_echo=True), "refused"),
    ],
)
def test_an_endpoint_that_is_not_trusted_stops_the_run(style: EchoStyle, reason: str) -> None:
    request = Likelihood(context="It is", continuations=(" so",))

    async def main(endpoint: EchoEndpoint) -> None:
        transport = Transport(endpoint.url)
        scorer = EchoScorer("m", post=lambda b: transport.post("/completions", b), refuse=refuse)
        try:
            for _ in range(3):
                with pytest.raises(EndpointError, match=f"{reason}.*Use --mode generate"):
                    await scorer.answer(request)
        finally:
            await transport.close()

    with EchoEndpoint(style) as endpoint:
        asyncio.run(main(endpoint))
        assert len(endpoint.bodies) <= 4, "the probe is sent once"


@pytest.mark.parametrize(
    ("style", "reason"),
    [
        (EchoStyle(ignores_echo=True), "echo is ignored"),
        (EchoStyle(keeps=2), "do not spell the prompt"),
        (EchoStyle(drops_first=True), "tokens came back with"),
        (EchoStyle(chat_logprobs=True), "no token log-probabilities"),
        (EchoStyle(status=400), "too long"),
    ],
)
def test_a_server_that_turns_wrong_after_the_probe_gives_no_number(
    style: EchoStyle, reason: str
) -> None:
    request = Likelihood(context="It is", continuations=(" so", " not"))

    async def main(endpoint: EchoEndpoint) -> Response:
        transport = Transport(endpoint.url)
        scorer = EchoScorer("m", post=lambda b: transport.post("/completions", b), refuse=refuse)
        assert (await scorer.answer(request)).failure is None
        endpoint.style = style
        try:
            return await scorer.answer(request)
        finally:
            await transport.close()

    with EchoEndpoint() as endpoint:
        response = asyncio.run(main(endpoint))
    assert response.failure is not None
    assert reason in response.failure.message


@pytest.mark.parametrize("context", ["", " "])
def test_an_empty_context_needs_a_first_token(context: str) -> None:
    request = Likelihood(context=context, continuations=("so",))
    with EchoEndpoint() as endpoint:
        (response,) = asyncio.run(scored(endpoint.url, [request]))
    assert response.failure is not None
    assert "context is empty" in response.failure.message


def test_a_continuation_without_a_token_of_its_own_is_no_certainty() -> None:
    request = Likelihood(context="The c", continuations=("at",))
    with EchoEndpoint() as endpoint:
        (response,) = asyncio.run(scored(endpoint.url, [request]))
    assert response.failure is not None
    assert "has no tokens" in response.failure.message


def test_a_real_model_over_http_agrees_with_the_reference(embedded_server: EmbeddedServer) -> None:
    items = [
        json.loads(shared(f"data/reference/{name}_smollm2.jsonl").read_text().splitlines()[0])
        for name in ("mmlu", "hellaswag")
    ]
    requests = [
        Likelihood(context=item["context"], continuations=tuple(item["continuations"]))
        for item in items
    ]
    responses = asyncio.run(scored(embedded_server.url, requests, embedded_server.model))
    for item, response in zip(items, responses, strict=True):
        assert response.failure is None
        logprobs = [score.logprob for score in response.likelihoods]
        assert logprobs == pytest.approx(item["loglikelihoods"], abs=1e-4)
        assert [s.tokens for s in response.likelihoods] == item["n_continuation_tokens"]
        assert [s.greedy for s in response.likelihoods] == item["is_greedy"]
