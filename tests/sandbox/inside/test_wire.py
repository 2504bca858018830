"""Two ends of the wire in two threads of this process: only the walls are missing."""

import json
import os
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from statera.sandbox.inside.wire import OPERATIONS, CodeError, Gone, Peer, Remote


class Counter:
    def __init__(self, start: int = 0) -> None:
        self.value = start

    def add(self, amount: int = 1) -> "Counter":
        self.value += amount
        return self

    def __len__(self) -> int:
        return self.value

    def __repr__(self) -> str:
        return f"Counter({self.value})"


def sort(values: list[int]) -> None:
    values.sort()


def fail(kind: str) -> None:
    raise {
        "value": ValueError("bad"),
        "key": KeyError("k"),
        "own": type("Own", (Exception,), {})(),
    }[kind]


def squares(count: int) -> Iterator[int]:
    for n in range(count):
        yield n * n


def apply(function: Any, value: int) -> Any:
    return function(function(value))


NAMES = {f.__name__: f for f in (sort, fail, squares, apply)} | {"Counter": Counter}


@pytest.fixture
def names() -> Iterator[dict[str, Any]]:
    """The stubs of NAMES, which live behind a wire."""
    from_tests, to_code = os.pipe()
    from_code, to_tests = os.pipe()
    code = Peer(from_tests, to_tests, frozenset(OPERATIONS))
    code.offer(lambda: NAMES)
    tests = Peer(from_code, to_code, frozenset({"call"}))

    def serve() -> None:
        with pytest.raises(Gone):
            code.serve_forever()

    thread = threading.Thread(target=serve)
    thread.start()
    yield tests.request("call", Remote(tests, 0))
    os.close(to_code)
    thread.join()
    for fd in (from_tests, from_code, to_tests):
        os.close(fd)


def test_arguments_are_changed_in_place(names: dict[str, Any]) -> None:
    values = [3, 1, 2]
    assert names["sort"](values) is None
    assert values == [1, 2, 3]


@pytest.mark.parametrize(
    ("kind", "raised"), [("value", ValueError), ("key", KeyError), ("own", CodeError)]
)
def test_exceptions_cross_by_name(
    names: dict[str, Any], kind: str, raised: type[Exception]
) -> None:
    with pytest.raises(raised):
        names["fail"](kind)


def test_generators_are_read_as_far_as_wanted(names: dict[str, Any]) -> None:
    found = names["squares"](10**9)
    assert [next(found) for _ in range(4)] == [0, 1, 4, 9]
    assert list(names["squares"](3)) == [0, 1, 4]


def test_functions_of_the_tests_can_be_called_back(names: dict[str, Any]) -> None:
    assert names["apply"](lambda n: n + 1, 5) == 7


def test_objects_stay_where_they_are(names: dict[str, Any]) -> None:
    counter = names["Counter"](start=2).add(3)
    assert isinstance(counter, Remote)
    assert (counter.value, len(counter), repr(counter), bool(counter)) == (5, 5, "Counter(5)", True)
    assert counter != 5
    counter.value = 0
    assert not counter
    with pytest.raises(TypeError, match="compare data"):
        counter == names["Counter"]()  # noqa: B015
    with pytest.raises(AttributeError):
        _ = counter.missing


def test_only_what_is_offered_may_be_done() -> None:
    reader, writer = os.pipe()
    answers, answering = os.pipe()
    tests = Peer(reader, answering, frozenset({"call"}))
    tests.offer(len)
    frame = json.dumps(["call", "get", ["y", 0], ["__self__"], {}]).encode()
    os.write(writer, len(frame).to_bytes(4, "big") + frame)
    os.close(writer)
    with pytest.raises(Gone):
        tests.serve_forever()
    assert b"PermissionError" in os.read(answers, 999)
    for fd in (reader, answers, answering):
        os.close(fd)


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\x00\x00",
        b"\xff\xff\xff\xff",
        b"\x00\x00\x00\x02{}",
        b"\x00\x00\x00\x0a" + b'["return"]',
        b"\x00\x00\x00\x13" + b'["return",["q"],{}]',
        b"\x00\x00\x00\x17" + b'["return",["k","x"],{}]',
        b"\x00\x00\x00\x18" + b'["return",1,{"7":["l"]}]',
    ],
)
def test_nonsense_from_the_other_side_ends_the_talk(frame: bytes) -> None:
    reader, writer = os.pipe()
    out_reader, out_writer = os.pipe()
    os.write(writer, frame)
    os.close(writer)
    tests = Peer(reader, out_writer, frozenset())
    with pytest.raises(Gone):
        tests.request("call", Remote(tests, 0), (1,))
    assert tests.gone
    for fd in (reader, out_reader, out_writer):
        os.close(fd)
