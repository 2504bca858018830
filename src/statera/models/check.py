"""One line of an examination: what was found, and what it means for whoever measures there."""

from typing import Any, Literal

import msgspec

from statera.models.examinee import Sent

State = Literal["good", "note", "bad", "unknown"]


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """What was found, what it means, and the numbers behind it."""

    name: str
    state: State
    found: str
    means: str
    data: dict[str, Any] = {}


def unknown(name: str, found: str, means: str) -> Check:
    """Return the line for what could not be found out."""
    return Check(name=name, state="unknown", found=found, means=means)


def refusal(sent: Sent) -> str:
    """Return a refusal in the server's words."""
    return f"refused: {sent.status} {sent.words}".rstrip()
