"""Two processes that call each other's functions over a pair of pipes, one call at a time.

The tests run on one side and the code under test on the other. A frame is four bytes of length and
a JSON list: `["call", operation, target, arguments, keywords]`, `["return", value, changed]` or
`["raise", type, message, line]`. `changed` holds the mutable arguments as the call left them, so
that a function that sorts its argument in place can be tested.
"""

import builtins
import importlib
import json
import operator
import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from statera.sandbox.inside.caught import Caught, line_in, told
from statera.sandbox.inside.values import decode, encode

FRAME_BYTES = 16 * 2**20
ANSWER = "<answer>"
CHECK = "<check>"
ANSWER_LINE = "answer_line"  # the attribute of a rebuilt exception that says where it was raised
_MUTABLE = (list, dict, set, bytearray)
_UNWANTED_MODULES = {"antigravity", "this"}

OPERATIONS: dict[str, Callable[..., Any]] = {
    "call": lambda function, *args, **named: function(*args, **named),
    "get": getattr,
    "set": setattr,
    "iter": iter,
    "next": next,
    "len": len,
    "bool": bool,
    "item": operator.getitem,
    "in": operator.contains,
    "str": str,
    "repr": repr,
}


class Gone(BaseException):
    """The other process ended, or talked nonsense; no test may catch this as an exception."""


class CodeError(Exception):
    """The code under test raised something that has no counterpart among the builtins."""


class Remote:
    """An object that lives in the other process."""

    def __init__(self, peer: "Peer", handle: int) -> None:
        self.__dict__["_peer"], self.__dict__["_handle"] = peer, handle

    def _do(self, operation: str, *args: Any, **named: Any) -> Any:
        return self._peer.request(operation, self, args, named)

    def __call__(self, *args: Any, **named: Any) -> Any:
        """Call it over there."""
        return self._do("call", *args, **named)

    def __getattr__(self, name: str) -> Any:
        return self._do("get", name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._do("set", name, value)

    def __iter__(self) -> Any:
        return self._do("iter")

    def __next__(self) -> Any:
        return self._do("next")

    def __len__(self) -> int:
        return int(self._do("len"))

    def __bool__(self) -> bool:
        return self._do("bool") is True

    def __getitem__(self, key: Any) -> Any:
        return self._do("item", key)

    def __contains__(self, key: Any) -> bool:
        return self._do("in", key) is True

    def __str__(self) -> str:
        return str.__str__(self._do("str"))

    def __repr__(self) -> str:
        return str.__str__(self._do("repr"))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Remote) and other is not self:
            raise TypeError("objects of the answer's own classes cannot be compared; compare data")
        return other is self

    def __hash__(self) -> int:
        return id(self)


class Peer:
    """One end. `operations` is what the other side may do to what it was given."""

    def __init__(self, reader: int, writer: int, operations: frozenset[str]) -> None:
        self.reader, self.writer, self.operations = reader, writer, operations
        self.gone = ""
        self._exports: list[Any] = []

    def offer(self, value: Any) -> int:
        """Let the other side use `value`; returns its handle (the first one is 0)."""
        self._exports.append(value)
        return len(self._exports) - 1

    def request(
        self, operation: str, target: Any, args: tuple[Any, ...] = (), named: Any = None
    ) -> Any:
        """Do `operation` on `target` over there; raises what it raised, or Gone."""
        arguments = [self._encode(value) for value in args]
        keywords = {name: self._encode(value) for name, value in (named or {}).items()}
        self._send(["call", operation, self._encode(target), arguments, keywords])
        while (message := self._receive())[0] == "call":
            self._serve(message)
        with Caught() as reading:
            value = self._answer(message, args)
        if reading.error is None:
            return value
        if isinstance(reading.error, Gone) or message[0] == "raise":
            raise reading.error
        raise self._lost(f"the answer's process sent no proper value ({told(reading.error)})")

    def serve_forever(self) -> None:
        """Do what the other side asks until it hangs up (Gone)."""
        while True:
            self._serve(self._receive())

    def _answer(self, message: list[Any], args: tuple[Any, ...]) -> Any:
        if message[0] == "raise":
            raise _rebuilt(*message[1:4])
        for position, changed in message[2].items():
            _refill(args[int(position)], self._decode(changed))
        return self._decode(message[1])

    def _serve(self, message: list[Any]) -> None:
        with Caught() as attempt:
            reply = self._perform(*message[1:])
        error = attempt.error
        if isinstance(error, Gone):
            raise error
        self._send(reply if error is None else _raised(error))

    def _perform(self, operation: str, target: Any, args: list[Any], named: Any) -> list[Any]:
        if operation not in self.operations:
            raise PermissionError(f"'{operation}' is not offered")
        values = [self._decode(value) for value in args]
        keywords = {name: self._decode(value) for name, value in named.items()}
        result = OPERATIONS[operation](self._decode(target), *values, **keywords)
        changed = {
            str(n): after
            for n, value in enumerate(values)
            if isinstance(value, _MUTABLE) and (after := self._encode(value)) != args[n]
        }
        return ["return", self._encode(result), changed]

    def _encode(self, value: Any) -> Any:
        return encode(value, self._export)

    def _decode(self, value: Any) -> Any:
        return decode(value, self._resolve)

    def _export(self, value: Any) -> list[Any]:
        if isinstance(value, Remote):
            return ["y", value._handle]
        if isinstance(value, ModuleType) and _is_standard(value.__name__):
            return ["k", value.__name__]
        return ["o", self.offer(value)]

    def _resolve(self, tag: str, handle: Any) -> Any:
        if tag == "o":
            return Remote(self, int(handle))
        if tag == "y" and int(handle) >= 0:
            return self._exports[int(handle)]
        if tag == "k":
            return _module(str(handle))
        raise ValueError(f"unknown tag {tag!r}")

    def _send(self, message: list[Any]) -> None:
        body = json.dumps(message, separators=(",", ":")).encode()
        if len(body) > FRAME_BYTES:
            raise OverflowError("a value over 16 MiB cannot cross between the processes")
        data = memoryview(len(body).to_bytes(4, "big") + body)
        with Caught() as attempt:
            while data:
                data = data[os.write(self.writer, data) :]
        if attempt.error is not None:
            raise self._lost("the answer's process ended")

    def _receive(self) -> list[Any]:
        size = int.from_bytes(self._read(4), "big")
        if size > FRAME_BYTES:
            raise self._lost("the answer's process sent a frame over 16 MiB")
        with Caught() as attempt:
            message: list[Any] = json.loads(self._read(size))
            size = {"call": 5, "return": 3, "raise": 4}[message[0]] - len(message)
        if isinstance(attempt.error, Gone):
            raise attempt.error
        if attempt.error is not None or size:
            raise self._lost("the answer's process sent no proper frame")
        return message

    def _read(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            if not (part := os.read(self.reader, min(size - len(data), 2**20))):
                raise self._lost("the answer's process ended")
            data += part
        return bytes(data)

    def _lost(self, why: str) -> Gone:
        self.gone = self.gone or why
        return Gone(self.gone)


def _is_standard(name: str) -> bool:
    top = name.partition(".")[0]
    return top in sys.stdlib_module_names and top not in _UNWANTED_MODULES


def _module(name: str) -> Any:
    """Return a module of the standard library; ValueError for any other."""
    if not _is_standard(name):
        raise ValueError(f"{name} is not of the standard library")
    return importlib.import_module(name)


def _raised(error: BaseException) -> list[Any]:
    name, _, message = told(error).partition(": ")
    return ["raise", name, message, line_in(error, ANSWER)]


def _rebuilt(name: Any, message: Any, line: Any) -> Exception:
    """Return the builtin exception of that name, or a CodeError; `answer_line` says where."""
    kind = getattr(builtins, str(name), None)
    known = isinstance(kind, type) and issubclass(kind, Exception)
    with Caught() as attempt:
        error = kind(message) if known and kind is not None else CodeError(f"{name}: {message}")
    if attempt.error is not None:
        error = CodeError(f"{name}: {message}")
    setattr(error, ANSWER_LINE, line if isinstance(line, int) else None)
    return error


def _refill(value: Any, changed: Any) -> None:
    """Give a mutable value the content of `changed`, in place."""
    if type(value) is not type(changed) or not isinstance(value, _MUTABLE):
        raise ValueError("an argument changed its type")
    if isinstance(value, list | bytearray):
        value[:] = changed
    else:
        value.clear()
        value.update(changed)
