"""A trial of several exchanges as it is read: which goes on from which, and what is new in each.

An exchange goes on from an earlier one where its request opens with that one's request and reply;
else it is a conversation of its own, asked afresh.
"""

from collections.abc import Sequence

import msgspec

from statera.records.requests import Chat, Message, Request
from statera.records.trials import Exchange


def heading(exchanges: Sequence[Exchange], place: int) -> str:
    """Return which of several exchanges it is, and what it goes on from; "" for a single one."""
    if len(exchanges) == 1:
        return ""
    number = f"exchange {place + 1} of {len(exchanges)}"
    before = goes_on_from(exchanges, place)
    if before is None:
        return f"{number} · a fresh conversation" if place else number
    return f"{number} · goes on from exchange {before + 1}"


def goes_on_from(exchanges: Sequence[Exchange], place: int) -> int | None:
    """Return the latest exchange whose request and reply open this one's request, or None."""
    said = _messages(exchanges[place].request)
    for before in reversed(range(place)):
        one = exchanges[before]
        opening = (*_messages(one.request), Message("assistant", one.response.text or ""))
        if len(said) > len(opening) > 1 and said[: len(opening)] == opening:
            return before
    return None


def added(exchanges: Sequence[Exchange], place: int) -> Request:
    """Return the request without what stands in the exchange that it goes on from."""
    request, before = exchanges[place].request, goes_on_from(exchanges, place)
    if before is None or not isinstance(request, Chat):
        return request
    known = len(_messages(exchanges[before].request)) + 1
    return msgspec.structs.replace(request, messages=request.messages[known:])


def _messages(request: Request) -> tuple[Message, ...]:
    return request.messages if isinstance(request, Chat) else ()
