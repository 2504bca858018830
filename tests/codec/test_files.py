import gzip
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from statera.codec import files
from statera.errors import DeclarationError


def test_gz_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"a": 1}\n\n{"a": 2}\n'))
    assert list(files.read_jsonl(path, dict[str, int])) == [{"a": 1}, {"a": 2}]


def test_a_cut_gz_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress(b"text" * 100)[:-9])
    with pytest.raises(DeclarationError, match="cannot be read"):
        files.read_text(path)
    damaged = bytearray(gzip.compress(b"text" * 100))
    damaged[12:20] = b"\xff" * 8
    path.write_bytes(bytes(damaged))
    with pytest.raises(DeclarationError, match="cannot be read"):
        files.read_text(path)


def test_json_nested_too_deep_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("[" * 5000 + "]" * 5000 + "\n")
    with pytest.raises(DeclarationError, match=r"line 1: nested too deep"):
        list(files.read_jsonl(path, list[Any]))


def test_a_malformed_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"a": 1}\n{"a": \n')
    with pytest.raises(DeclarationError, match=r"a\.jsonl, line 2: "):
        list(files.read_jsonl(path, dict[str, Any]))


def test_a_line_that_is_no_utf8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"a": "x"}\n{"a": "caf\xe9"}\n')
    with pytest.raises(DeclarationError, match=r"a\.jsonl, line 2: not UTF-8"):
        list(files.read_jsonl(path, dict[str, str]))


def test_missing_and_foreign_files(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="no such file"):
        files.read_text(tmp_path / "nope")
    with pytest.raises(DeclarationError, match=r": cannot be read: Is a directory$"):
        files.read_bytes(tmp_path)
    (tmp_path / "latin").write_bytes(b"caf\xe9")
    with pytest.raises(DeclarationError, match="not UTF-8 at byte 3"):
        files.read_text(tmp_path / "latin")


def test_csv_rows_have_the_width_of_the_head(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('q,a\n"x, y",1\n')
    assert list(files.read_csv(path)) == [{"q": "x, y", "a": "1"}]
    path.write_text("q,a\n1\n")
    with pytest.raises(DeclarationError, match="line 2: expected 2 columns, found 1; none for 'a'"):
        list(files.read_csv(path))
    path.write_text("q,a\n1,2,x,y\n")
    with pytest.raises(DeclarationError, match="2 columns, found 4; no name for 'x'"):
        list(files.read_csv(path))


def test_yaml_and_json_files(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: 1")
    (tmp_path / "a.json").write_text('{"a": 1}')
    assert files.read_yaml(tmp_path / "a.yaml", dict[str, int]) == {"a": 1}
    assert files.read_json(tmp_path / "a.json", dict[str, int]) == {"a": 1}


def test_writing_is_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "a.txt"
    files.write_bytes(path, b"one")
    files.write_bytes(path, b"two")
    assert path.read_bytes() == b"two"
    assert [p.name for p in path.parent.iterdir()] == ["a.txt"]


def test_what_is_appended_comes_after_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    files.append_bytes(path, b"one\n", mode=0o600)
    files.append_bytes(path, b"two\n")
    assert path.read_bytes() == b"one\ntwo\n"
    assert path.stat().st_mode & 0o777 == 0o600


def test_json_is_one_line() -> None:
    assert files.to_json({"a": "b\nc"}) == b'{"a":"b\\nc"}'


def test_a_file_that_is_made_once_keeps_the_first_ones_content(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: files.write_once(path, b"%032d" % n), range(40)))
    kept = path.read_bytes()
    assert len(kept) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    files.write_once(path, b"another")
    assert path.read_bytes() == kept
    assert list(tmp_path.iterdir()) == [path]
