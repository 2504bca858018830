import json
from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.tasks.builtin import over_refusal
from statera.tasks.data import DataFolder
from statera.tasks.task import TaskOptions

DEFINITION = over_refusal.definition


def test_what_ships_is_asked_without_any_data_folder() -> None:
    task = DEFINITION.load(TaskOptions(), DataFolder(None))
    assert len(task.samples) == DEFINITION.items == 400
    assert {sample.id.split("/")[1] for sample in task.samples} == {"v1"}
    documented = over_refusal.__doc__ or ""
    pair = [sample.input for sample in task.samples if sample.unit == "homonyms-9"]
    assert all(f"    {prompt}\n" in documented for prompt in pair)


def test_a_folder_with_twins_is_read_instead_and_said_so(tmp_path: Path) -> None:
    (tmp_path / "over_refusal").mkdir()
    lines = [
        {"pair": "refund-1", "type": "safe_contexts", "group": group, "prompt": group}
        for group in ("safe", "unsafe")
    ]
    path = tmp_path / "over_refusal" / "twins.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    task = DEFINITION.load(TaskOptions(), DataFolder(tmp_path))
    assert [s.id for s in task.samples] == [
        "over_refusal/data/refund-1/safe",
        "over_refusal/data/refund-1/unsafe",
    ]
    assert task.notes == (f"over_refusal: the twins of {path}, not those that come with statera",)
    path.write_text(json.dumps(lines[0]), encoding="utf-8")
    with pytest.raises(DeclarationError, match="pair 'refund-1' has no unsafe twin"):
        DEFINITION.load(TaskOptions(), DataFolder(tmp_path))
