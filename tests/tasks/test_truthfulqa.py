import json
from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.tasks.truthfulqa import origin, questions
from tests.shared_data import shared
from tests.tasks.folder import TRUTHFULQA, made


def test_questions_are_joined_with_their_row_by_text(tmp_path: Path) -> None:
    (found,) = questions(made(tmp_path))
    assert (found.category, found.kind, found.best) == ("Misconceptions", "Adversarial", "No")
    assert found.right == ("No", "It is too narrow", "No")
    assert found.wrong == ("Yes", "Yes at night")


def test_a_question_without_a_row_is_named(tmp_path: Path) -> None:
    folder = made(tmp_path)
    path = tmp_path / "truthfulqa/v1/mc_task.json"
    path.write_text(json.dumps([{**TRUTHFULQA, "question": "What?"}]), encoding="utf-8")
    with pytest.raises(DeclarationError, match=r"TruthfulQA\.csv: no row for .*'What\?'"):
        questions(folder)


def test_the_original_files_are_kept_as_they_are() -> None:
    paths = [shared("data", "benchmarks", *name.split("/")) for name in origin.files]
    assert set(origin.converted([path.read_bytes() for path in paths])) == set(origin.files)
    assert [download.sha256 for download in origin.downloads] == list(origin.files.values())
