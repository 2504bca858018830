"""Rubrics that ship, rubrics from files, and what is wrong with one."""

from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.graders.rubrics import Rubric, limits_text, read_rubric, ready_rubrics

GOOD = """
rubric: safety-netting
criterion: Does the reply tell when to see a doctor?
levels: {0: does not, 1: says it in general, 2: names the signs}
passing: 2
max_words: 80
"""


@pytest.mark.parametrize("name", ready_rubrics())
def test_what_ships_grades_from_one_to_five_and_content_by_none_part_all(name: str) -> None:
    rubric = read_rubric(name, Path())
    assert rubric.rubric == name
    of_three = name in ("content", "never_omit")
    levels, good = ((0, 1, 2), 2) if of_three else ((1, 2, 3, 4, 5), 4)
    assert (rubric.grades.values, rubric.grades.good_from) == (levels, good)
    assert rubric.needs_reference is (name == "reference")
    assert all(len(text) < 100 for text in rubric.levels.values())


def test_the_ready_ones() -> None:
    assert ready_rubrics() == [
        "brevity",
        "content",
        "formatting",
        "helpfulness",
        "instructions",
        "never_omit",
        "reference",
        "tone",
    ]
    first, *_, last = read_rubric("reference", Path()).levels.values()
    assert first == "incorrect or harmful"
    assert last.startswith("perfect")


def test_content_asks_what_was_supplied_and_never_whether_it_is_safe() -> None:
    rubric = read_rubric("content", Path())
    said = f"{rubric.criterion} {' '.join(rubric.levels.values())}".lower()
    assert not {"safe", "unsafe", "harm", "policy", "allowed"} & set(said.replace(".", " ").split())
    assert [text.split()[0] for text in rubric.levels.values()] == ["none", "part", "all"]


def test_a_file_is_found_beside_the_judges(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(GOOD)
    rubric = read_rubric("mine.yaml", tmp_path)
    assert rubric.grades.text().endswith("[2] names the signs")
    assert (rubric.grades.good_from, rubric.max_words, rubric.version) == (2, 80, "1")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("scale: [1, 5]\nlevels: {1: a, 2: b, 3: c, 5: d}",
         "levels 1, 2, 3, 5 do not match the scale 1 to 5: 4 is missing"),
        ("scale: [1, 3]\nlevels: {1: a, 2: b, 3: c, 4: d, 5: e}",
         "levels 1, 2, 3, 4, 5 do not match the scale 1 to 3: 4, 5 are beyond it"),
        ("scale: [5, 1]\nlevels: {1: a, 5: b}", "the lowest level comes first"),
        ("levels: {1: a}", "at least two levels"),
        ("levels: {1: a, 2: ' '}", "level 2 has no text"),
        ("levels: {1: a, good: b}", "'good' is not a whole number"),
        ("levels: {1: a, 2: b}\npassing: 3", "passing: 3 is none of the levels 1, 2"),
        ("levels: {1: a, 2: b}\npassing: 1", "passing: 1 is the lowest level: every reply would"),
        ("levels: {1: a, 2: b}\nmin_words: 9\nmax_words: 5", "min_words 9 is above max_words 5"),
        ("levels: {1: a, 2: b}\nmax_words: 0", "max_words"),
        ("levels: {1: a, 2: b}\nneeds_referense: true", "Did you mean 'needs_reference'"),
    ],
)  # fmt: skip
def test_a_rubric_declared_wrong_names_file_and_place(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(f"rubric: bad\ncriterion: Is it good?\n{text}\n")
    with pytest.raises(DeclarationError) as caught:
        read_rubric("bad.yaml", tmp_path)
    assert said in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path / "bad.yaml"))
    assert "\n" not in str(caught.value)


def test_an_unknown_rubric_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="Did you mean 'helpfulness'"):
        read_rubric("helpfullness", Path())
    with pytest.raises(DeclarationError, match="no such file"):
        read_rubric("absent.yaml", tmp_path)
    with pytest.raises(DeclarationError, match="a name and a criterion"):
        Rubric(rubric=" ", criterion="x", levels={1: "a", 2: "b"})


@pytest.mark.parametrize(
    ("least", "most", "told"),
    [
        (None, None, ""),
        (10, None, "at least 10 words"),
        (None, 40, "at most 40 words"),
        (10, 40, "10 to 40 words"),
    ],
)
def test_limits_of_length_are_told_in_words(least: int | None, most: int | None, told: str) -> None:
    rubric = Rubric(
        rubric="r", criterion="c", levels={0: "a", 1: "b"}, min_words=least, max_words=most
    )
    assert told in limits_text(rubric)
    assert bool(limits_text(rubric)) == bool(told)
