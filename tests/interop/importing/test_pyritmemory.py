from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.interop.importing.pyritmemory import is_memory, kind_of, read_memory
from tests.interop.importing.redteam import pyrit_csv, pyrit_json, pyrit_sqlite, score, talk

PIECES = [*talk("a", "Yes", score("TrueFalse", "True")), *talk("b", "No")]


def test_every_form_of_a_memory_holds_the_same_pieces(tmp_path: Path) -> None:
    paths = [
        pyrit_json(tmp_path / "m.json", PIECES),
        pyrit_sqlite(tmp_path / "m.db", PIECES, [], []),
        pyrit_csv(tmp_path / "m.csv", [{**piece, "scores": []} for piece in PIECES]),
    ]
    for path in paths:
        assert is_memory(path)
        pieces = read_memory(path).pieces
        assert [where for where, _ in pieces] == [f"{path}, piece {n}" for n in (1, 2, 3, 4)]
        assert pieces[0][1]["converter_identifiers"] == [{"__type__": "Base64Converter"}]
        assert [one["original_value"] for _, one in pieces] == ["Ask a", "Yes", "Ask b", "No"]


def test_scores_come_with_the_pieces_of_an_export_or_from_their_table(tmp_path: Path) -> None:
    (found,) = read_memory(pyrit_json(tmp_path / "m.json", PIECES)).scores
    assert (found["prompt_request_response_id"], found["score_value"]) == ("a-1", "True")
    rows = [score("TrueFalse", "True", prompt_request_response_id="a-1")]
    results = [{"conversation_id": "a", "objective": "Ask", "outcome": "success"}]
    memory = read_memory(pyrit_sqlite(tmp_path / "m.sqlite", PIECES, rows, results))
    assert memory.scores[0]["scorer_class_identifier"] == {"__type__": "TrueFalse"}
    assert memory.results == results


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", "[]"),
        ("a.json", '[{"role": "user"}]'),
        ("a.json", '{"conversation_id": 1}'),
        ("a.json", "[broken"),
        ("a.csv", "id,correct\n1,1\n"),
        ("a.csv", ""),
        ("a.db", "no database"),
        ("a.txt", ""),
    ],
)
def test_other_files_are_no_memory(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_text(content)
    assert not is_memory(path)
    with pytest.raises(DeclarationError, match="no PromptMemoryEntries with conversation_id"):
        read_memory(path)


def test_a_database_of_another_tool_is_no_memory(tmp_path: Path) -> None:
    path = pyrit_sqlite(tmp_path / "m.db", [], [], [])
    assert is_memory(path)
    data = path.read_bytes().replace(b"PromptMemoryEntries", b"PromptMemoryEntrees")
    path.write_bytes(data)
    assert not is_memory(path)


def test_duckdb_is_told_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "m.duckdb"
    path.write_bytes(b"DUCK")
    with pytest.raises(DeclarationError, match="export it to JSON"):
        read_memory(path)


@pytest.mark.parametrize(
    ("identifier", "kind"),
    [
        ({"__type__": "A", "__module__": "m"}, "A"),
        ({"class_name": "B", "hash": "1"}, "B"),
        ({"scorer_name": "C"}, "C"),
        ({}, ""),
        ("A", ""),
        (None, ""),
    ],
)
def test_an_identifier_names_a_class(identifier: object, kind: str) -> None:
    assert kind_of(identifier) == kind
