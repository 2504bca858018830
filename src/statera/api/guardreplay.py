"""Replaying yesterday's requests under another policy: what `statera guard replay` does.

    replay = await replay_events(read_events(path), "new.yaml", base="old.yaml")
    replay.newly                # blocked now, not then

Events that kept their texts are decided by running the policy; the others from their scores, as far
as that is exact. Any JSONL with texts or conversations can be replayed too. A policy with another
toxicity threshold than its file's is a PolicySource.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from statera.analysis.guarding.replaying import (
    HEADERS,
    REQUEST,
    Outcomes,
    Recorded,
    Replay,
    outcomes,
    reads_headers,
    replayed,
    rescored,
)
from statera.api.guarding import Guard
from statera.codec.files import read_jsonl, read_lines
from statera.codec.strict import from_json
from statera.errors import DeclarationError
from statera.guard.blockers import blockers, lenient_of
from statera.guard.engine import Engine
from statera.guard.policy import Place, Policy, policy_path
from statera.proxy.events import GuardEvent
from statera.proxy.keeper import PolicySource, policy_of
from statera.proxy.streaming import MOST_TOLD
from statera.records.guarding import Decision, Passage, Side

CHAT = "/v1/chat/completions"
AnyPolicy = str | Path | PolicySource
_SIDES: dict[str, Side] = {"tool": "tool_result", "function": "tool_result"}


class _Kind(msgspec.Struct, frozen=True):
    event: str = ""


class _Part(msgspec.Struct, frozen=True):
    text: str = ""


class _Said(msgspec.Struct, frozen=True):
    role: str = "user"
    content: str | tuple[_Part, ...] | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A request of any JSONL: a text, or the messages of a conversation; an `event` is neither."""

    id: str | int | None = None
    text: str | None = None
    messages: tuple[_Said, ...] = ()
    side: Side = "input"
    role: str = ""
    model: str = ""
    event: Any = None


class Texts(NamedTuple):
    """One request to be replayed: its name, its place, its texts."""

    id: str
    place: Place
    passages: tuple[Passage, ...]


def read_events(path: Path) -> Iterator[Recorded]:
    """Yield the decisions of a file of events, oldest first, each with its texts where it has them.

    What comes before a text in its conversation is read from the same request. Lines that are no
    decision are passed over. DeclarationError, with the line, for what is no event, and for a file
    without a decision.
    """
    said: dict[str, tuple[Passage, ...]] = {}
    none = True
    for number, line in enumerate(read_lines(path), start=1):
        if not line.strip():
            continue
        source = f"{path}, line {number}"
        if from_json(line, _Kind, source=source).event != "decision":
            continue
        event, none = from_json(line, GuardEvent, source=source), False
        recorded = recorded_of(event, said.get(event.id, ()))
        if event.phase == REQUEST and recorded.passages is not None:
            said[event.id] = recorded.passages
        yield recorded
    if none:
        told = "no decision of the guard in it. Texts and conversations are given by --data"
        raise DeclarationError(f"{path}: {told}")


def recorded_of(event: GuardEvent, asked: Sequence[Passage] = ()) -> Recorded:
    """Return the event as it is replayed; `asked` are the texts of the request that it answers."""
    passages: tuple[Passage, ...] | None = None
    if _says_nothing(event):
        passages = ()
    elif event.passages and all(one.text is not None for one in event.passages):
        before = [one.text for one in asked]
        guarded = tuple(one.text for one in asked if one.role == "system")
        found = []
        for one in event.passages:
            passage = Passage(
                text=one.text or "",
                side=one.side,
                place=one.place,
                role=one.role,
                before=tuple(before),
                guarded=guarded,
            )
            found.append(passage)
            if event.phase == REQUEST:
                before.append(passage.text)
        passages = tuple(found)
    return Recorded(
        id=event.id,
        phase=event.phase,
        place=Place(route=event.route, model=event.model),
        policy=event.policy,
        outcome=event.outcome,
        scores=event.scores,
        findings=event.findings,
        longest=max((one.chars for one in event.passages), default=0),
        passages=passages,
        seconds=event.seconds,
        cut=_is_cut(event, told=passages is not None),
    )


def _says_nothing(event: GuardEvent) -> bool:
    """Return whether there was no text to decide on, such as in a reply with embeddings."""
    looked = event.passages or event.scores or event.findings
    return not looked and event.outcome == "allow"


def _is_cut(event: GuardEvent, *, told: bool) -> bool:
    """Return whether a stream goes on where its record ends: stopped, or longer than is kept."""
    if event.phase != "stream":
        return False
    return event.outcome in ("block", "unavailable") or (told and len(event.passages) >= MOST_TOLD)


def read_requests(path: Path) -> Iterator[Texts]:
    """Yield the requests of any JSONL: `text`, or `messages` as in a chat; `id` is the line else.

    DeclarationError, with file and line, for one that has neither, or an id that is taken.
    """
    taken: dict[str, int] = {}
    for number, row in enumerate(read_jsonl(path, Asked), start=1):
        if row.event is not None and row.text is None and not row.messages:
            told = "an event of the guard, no request. Events are given by --events"
            raise DeclarationError(f"{path}, request {number}: {told}")
        if (row.text is None) == (not row.messages):
            raise DeclarationError(f"{path}, request {number}: either `text` or `messages`")
        name = str(number) if row.id is None else str(row.id)
        if name in taken:
            told = f"id '{name}' is that of request {taken[name]} too"
            raise DeclarationError(f"{path}, request {number}: {told}")
        taken[name] = number
        yield Texts(name, Place(route=CHAT, model=row.model), _passages(row))


def _passages(row: Asked) -> tuple[Passage, ...]:
    if row.text is not None:
        return (Passage(text=row.text, side=row.side, role=row.role or "user", place="text"),)
    before: list[str] = []
    found: list[Passage] = []
    for at, message in enumerate(row.messages):
        content = message.content
        texts = [content] if isinstance(content, str) else [one.text for one in content or ()]
        for text in filter(None, texts):
            side = _SIDES.get(message.role, "input")
            found.append(
                Passage(
                    text=text,
                    side=side,
                    role=message.role,
                    place=f"messages[{at}].content",
                    before=tuple(before),
                )
            )
            before.append(text)
    return tuple(found)


async def replay_events(
    events: Iterable[Recorded], policy: AnyPolicy, *, base: AnyPolicy | None = None
) -> Replay:
    """Return what the policy would have made of recorded decisions.

    `base` is the policy that made them, needed where texts were not kept. A policy of which nothing
    must be run is not opened. Where one of its scopes reads headers nothing is told: they are not
    on record. DeclarationError for a policy that a guard would not serve.
    """
    source = _source(policy)
    new = Engine(policy_of(source))
    old = None if base is None else Engine(policy_of(_source(base)))
    lenient = {one.policy.digest: lenient_of(one.policy) for one in (new, old) if one is not None}
    opened: Guard | None = None
    found: list[Outcomes] = []
    with ExitStack() as stack:
        for one in events:
            decision: Decision | str
            if one.passages == ():
                decision = new.decide((), (), (), id=one.id)
            elif one.passages is not None and reads_headers(new.policy, one.place):
                decision = HEADERS
            elif one.passages is None:
                decision = rescored(one, old, new)
            else:
                opened = opened or stack.enter_context(Guard(source))
                decision = await opened.acheck(one.passages, place=one.place)
            found.append(outcomes(one, decision, lenient))
    return replayed(found)


async def replay_requests(
    requests: Iterable[Texts], policy: AnyPolicy, *, base: AnyPolicy | None = None
) -> Replay:
    """Return what the policy would make of requests, beside what `base` would where it is given."""
    found: list[Outcomes] = []
    with ExitStack() as stack:
        new = stack.enter_context(Guard(_source(policy)))
        old = None if base is None else stack.enter_context(Guard(_source(base)))
        for one in requests:
            now = await new.acheck(one.passages, place=one.place)
            then = None if old is None else await old.acheck(one.passages, place=one.place)
            found.append(
                Outcomes(
                    id=one.id,
                    phase=REQUEST,
                    then=None if then is None else then.outcome,
                    now=now.outcome,
                    by_then=() if then is None or old is None else _blockers(then, old.policy),
                    by=_blockers(now, new.policy),
                )
            )
    return replayed(found, recorded=False)


def _source(policy: AnyPolicy) -> PolicySource:
    return policy if isinstance(policy, PolicySource) else PolicySource(policy_path(policy))


def _blockers(decision: Decision, policy: Policy) -> tuple[str, ...]:
    return blockers(decision, lenient_of(policy))
