import json
from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.interop.importing.tracefiles import trace_objects
from tests.interop.importing.traces_made import write

OBJECTS = [{"a": 1, "b": {"c": [1, 2]}}, {"d": "}\n{"}]


def test_lines_pretty_objects_and_lists_of_them(tmp_path: Path) -> None:
    ways = (
        "".join(json.dumps(one) + "\n" for one in OBJECTS),
        "".join(json.dumps(one, indent=4) + "\n" for one in OBJECTS),
        "[\n" + ",\n".join(json.dumps(one) for one in OBJECTS) + "\n]\n",
        "[\n" + ",\n".join(json.dumps(one, indent=2) for one in OBJECTS) + "\n]\n",
        "\ufeff\n\n" + "\n\n".join(json.dumps(one) for one in OBJECTS),
    )
    for text in ways:
        notes: list[str] = []
        found = list(trace_objects(write(tmp_path / "f", text), notes))
        assert ([one.value for one in found], notes) == (OBJECTS, [])


def test_places_are_where_an_object_begins(tmp_path: Path) -> None:
    text = "\n" + json.dumps(OBJECTS[0], indent=1) + "\n" + json.dumps(OBJECTS[1]) + "\n"
    found = list(trace_objects(write(tmp_path / "f", text), []))
    assert [one.where.rpartition(" ")[2] for one in found] == ["2", "11"]


def test_an_end_that_is_not_there_yet(tmp_path: Path) -> None:
    notes: list[str] = []
    text = json.dumps(OBJECTS[0]) + '\n{\n "a": 1'
    assert len(list(trace_objects(write(tmp_path / "f", text), notes))) == 1
    assert notes == ["f: the last object, from line 2 on, has no end yet: left out"]


@pytest.mark.parametrize("text", ["nonsense", '{"a": \n{"b": 1}\n', '{\n"a": oh\n}\n'])
def test_what_is_no_object(tmp_path: Path, text: str) -> None:
    with pytest.raises(DeclarationError, match="line 1"):
        list(trace_objects(write(tmp_path / "f", text), []))
