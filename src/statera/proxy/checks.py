"""Checks without a model behind them: for other gateways, and for those who ask themselves.

POST /v1/guard/check                       {"texts": ["..."], "side": "input"} -> the decision
POST /beta/litellm_basic_guardrail_api     LiteLLM's generic guardrail API
"""

import logging
from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from statera.codec.strict import from_json
from statera.errors import DeclarationError, unknown
from statera.guard.edits import edited
from statera.guard.policy import Place, Policy
from statera.proxy.answers import Answer, deliver, failure_of, json_answer
from statera.proxy.bodies import Gone, Message, Receive, Send, TooLarge, read_body
from statera.proxy.bookkeeping import Book
from statera.proxy.documents import decode
from statera.proxy.headers import BadHeader, check
from statera.proxy.service import Service
from statera.proxy.wire.api import Failure
from statera.proxy.wire.fields import MOST_TEXTS, Reader, spoken
from statera.proxy.wire.filtering import input_message, output_message
from statera.proxy.wire.refusals import Refused
from statera.proxy.wire.routes import known_apis
from statera.proxy.wire.slots import passages, with_context
from statera.records.guarding import Decision, Passage, Role, Side

logger = logging.getLogger("statera.guard")

CHAT = "/v1/chat/completions"
ROUTES = tuple(path for path, api in known_apis().items() if api.method == "POST")
_OUTPUTS: tuple[Side, ...] = ("output", "tool_call")


class TextsAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Texts of one side, or the messages of a conversation; `route` and `model` for scopes."""

    texts: tuple[str, ...] = ()
    messages: list[Any] | None = None
    side: Side = "input"
    role: Role = ""
    route: str = CHAT
    model: str = ""


class LiteLLMAsked(msgspec.Struct, frozen=True, kw_only=True):
    """What LiteLLM sends; fields that it adds later are no text and are left alone."""

    texts: tuple[str, ...] = ()
    images: list[Any] | None = None
    tools: list[Any] | None = None
    tool_calls: list[Any] | None = None
    input_type: Literal["request", "response"] = "request"
    model: str | None = None


async def check_texts(service: Service, scope: Message, receive: Receive, send: Send) -> None:
    """Answer with the decision on the texts or messages."""
    await deliver(send, await _answered(service, scope, receive, _decided))


async def check_litellm(service: Service, scope: Message, receive: Receive, send: Send) -> None:
    """Answer as LiteLLM's generic guardrail API has it."""
    await deliver(send, await _answered(service, scope, receive, _for_litellm))


async def _answered(service: Service, scope: Message, receive: Receive, answer: Any) -> Answer:
    headers = scope["headers"]
    try:
        check(headers)
        data = await read_body(headers, receive, limit=service.terms.max_body)
        await service.aside(len(data), decode, data)
        found: Answer = await answer(service, data)
    except TooLarge as error:
        return _failed(Failure(413, "request_too_large", str(error)))
    except (BadHeader, DeclarationError) as error:
        return _failed(Failure(400, "invalid_request", str(error)))
    except Refused as refused:
        return _failed(Failure(refused.status, refused.code, str(refused), refused.param))
    except Gone:
        return _failed(Failure(400, "gone", "The client went away."))
    except Exception as error:
        logger.error("a check failed in the guard: %s", type(error).__name__, exc_info=error)
        return _failed(Failure(503, "guard_unavailable", "A check could not be made."))
    return found


async def _decided(service: Service, data: bytes) -> Answer:
    asked = await service.aside(len(data), from_json, data, TextsAsked, source="body")
    if asked.route not in ROUTES:
        raise unknown("route", asked.route[:80], ROUTES)
    _bounded(asked.texts)
    said = await service.aside(len(data), _asked_passages, service, asked)
    decision, book = await _checked(service, said, asked.route, asked.model)
    if decision.outcome == "unavailable":
        return json_answer(503, msgspec.to_builtins(decision), book.headers, retry_after=1)
    told = msgspec.to_builtins(decision) | {"texts": edited_texts(said, decision)}
    return json_answer(200, told, book.headers)


async def _for_litellm(service: Service, data: bytes) -> Answer:
    asked = await service.aside(len(data), from_json, data, LiteLLMAsked, source="body")
    _bounded(asked.texts)
    policy = service.keeper.armed.policy
    if asked.images and policy.images == "block":
        reason = "Images cannot be checked and the policy does not allow them."
        return json_answer(200, {"action": "BLOCKED", "blocked_reason": reason})
    side: Side = "input" if asked.input_type == "request" else "output"
    texts = [
        Passage(text=text, side=side, place=f"texts[{number}]", role=_role(side))
        for number, text in enumerate(asked.texts)
    ]
    said = (*texts, *await service.aside(len(data), _walked, service, asked, side))
    decision, book = await _checked(service, said, CHAT, asked.model or "")
    if decision.outcome == "unavailable":
        return _failed(Failure(503, "guard_unavailable", "A check could not be made."))
    told = _intervention(decision, said, len(texts), _reason(decision, policy, side))
    return json_answer(200, told, book.headers)


def _walked(service: Service, asked: LiteLLMAsked, side: Side) -> tuple[Passage, ...]:
    """Return the texts in tools and tool calls."""
    reader = Reader(service.keeper.armed.policy, side)
    for name in ("tools", "tool_calls"):
        body = {name: getattr(asked, name) or []}
        reader.side = "tool_call" if name == "tool_calls" else side
        spoken(reader, body, name, body[name], name)
    return passages(reader.slots)


def _reason(decision: Decision, policy: Policy, side: Side) -> str:
    """Return what the client of a blocked request, or reply, is told on any other route."""
    worded = input_message if side == "input" else output_message
    return worded(decision, policy)


def _intervention(
    decision: Decision, said: Sequence[Passage], texts: int, reason: str
) -> dict[str, object]:
    if decision.outcome == "block":
        return {"action": "BLOCKED", "blocked_reason": reason}
    if any(edit.passage >= texts for edit in decision.edits):
        reason = "A tool holds what the policy takes out."
        return {"action": "BLOCKED", "blocked_reason": reason}
    if decision.edits:
        return {
            "action": "GUARDRAIL_INTERVENED",
            "texts": edited_texts(said, decision)[:texts],
        }
    return {"action": "NONE"}


def edited_texts(said: Sequence[Passage], decision: Decision) -> list[str]:
    """Return the texts as the decision leaves them; none when it blocks."""
    if decision.outcome == "block":
        return []
    edits = decision.edits
    return [
        edited(one.text, [edit for edit in edits if edit.passage == number])
        for number, one in enumerate(said)
    ]


def _asked_passages(service: Service, asked: TextsAsked) -> tuple[Passage, ...]:
    if asked.messages is None:
        return tuple(
            Passage(text=text, side=asked.side, place=f"texts[{n}]", role=asked.role)
            for n, text in enumerate(asked.texts)
        )
    if asked.texts:
        raise DeclarationError("body: give texts or messages, not both")
    armed = service.keeper.armed
    body = {"model": asked.model, "messages": asked.messages}
    slots = known_apis()[CHAT].read_request(body, armed.policy)
    return passages(with_context(slots, armed.context))


async def _checked(
    service: Service, said: tuple[Passage, ...], route: str, model: str
) -> tuple[Decision, Book]:
    armed = service.keeper.armed
    book = Book(service, route, armed.policy, armed.digest)
    book.phase = "check"
    place = Place(route=route, model=model)
    decision = await armed.guard.check(said, place, decision_id=book.id)
    book.checked(decision)
    book.decided(decision, said, status=200)
    book.close(200)
    return decision, book


def _bounded(texts: Sequence[str]) -> None:
    """Raise Refused for more texts than one body may have."""
    if len(texts) > MOST_TEXTS:
        raise Refused(f"More than {MOST_TEXTS} texts in one body.", code="too_many_texts")


def _role(side: Side) -> str:
    return "assistant" if side in _OUTPUTS else "user"


def _failed(failure: Failure) -> Answer:
    return json_answer(
        failure.status, failure_of(failure), retry_after=1 if failure.status == 503 else 0
    )
