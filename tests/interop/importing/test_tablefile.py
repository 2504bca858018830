import gzip
from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.interop.importing.tablefile import first_rows, header_of, is_separated, table_rows


def test_packed_files_and_long_cells_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"id,reply\na," + b"x" * 200_000 + b"\n"))
    ((where, row),) = table_rows(path)
    assert (where, len(row["reply"])) == (f"{path}, line 2", 200_000)


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_commonest_mark_of_the_header_separates(tmp_path: Path, mark: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(mark.join(("id", "correct", "reply")) + "\n" + mark.join("abc") + "\n")
    assert header_of(path) == ["id", "correct", "reply"]
    assert [row.value for row in table_rows(path)] == [{"id": "a", "correct": "b", "reply": "c"}]


def test_a_file_without_a_known_ending_is_told_by_its_first_character(tmp_path: Path) -> None:
    lines, cells = tmp_path / "a.log", tmp_path / "b.log"
    lines.write_text('{"id": 1}\n')
    cells.write_text("id\n1\n")
    assert (is_separated(lines), is_separated(cells)) == (False, True)
    assert [first_rows(path, 1)[0].value for path in (lines, cells)] == [{"id": 1}, {"id": "1"}]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[1]", "[0]: no object, but 1"),
        ("{}", "no list of objects in it"),
        ('{"a": [{}], "b": [{}]}', "several lists of rows: a, b"),
        ("[]", "holds no row"),
        ("[{", "a.json: "),
    ],
)
def test_json_that_is_no_table_is_told(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(DeclarationError) as caught:
        first_rows(path, 2)
    assert told in str(caught.value)
