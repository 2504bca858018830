from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.tasks.catalogue import origins
from statera.tasks.data import DataFolder, cache_folder
from tests.shared_data import shared
from tests.tasks.folder import made


def test_a_missing_file_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError) as caught:
        DataFolder(tmp_path).path("mmlu/test.jsonl.gz")
    message = str(caught.value)
    assert "\n" not in message
    assert f"mmlu/test.jsonl.gz: not in {tmp_path}" in message
    assert "`statera data pull mmlu`" in message
    assert "--data DIR (STATERA_DATA)" in message


def test_no_folder_at_all_says_the_same() -> None:
    with pytest.raises(DeclarationError, match="no data folder; `statera data pull gsm8k`"):
        DataFolder(None).path("gsm8k/test.jsonl")


def test_a_folder_that_is_not_there_is_declared_wrong(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="no such folder"):
        DataFolder.at(tmp_path / "nowhere")
    assert DataFolder.at(str(tmp_path)).root == tmp_path


def test_without_a_folder_the_cache_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATERA_CACHE", "/somewhere")
    assert cache_folder() == Path("/somewhere/data")
    assert DataFolder.at(None).root == Path("/somewhere/data")
    monkeypatch.delenv("STATERA_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/elsewhere")
    assert cache_folder().parts[-2:] == ("statera", "data")


def test_the_state_tells_absent_and_other_items(tmp_path: Path) -> None:
    found = origins()
    assert DataFolder(tmp_path).state(found["gsm8k"]) == "absent"
    assert DataFolder(None).state(found["gsm8k"]) == "absent"
    assert made(tmp_path).state(found["gsm8k"]) == "differs"


@pytest.mark.parametrize("name", ["mmlu", "hellaswag", "truthfulqa", "gsm8k", "humaneval"])
def test_the_shared_files_are_the_pinned_ones(name: str) -> None:
    assert DataFolder(shared("data", "benchmarks")).state(origins()[name]) == "verified"
