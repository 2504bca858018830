"""Kinds of field whose values say nothing as a rule: terms, ids, labels, figures, sealed data.

What says more than that is read, as said by a `parameter`.
"""

from collections.abc import Callable
from typing import Any

from statera.proxy.wire.fields import Field, Reader, as_parameter, spoken, wrong
from statera.proxy.wire.leaves import (
    is_id,
    is_label,
    is_padding,
    is_plain,
    is_sealed,
    is_term,
    leaves_in,
)
from statera.proxy.wire.slots import Holder, Key


def _labels(says_nothing: Callable[[str], bool]) -> Field:
    """Return the field for a text or a list of texts, read as one passage unless it says nothing.

    In a list it is one term after the other that says nothing.
    """

    def read(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
        kind = type(value)
        if kind is str and says_nothing(value):
            return
        if kind is dict:
            raise wrong(place, "a text")
        leaves = leaves_in(holder, key, value)
        if kind is not list or not all(is_term(leaf.text) for leaf in leaves):
            as_parameter(reader, leaves, place)

    return read


term = _labels(is_term)
ident = _labels(is_id)
label = _labels(is_label)
padding = _labels(is_padding)


def parameter_text(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
    """Take a text of the client's own, which is always read."""
    as_parameter(reader, leaves_in(holder, key, value), place)


def figures(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
    """Take numbers, terms and ids, nested as may be; other texts in it are read as one passage."""
    leaves = [one for one in leaves_in(holder, key, value) if not is_plain(one)]
    if leaves:
        as_parameter(reader, leaves, place)


def listing(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
    """Take what a server lists: numbers, terms, ids and labels; other texts in it are read."""
    leaves = leaves_in(holder, key, value)
    odd = [one for one in leaves if not (is_plain(one) or is_label(one.text))]
    as_parameter(reader, odd, place)


def sealed(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
    """Take what only the model server can open (encrypted, encoded); what is more is read."""
    if type(value) is not str or not is_sealed(value):
        spoken(reader, holder, key, value, place)
