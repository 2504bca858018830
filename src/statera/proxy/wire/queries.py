"""What a query says beside a body: terms that the APIs know, or text, which is not passed unread.

    read_query(b"api-version=2024-10-21", policy)          # []: nothing to read

As with fields of a body, a parameter that is not known passes where it carries no text (nothing, a
number, `true`, `false`); otherwise it is refused or, with `unknown_fields: allow`, read as said by
a `parameter`. One that is known passes as one word of at most 200 letters, digits and `._:/,-`;
what is more is dealt with as if it were not known. Nothing in a query can be taken out: what a
policy redacts there is refused (`not_redactable`).
"""

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote_plus

from statera.errors import nearest
from statera.guard.policy import Policy
from statera.proxy.wire.fields import Reader, joined, names
from statera.proxy.wire.leaves import Leaf, is_field
from statera.proxy.wire.refusals import Refused, shown
from statera.proxy.wire.slots import Slot

KNOWN = frozenset(
    names("after api-version before beta include include[] limit order starting_after stream")
)
_WORD = re.compile(r"[A-Za-z0-9._:/,-]{0,200}", re.ASCII)
_NO_TEXT = re.compile(r"(?:-?[0-9]{1,11}(?:\.[0-9]{1,11})?|true|false)?", re.ASCII)


class Parameter(NamedTuple):
    """A parameter of a query, decoded once."""

    name: str
    value: str

    @property
    def refusal(self) -> Refused:
        """Why it is not passed on, with its name and nothing else of it."""
        if self.name in KNOWN:
            words = f"The query parameter {shown(self.name)} must be one word of 200 characters."
        else:
            near = nearest(self.name, KNOWN)
            words = f"The query parameter {shown(self.name)} is not known, so that its text "
            words += f"cannot be checked.{near}"
        return Refused(words, code="unknown_field", param=f"query.{self.name}"[:120])


def speaking(query: bytes) -> Iterator[Parameter]:
    """Yield the parameters that may carry text."""
    for part in query.decode("latin-1").split("&") if query else ():
        name, _, value = part.partition("=")
        one = Parameter(unquote_plus(name), unquote_plus(value))
        silent = _WORD if one.name in KNOWN else _NO_TEXT
        plain = one.name in KNOWN or is_field(one.name)
        if part and not (plain and silent.fullmatch(one.value)):
            yield one


def read_query(query: bytes, policy: Policy) -> list[Slot]:
    """Return the texts of a query as it came; Refused for what the policy does not let pass."""
    reader = Reader(policy, "input", "parameter")
    for one in speaking(query):
        if policy.unknown_fields != "allow":
            raise one.refusal
        leaves = [Leaf(text, {}, None) for text in one if text]
        joined(reader, leaves, f"query.{one.name}")
    return reader.slots
