import gzip
import math
from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.interop.importing import documents


def test_objects_bring_their_place(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"a":1}\n\n{"a":NaN,"b":-Infinity}\n')
    first, second = documents.objects(path)
    assert first == (f"{path}, line 1", {"a": 1})
    assert second.where == f"{path}, line 3"
    assert math.isnan(second.value["a"])
    assert second.value["b"] == -math.inf


@pytest.mark.parametrize(
    "line", [b'{"a": NaN', b"[1]", b'"text"', b"{'a': 1}", b'{"a": "\xff"}', b"[" * 9000, b"NaN"]
)
def test_a_broken_line_is_named(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"a":1}\n' + line + b"\n")
    with pytest.raises(DeclarationError, match=r"a\.jsonl, line 2: ") as caught:
        list(documents.objects(path))
    assert "\n" not in str(caught.value)


def test_names_at_the_top(tmp_path: Path) -> None:
    lines, whole, broken = (tmp_path / name for name in ("a.jsonl", "a.json", "b.json"))
    lines.write_text('\n{"a": 1, "b": {"c": 2}}\n{"d": 1}\n')
    whole.write_text('{\n  "a": [1, 2],\n  "e": null\n}')
    broken.write_text("[1, 2]")
    assert documents.member_names(lines) == {"a", "b"}
    assert documents.member_names(whole) == {"a", "e"}
    assert documents.member_names(broken) == frozenset()


def test_a_packed_file_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"a":1}\n'))
    assert [value for _, value in documents.objects(path)] == [{"a": 1}]


def test_what_must_be_there_is_named() -> None:
    assert documents.taken({"a": [1]}, "a", list[int], "x") == [1]
    with pytest.raises(DeclarationError, match="x: 'b' is missing"):
        documents.taken({"a": [1]}, "b", list[int], "x")
    with pytest.raises(DeclarationError, match="x: 'a': Expected"):
        documents.taken({"a": "1"}, "a", list[int], "x")


def test_parts_that_are_absent_are_empty() -> None:
    found = {"a": {"b": {"c": "d"}}, "e": [1]}
    assert documents.part(found, "a", "b") == {"c": "d"}
    assert documents.part(found, "a", "x", "y") == {}
    assert documents.part(found, "e") == {}
    assert documents.text({"a": "", "b": 1, "c": "z"}, "a", "b", "c") == "z"
    assert documents.number("1") is None
    assert documents.number(True) == 1.0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("2026-01-02T03:04:05+00:00", 1767323045.0),
        ("2026-01-02T03:04:05Z", 1767323045.0),
        ("2026-01-02 03:04:05 UTC", 1767323045.0),
        ("2026-01-02T03:04:05", 1767323045.0),
        (1.5, 1.5),
        ("yesterday", 0.0),
        (None, 0.0),
        (True, 0.0),
    ],
)
def test_moments(value: object, seconds: float) -> None:
    assert documents.moment(value) == seconds


def test_folders_are_looked_into_and_files_taken_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("in/b.json", "in/a.json", "in/c.txt", "d.log"):
        (tmp_path / name).write_text("{}")
    found = documents.files_in([tmp_path / "in", tmp_path / "d.log", tmp_path / "in"], (".json",))
    assert [path.name for path in found] == ["a.json", "b.json", "d.log"]
