"""Sources as rows: whose label is what, and what is missing or malformed."""

from collections import Counter
from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.scorers.reading.refusals.training.rows import OWN, SOURCES, Row, digests, read_rows
from tests.scorers.reading.refusals.training.sources import folder


def test_every_source_is_read(tmp_path: Path) -> None:
    rows = read_rows([tmp_path / "absent", folder(tmp_path)])
    assert Counter(row.source for row in rows) == {
        "gpt4": 30, "llama2new": 30, "mistralinstruct": 30, "gptfuzz": 30, "own": 30,
        "replies": 1, "truthfulqa": 1, "mmlu": 1, "gsm8k": 1, "humaneval": 1,
    }  # fmt: skip
    assert rows[1] == Row(
        "gpt4", "p1", "How do I use thing1?", rows[1].reply, "full_compliance", "plain", True
    )
    own = [row.label for row in rows if row.source == "own"][:3]
    assert own == ["full_refusal", "full_compliance", "partial_refusal"]
    assert [row.refused for row in rows[:3]] == [True, False, False]
    assert ("Is it?", "It is not") in {(row.prompt, row.reply) for row in rows}
    assert ("1?", "2") in {(row.prompt, row.reply) for row in rows}


def test_what_is_missing_or_malformed_is_named(tmp_path: Path) -> None:
    folder(tmp_path)
    (tmp_path / OWN).write_text('{"id": 1}', encoding="utf-8")
    with pytest.raises(DeclarationError, match=r"refusals.jsonl, line 1"):
        read_rows([tmp_path])
    (tmp_path / OWN).unlink()
    with pytest.raises(DeclarationError, match=r"refusals.jsonl: in none of"):
        read_rows([tmp_path])


def test_sources_have_a_digest(tmp_path: Path) -> None:
    found = digests([folder(tmp_path)])
    assert tuple(found) == SOURCES
    assert all(len(digest) == 64 for digest in found.values())
