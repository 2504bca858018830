"""Digests of what was said: are two trials' raw replies the same? Texts are read, none is kept."""

from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

import msgspec
from sqlalchemy import Connection, func, select

from statera.store.reading import in_order, stream
from statera.store.rows import ReplyRow
from statera.store.tables import samples, tasks, trials


class _Failed(msgspec.Struct):
    kind: str


class _Said(msgspec.Struct):
    text: str | None = None
    refusal: str | None = None
    tool_calls: tuple[dict[str, Any], ...] = ()
    likelihoods: msgspec.Raw = msgspec.Raw()
    failure: _Failed | None = None


class _Turn(msgspec.Struct):
    response: _Said


_TURNS = msgspec.msgpack.Decoder(tuple[_Turn, ...])


def read_replies(connection: Connection, run: int) -> Iterator[ReplyRow]:
    """Yield the digest of each trial's replies by task, sample position and epoch."""
    for row in stream(connection, in_order(run, trials.c.exchanges)):
        task, sample, epoch, exchanges = row
        yield ReplyRow(task, sample, epoch, digest_of(exchanges))


def epochs(connection: Connection, run: int) -> dict[str, int]:
    """Return, by task, how often its samples were asked at most."""
    joined = tasks.join(samples, samples.c.task == tasks.c.number)
    joined = joined.join(trials, trials.c.sample == samples.c.number)
    asked = (
        select(tasks.c.name, func.count().label("times"))
        .select_from(joined)
        .where(tasks.c.run == run)
        .group_by(tasks.c.number, samples.c.number)
        .subquery()
    )
    query = select(asked.c.name, func.max(asked.c.times)).group_by(asked.c.name)
    return {name: most for name, most in connection.execute(query)}


def digest_of(exchanges: bytes) -> str | None:
    """Return the digest of all replies of a packed conversation, None where nothing came back.

    The ids of tool calls, which differ by themselves, do not count; nor does what the model thought
    before it spoke.
    """
    state = blake2b(digest_size=16)
    for turn in _TURNS.decode(exchanges):
        said = turn.response
        if said.failure is not None and said.failure.kind == "infra":
            return None
        if not _anything(said):
            return None
        calls = [{k: v for k, v in call.items() if k != "id"} for call in said.tool_calls]
        told = (said.text, said.refusal, calls, bytes(said.likelihoods), said.failure)
        state.update(msgspec.msgpack.encode(told))
    return state.hexdigest()


def _anything(said: _Said) -> bool:
    """Return False where a log that was imported kept no reply."""
    given = said.refusal or said.tool_calls or said.failure or bytes(said.likelihoods)
    return said.text is not None or bool(given)
