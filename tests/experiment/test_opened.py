from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.experiment.opened import open_design, read_design
from tests.experiment.designs import text, write

ARMS = (
    "[{name: base, weight: 0.5}, "
    "{name: warm, weight: 0.5, system_prompt: warm.txt, policy: strict.yaml}]"
)


def test_prompts_lie_beside_the_design(tmp_path: Path) -> None:
    path = write(tmp_path)
    opened = open_design(path)
    assert opened.prompts == {"warm": "Be warm."}
    assert opened.source == str(path)
    assert len(opened.digest) == 32


def test_the_digest_covers_prompts_and_policies_and_no_comment(tmp_path: Path) -> None:
    (tmp_path / "strict.yaml").write_text("name: strict\n")
    path = write(tmp_path, arms=ARMS)
    first = open_design(path)
    assert first.policies == {"warm": str(tmp_path / "strict.yaml")}
    path.write_text("# of our own\n" + path.read_text())
    assert open_design(path).digest == first.digest
    (tmp_path / "strict.yaml").write_text("name: stricter\n")
    second = open_design(path)
    (tmp_path / "warm.txt").write_text("Be warmer.\n")
    third = open_design(path)
    assert len({first.digest, second.digest, third.digest}) == 3


def test_what_is_registered_reads_back_and_shows_the_prompt(tmp_path: Path) -> None:
    opened = open_design(write(tmp_path))
    assert "# system_prompt of warm:\n# Be warm.\n" in opened.text
    assert read_design(opened.text, source="store") == opened.design


def test_a_policy_that_ships_goes_by_its_name(tmp_path: Path) -> None:
    opened = open_design(write(tmp_path, arms=ARMS.replace("strict.yaml", "light")))
    assert opened.policies == {"warm": "light"}
    assert "policy of" not in opened.text


@pytest.mark.parametrize("name", ["warm.txt", "strict.yaml"])
def test_a_file_that_is_not_there_is_told_with_its_place(tmp_path: Path, name: str) -> None:
    (tmp_path / "strict.yaml").write_text("name: strict\n")
    path = write(tmp_path, arms=ARMS)
    (tmp_path / name).unlink()
    with pytest.raises(DeclarationError, match=rf"tone.yaml: arms\[1\]\..*{name}: no such file"):
        open_design(path)


def test_an_empty_prompt_is_a_mistake(tmp_path: Path) -> None:
    path = write(tmp_path)
    (tmp_path / "warm.txt").write_text(" \n")
    with pytest.raises(DeclarationError, match=r"arms\[1\].system_prompt: warm.txt says nothing"):
        open_design(path)


def test_a_design_that_is_not_there_is_told() -> None:
    with pytest.raises(DeclarationError, match=r"nowhere.yaml: no such file"):
        open_design("nowhere.yaml")


def test_a_text_alone_needs_no_files() -> None:
    assert read_design(text(), source="s").arms[1].system_prompt == "warm.txt"


def test_a_known_outcome_keeps_what_the_design_does_not_say() -> None:
    own = "outcomes: {complaint: {window: 7d}, error: {window: 0s}, rating: {high: 3}}\n"
    design = read_design(text() + own, source="tone.yaml")
    complaint, error = design.outcome("complaint"), design.outcome("error")
    assert (complaint.kind, complaint.better, complaint.window) == ("event", "lower", "7d")
    assert (error.source, error.better, design.window_of("error")) == ("answer", "lower", 0)
    assert (design.outcome("rating").low, design.outcome("rating").high) == (1, 3)
