"""Values as they cross from one process to the other: plain data by value, the rest by handle.

An object of a class that the code defined never leaves its process. The other side gets a handle
for it, which is equal to nothing else; so an `__eq__` that always says yes convinces nobody.

Encoded values are JSON: None, bool, str and small int stand for themselves, everything else is a
list of a tag and its parts (`["f", "0x1.8p+1"]` is 3.0).
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

Export = Callable[[Any], list[Any]]
Resolve = Callable[[str, Any], Any]

_EXACT = 2**53
_NUMBERS = {("decimal", "Decimal"), ("fractions", "Fraction")}  # imported only when met


def encode(value: Any, export: Export) -> Any:
    """Return `value` as JSON can hold it; `export` gives the handle of what is not plain data.

    A subclass of a plain type crosses as that plain type. RecursionError for a value that
    contains itself.
    """
    if value is None or value is True or value is False:
        return value
    for kind, encoder in _ENCODERS.items():
        if isinstance(value, kind):
            return encoder(value, export)
    if (type(value).__module__, type(value).__name__) in _NUMBERS:
        return ["n", type(value).__module__, type(value).__name__, str(value)]
    return export(value)


def decode(value: Any, resolve: Resolve) -> Any:
    """Return what `encode` was given; `resolve(tag, handle)` gives what a handle stands for.

    Whatever the other side sent, nothing but plain data and handles comes out. Raises ValueError,
    TypeError, LookupError, OverflowError or RecursionError for what is not an encoded value.
    """
    if value is None or isinstance(value, bool | str | int):
        return value
    tag, *parts = value
    decoder = _DECODERS.get(tag)
    return resolve(tag, parts[0]) if decoder is None else decoder(parts, resolve)


def _integer(value: int, _: Export) -> Any:
    value = int.__index__(value)
    return int.__add__(value, 0) if -_EXACT < value < _EXACT else ["i", hex(value)]


def _many(tag: str) -> Callable[[Any, Export], list[Any]]:
    return lambda value, export: [tag, [encode(item, export) for item in value]]


def _mapping(value: dict[Any, Any], export: Export) -> list[Any]:
    return ["d", [[encode(k, export), encode(v, export)] for k, v in dict.items(value)]]


def _number(module: str, name: str, text: str) -> Any:
    if (module, name) not in _NUMBERS:
        raise ValueError(f"{module}.{name} is not a number")
    return getattr(import_module(module), name)(text)


_ENCODERS: dict[type, Callable[[Any, Export], Any]] = {
    str: lambda value, _: str.__str__(value),
    int: _integer,
    float: lambda value, _: ["f", float.hex(value)],
    list: _many("l"),
    tuple: _many("t"),
    dict: _mapping,
    set: _many("s"),
    frozenset: _many("z"),
    bytes: lambda value, _: ["b", bytes.hex(value)],
    bytearray: lambda value, _: ["a", bytearray.hex(value)],
    complex: lambda value, _: ["c", value.real.hex(), value.imag.hex()],
    range: lambda value, _: ["r", *(hex(n) for n in (value.start, value.stop, value.step))],
}

_DECODERS: dict[str, Callable[[list[Any], Resolve], Any]] = {
    "i": lambda parts, _: int(parts[0], 16),
    "f": lambda parts, _: float.fromhex(parts[0]),
    "l": lambda parts, resolve: [decode(item, resolve) for item in parts[0]],
    "t": lambda parts, resolve: tuple(decode(item, resolve) for item in parts[0]),
    "d": lambda parts, resolve: {decode(k, resolve): decode(v, resolve) for k, v in parts[0]},
    "s": lambda parts, resolve: {decode(item, resolve) for item in parts[0]},
    "z": lambda parts, resolve: frozenset(decode(item, resolve) for item in parts[0]),
    "b": lambda parts, _: bytes.fromhex(parts[0]),
    "a": lambda parts, _: bytearray.fromhex(parts[0]),
    "c": lambda parts, _: complex(float.fromhex(parts[0]), float.fromhex(parts[1])),
    "r": lambda parts, _: range(*(int(part, 16) for part in parts)),
    "n": lambda parts, _: _number(*parts),
}
