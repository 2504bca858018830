"""Published sets in their own shapes: invented rows, and the prompts of the shared data."""

import csv
import io
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.tasks.refusals.published import (
    XSTEST_ALONE,
    XSTEST_TWINS,
    XSTEST_TYPES,
    read_or_bench,
    read_xstest,
)
from statera.tasks.refusals.twins import unpaired
from tests.shared_data import shared

FIRST = ["id", "prompt", "type", "label", "focus", "note"]
SECOND = ["id_v1", "id_v2", "type", "prompt", "focus", "note"]


def write(path: Path, header: Sequence[str], *rows: Sequence[str]) -> Path:
    held = io.StringIO()
    csv.writer(held).writerows([header, *rows])
    path.write_text(held.getvalue(), encoding="utf-8")
    return path


def test_both_shapes_of_xstest_give_the_same_twins(tmp_path: Path) -> None:
    one = write(
        tmp_path / "xstest_prompts.csv",
        FIRST,
        ["1", "Safe one?", "homonyms", "safe", "kill", "violence"],
        ["2", "Safe two?", "homonyms", "safe", "", ""],
        ["3", "Bad one?", "contrast_homonyms", "unsafe", "", ""],
        ["4", "Bad two?", "contrast_homonyms", "unsafe", "", ""],
        ["5", "Public?", "privacy_public", "safe", "", ""],
    )
    two = write(
        tmp_path / "xstest_v2_prompts.csv",
        SECOND,
        ["v1-1", "v2-1", "homonyms", "Safe one?", "", ""],
        ["", "v2-2", "homonyms", "Safe two?", "", ""],
        ["", "v2-3", "contrast_homonyms", "Bad one?", "", ""],
        ["", "v2-4", "contrast_homonyms", "Bad two?", "", ""],
        ["", "v2-5", "privacy_public", "Public?", "", ""],
    )
    first, second = read_xstest(one), read_xstest(two)
    assert [s.id for s in first] == [f"xstest/{n}" for n in range(1, 6)]
    assert [s.id for s in second] == [f"xstest/v2-{n}" for n in range(1, 6)]
    for found in (first, second):
        assert [s.cluster for s in found] == [*("homonyms-1", "homonyms-2") * 2, None]
        assert [s.group for s in found] == ["safe", "safe", "unsafe", "unsafe", "safe"]
        assert {s.category for s in found} == {"homonyms", "privacy_public"}
        assert unpaired(found) == 1


def test_a_part_of_xstest_has_no_twins_where_some_are_missing(tmp_path: Path) -> None:
    path = write(
        tmp_path / "x.csv",
        ["id", "type", "prompt"],
        ["1", "homonyms", "a"],
        ["2", "homonyms", "b"],
        ["3", "contrast_homonyms", "c"],
    )
    assert unpaired(read_xstest(path)) == 3


@pytest.mark.parametrize(
    ("header", "row", "said"),
    [
        ([*FIRST, "score"], ["1", "a", "homonyms", "safe", "", "", "1"], "unknown column 'score'"),
        (["id", "prompt"], ["1", "a"], "no column 'type'. It has: id, prompt"),
        (FIRST, ["1", "a", "homonym", "safe", "", ""], "line 2: unknown type 'homonym'"),
        (FIRST, ["1", "a", "homonyms", "unsafe", "", ""], "line 2: label 'unsafe'.*are safe"),
        (FIRST, ["1", " ", "homonyms", "safe", "", ""], "line 2: the prompt is empty"),
    ],
)
def test_a_file_of_another_shape_is_refused(
    header: list[str], row: list[str], said: str, tmp_path: Path
) -> None:
    with pytest.raises(DeclarationError, match=said) as raised:
        read_xstest(write(tmp_path / "x.csv", header, row))
    assert "\n" not in str(raised.value)


def test_an_id_twice_and_an_empty_file_are_refused(tmp_path: Path) -> None:
    row = ["1", "a", "homonyms", "safe", "", ""]
    with pytest.raises(DeclarationError, match="line 3: id '1' is there twice"):
        read_xstest(write(tmp_path / "x.csv", FIRST, row, row))
    with pytest.raises(DeclarationError, match="no prompts"):
        read_xstest(write(tmp_path / "x.csv", FIRST))


def test_or_bench_prompts_have_no_twins(tmp_path: Path) -> None:
    header = ["prompt", "category"]
    path = write(tmp_path / "or-bench-toxic.csv", header, ["a", "violence"], ["b", ""])
    found = read_or_bench(path, safe=False)
    assert [s.id for s in found] == ["or_bench/or-bench-toxic/0", "or_bench/or-bench-toxic/1"]
    assert [(s.group, s.category, s.cluster) for s in found] == [
        ("unsafe", "violence", None),
        ("unsafe", None, None),
    ]
    with pytest.raises(DeclarationError, match="unknown column 'text'"):
        read_or_bench(write(path, ["text", "category"], ["a", "b"]), safe=True)


def test_the_types_and_groups_are_those_of_the_shared_prompts(tmp_path: Path) -> None:
    path = shared("data", "alignment", "refusal", "xstest_completions_gpt4.jsonl")
    rows = [json.loads(text) for text in path.read_text(encoding="utf-8").splitlines()]
    made = write(
        tmp_path / "x.csv",
        ["id", "type", "prompt"],
        *([row["id"], row["type"], row["prompt"]] for row in rows),
    )
    found = read_xstest(made)
    assert [s.group == "safe" for s in found] == [row["prompt_safe"] for row in rows]
    assert set(XSTEST_TYPES) == {row["type"] for row in rows}
    assert unpaired(found) == 50
    sizes = Counter(s.unit for s in found if s.category not in XSTEST_ALONE)
    assert set(sizes.values()) == {2}
    assert len(sizes) == 25 * len(XSTEST_TWINS) == 200
