"""The embedded model against lm-evaluation-harness's numbers, and as a Model."""

import asyncio
import json
import platform
from collections.abc import Awaitable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from statera.errors import DeclarationError, EndpointError
from statera.models.clock import SystemClock
from statera.models.embedded import EmbeddedModel, Loaded, load, open_embedded
from statera.protocols import Model, Streaming
from statera.records.requests import (
    Chat,
    Complete,
    Embed,
    Likelihood,
    Message,
    Request,
    Sampling,
)
from statera.records.responses import Response
from tests.shared_data import shared

T = TypeVar("T")
STOP = ("Question:", "</s>", "<|im_end|>")


async def _value(work: Awaitable[T]) -> T:
    return await work


def answer(model: EmbeddedModel, request: Request) -> Response:
    return asyncio.run(_value(model.answer(request)))


def items(name: str, count: int) -> list[dict[str, Any]]:
    """Return items spread over a reference file."""
    lines = shared("data", "reference", f"{name}.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines[:: len(lines) // count][:count]]


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("mmlu_smollm2", 5),
        ("hellaswag_smollm2", 6),
        ("hellaswag_wikihow_smollm2", 3),
        ("truthfulqa_mc1_smollm2", 4),
    ],
)
def test_log_likelihoods_agree_with_lm_eval(
    embedded_model: EmbeddedModel, name: str, count: int
) -> None:
    for item in items(name, count):
        request = Likelihood(context=item["context"], continuations=tuple(item["continuations"]))
        scores = answer(embedded_model, request).likelihoods
        sums = [score.logprob for score in scores]
        assert sums.index(max(sums)) == item["predicted"], item["item_id"]
        assert [score.tokens for score in scores] == item["n_continuation_tokens"]
        if platform.machine() == "x86_64":  # other processors have other kernels
            assert sums == pytest.approx(item["loglikelihoods"], abs=1e-4), item["item_id"]
            assert [score.greedy for score in scores] == item["is_greedy"]


def test_generations_agree_with_lm_eval(embedded_model: EmbeddedModel) -> None:
    for item in items("gsm8k_0shot_smollm2", 2):
        sampling = Sampling(max_tokens=256, stop=STOP)
        response = answer(embedded_model, Complete(prompt=item["prompt"], sampling=sampling))
        assert response.text == item["generation"], item["item_id"]
        assert response.usage is not None
        assert response.usage.prompt_tokens == item["n_prompt_tokens"]


def chat(text: str, **sampling: Any) -> Chat:
    return Chat(messages=(Message("user", text),), sampling=Sampling(**sampling))


def test_it_is_a_streaming_model_named_by_its_weights(embedded_model: EmbeddedModel) -> None:
    assert isinstance(embedded_model, Model)
    assert isinstance(embedded_model, Streaming)
    assert embedded_model.identity == "embedded:b179c9523d0e"
    found = asyncio.run(_value(embedded_model.capabilities()))
    assert (found.chat, found.completions, found.likelihood) == (True, True, True)


def test_a_chat_has_real_usage_and_finish(embedded_model: EmbeddedModel) -> None:
    response = answer(embedded_model, chat("What are the three primary colors?", max_tokens=9))
    assert response.text is not None
    assert response.text.startswith("The three primary colors are")
    assert response.finish == "length"
    assert response.usage is not None
    assert (response.usage.prompt_tokens, response.usage.completion_tokens) == (37, 9)
    assert response.first_token_seconds is not None
    assert 0 < response.first_token_seconds <= response.seconds


def test_a_stream_is_the_answer_in_pieces(embedded_model: EmbeddedModel) -> None:
    request = chat("Write a haiku in Japanese about 猫.", max_tokens=24)

    async def main() -> list[str | Response]:
        return [item async for item in embedded_model.stream(request)]

    *pieces, last = asyncio.run(main())
    assert isinstance(last, Response)
    assert len(pieces) > 3
    assert "".join(str(piece) for piece in pieces) == last.text
    assert last.text == answer(embedded_model, request).text


def test_log_probabilities_of_generated_tokens(embedded_model: EmbeddedModel) -> None:
    sampling = Sampling(max_tokens=4, extra={"logprobs": True})
    response = answer(embedded_model, Complete(prompt="1, 2, 3, 4,", sampling=sampling))
    assert [token.token for token in response.logprobs] == [" ", "5", ",", " "]
    assert all(-3 < token.logprob <= 0 for token in response.logprobs)


def test_unknown_sampling_is_declared_wrong(embedded_model: EmbeddedModel) -> None:
    request = Complete(prompt="a", sampling=Sampling(extra={"top_kk": 1}))
    with pytest.raises(DeclarationError, match="Did you mean 'top_k'"):
        answer(embedded_model, request)


@pytest.mark.parametrize(
    "request_",
    [
        Complete(prompt="word " * 3000),
        Chat(messages=(Message("user", "word " * 3000),)),
        Likelihood(context="Q:", continuations=(" A", " word" * 3000)),
    ],
)
def test_over_the_context_is_truncated_not_an_error(
    embedded_model: EmbeddedModel, request_: Request
) -> None:
    failure = answer(embedded_model, request_).failure
    assert failure is not None
    assert failure.kind == "truncated"
    assert "context length" in failure.message


def test_a_context_that_is_too_long_loses_its_beginning(embedded: Loaded) -> None:
    loaded = load(context=64)
    model = EmbeddedModel(loaded, SystemClock())
    tail = " the cat sat on the mat and then it"
    long = answer(model, Likelihood(context="word " * 80 + tail, continuations=(" was",)))
    assert long.notes == ("context cut on the left to 64 tokens",)
    whole = loaded.llama.tokenize("word " * 80 + tail + " was")
    short = loaded.llama.detokenize(whole[-65:-1])
    again = answer(model, Likelihood(context=short, continuations=(" was",)))
    assert again.notes == ()
    assert again.likelihoods == long.likelihoods
    asyncio.run(_value(model.close()))


@pytest.mark.parametrize("context", ["", "  "])
def test_without_a_context_the_models_first_token_stands_before(
    embedded_model: EmbeddedModel, context: str
) -> None:
    request = Likelihood(context=context, continuations=("Hello world",))
    (score,) = answer(embedded_model, request).likelihoods
    assert score.logprob < 0


def test_a_continuation_without_tokens_is_a_reason(embedded_model: EmbeddedModel) -> None:
    failure = answer(embedded_model, Likelihood(context="Q:", continuations=(" A", ""))).failure
    assert failure is not None
    assert failure.message == "continuation 2 has no tokens of its own after this context"


def test_what_it_can_never_do_stops_the_run(embedded_model: EmbeddedModel) -> None:
    with pytest.raises(EndpointError, match="no embeddings"):
        answer(embedded_model, Embed(texts=("a",)))
    silent = EmbeddedModel(embedded_model.loaded._replace(template=None), SystemClock())
    assert not asyncio.run(_value(silent.capabilities())).chat
    with pytest.raises(EndpointError, match="no chat template"):
        answer(silent, chat("Hi"))


def test_the_event_loop_is_never_blocked(embedded_model: EmbeddedModel) -> None:
    """Other work goes on between the first and the last token of a reply."""

    async def main() -> int:
        turns = 0
        async with asyncio.TaskGroup() as group:
            task = group.create_task(
                embedded_model.answer(Complete(prompt="1, 2,", sampling=Sampling(max_tokens=20)))
            )
            while not task.done():
                await asyncio.sleep(0)
                turns += 1
        return turns

    assert asyncio.run(main()) > 100


def test_any_gguf_file_is_a_model(embedded: Loaded, tmp_path: Path) -> None:
    path = tmp_path / "mine.gguf"
    path.symlink_to(embedded.weights.path)
    model = open_embedded(path)
    assert model.identity == "embedded:b179c9523d0e"
    assert model.loaded.weights.name == "mine"
    asyncio.run(_value(model.close()))
