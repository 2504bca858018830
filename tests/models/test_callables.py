from __future__ import annotations

import asyncio
import threading
from functools import partial
from typing import Any

import pytest

from statera.errors import DeclarationError
from statera.models.callables import model
from statera.protocols import Model
from statera.records.requests import Chat, Complete, Likelihood, Message
from statera.records.responses import Response

CHAT = Chat(
    messages=(Message(role="system", content="Shout."), Message(role="user", content="hello"))
)


def shout(text: str) -> str:
    return text.upper()


def roles(messages: list[dict[str, str]]) -> str:
    return ",".join(one["role"] for one in messages)


async def later(messages: list[dict[str, str]]) -> str:
    await asyncio.sleep(0)
    return messages[-1]["content"]


class Application:
    def __init__(self, suffix: str) -> None:
        self.suffix = suffix

    def __call__(self, text: str) -> str:
        return text + self.suffix

    async def reply(self, text: str) -> str:
        return text + self.suffix


def prefixed(prefix: str, text: str) -> str:
    return prefix + text


def answer(function: Any, request: Any = CHAT, **options: Any) -> Response:
    async def main() -> Response:
        made = model(function, **options)
        try:
            return await made.answer(request)
        finally:
            await made.close()

    return asyncio.run(main())


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (shout, "SHOUT.\n\nHELLO"),
        (roles, "system,user"),
        (later, "hello"),
        (lambda text: text[:3], "Sho"),
        (Application("!"), "Shout.\n\nhello!"),
        (Application("?").reply, "Shout.\n\nhello?"),
        (partial(prefixed, "> "), "> Shout.\n\nhello"),
    ],
)
def test_any_callable_answers(function: Any, text: str) -> None:
    assert answer(function).text == text


def test_a_completion_is_one_user_message() -> None:
    assert answer(shout, Complete(prompt="go on")).text == "GO ON"
    assert answer(roles, Complete(prompt="go on")).text == "user"


def test_what_it_takes_can_be_said() -> None:
    assert answer(lambda m: m[0]["role"], takes="messages").text == "system"


@pytest.mark.parametrize("error", [ValueError("no"), StopIteration("done"), KeyError("k")])
def test_an_exception_is_infrastructure_with_type_and_text(error: Exception) -> None:
    def fails(text: str) -> str:
        raise error

    async def fails_later(text: str) -> str:
        raise error

    for function in (fails, fails_later):
        failure = answer(function).failure
        assert failure is not None
        assert failure.kind == "infra"
        assert type(error).__name__ in failure.message or "StopIteration" in failure.message
        assert "StopIteration" in failure.message or str(error) in failure.message


def test_a_wrong_return_type_is_a_failure_that_says_so() -> None:
    failure = answer(lambda text: 3).failure
    assert failure is not None
    assert "returned int, expected str" in failure.message


def test_log_likelihoods_are_not_there() -> None:
    made = model(shout)
    assert asyncio.run(made.capabilities()).likelihood_reason
    failure = answer(shout, Likelihood(context="a", continuations=(" b",))).failure
    assert failure is not None


def test_a_blocking_function_does_not_block_the_loop() -> None:
    barrier = threading.Barrier(3, timeout=10)

    def blocks(text: str) -> str:
        barrier.wait()
        return "met"

    async def main() -> list[str | None]:
        made = model(blocks)
        replies = await asyncio.gather(*(made.answer(CHAT) for _ in range(3)))
        await made.close()
        return [one.text for one in replies]

    assert asyncio.run(main()) == ["met"] * 3


def test_identity_changes_with_the_source_and_takes_the_name() -> None:
    first = model(lambda text: "a")
    second = model(lambda text: "b")
    assert first.identity != second.identity
    assert model(shout).identity == model(shout).identity
    assert "test_callables.shout@" in model(shout).identity
    assert model(shout, name="v2").identity.startswith("function:v2@")
    assert model(ascii).identity == "function:builtins.ascii"
    assert isinstance(model(shout), Model)


def test_what_cannot_be_called_is_refused() -> None:
    with pytest.raises(DeclarationError, match="str is not callable"):
        model("shout")  # type: ignore[arg-type]
