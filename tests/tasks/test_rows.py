import gzip
from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.tasks.rows import Row, read_rows


def test_jsonl_rows_know_their_line_and_place(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"q": "é"}\n\n{"q": null}\n', encoding="utf-8")
    assert list(read_rows(path)) == [Row(0, 1, {"q": "é"}), Row(2, 3, {"q": None})]


def test_csv_rows_know_the_line_that_they_end_on(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('\ufeffq,a\n"two\nlines",x\ny,\n', encoding="utf-8")
    assert list(read_rows(path)) == [
        Row(0, 3, {"q": "two\nlines", "a": "x"}),
        Row(1, 4, {"q": "y", "a": ""}),
    ]


def test_packed_files_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"q": 1}\n'))
    assert list(read_rows(path)) == [Row(0, 1, {"q": 1})]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", b'{"q": 1}\n{"q": \n', r"a\.jsonl, line 2: .*truncated"),
        ("a.jsonl", b'{"q": 1}\n[1]\n', r"a\.jsonl, line 2: Expected a mapping"),
        ("a.jsonl", b'\n{"q": "\xff"}\n', r"a\.jsonl, line 2: not UTF-8 at byte 7"),
        ("a.csv", b"q,a\nx,y,z\n", r"a\.csv, line 2: expected 2 columns"),
        ("a.csv", b"q,a\nx\n", r"a\.csv, line 2: expected 2 columns"),
        ("a.csv", b"q,q\nx,y\n", r"a\.csv, line 1: column 'q' is there twice"),
        ("a.csv", b'q\n"x', r"a\.csv, line 2: unexpected end of data"),
        ("a.json", b"[]", r"a\.json: unknown kind of file\. Allowed: \.jsonl, \.csv"),
    ],
)
def test_what_is_malformed_is_named_with_its_line(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DeclarationError, match=message):
        list(read_rows(path))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="no such file"):
        list(read_rows(tmp_path / "a.jsonl"))
