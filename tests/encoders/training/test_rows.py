"""Rows get the labels, roles and parts that a recipe gives them."""

import json
from pathlib import Path

import pytest

from statera.encoders.training.recipe import Recipe, Source
from statera.encoders.training.rows import Row, left_out, read_rows
from statera.errors import DeclarationError


def written(folder: Path, *rows: object, name: str = "a.jsonl") -> Path:
    text = "\n".join(json.dumps(row) for row in rows)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def rows(folder: Path, source: Source, roles: tuple[str, ...] = ("train",)) -> list[Row]:
    recipe = Recipe(heads=("rude", "asks"), sources=(source,))
    return read_rows(recipe, [folder], roles)  # type: ignore[arg-type]


def test_a_label_says_what_the_source_says_that_it_means(tmp_path: Path) -> None:
    folder = written(
        tmp_path, {"text": "x", "label": 1}, {"text": "y", "label": 0}, {"text": "z", "label": 7}
    )
    source = Source(file="a.jsonl", role="train", ones={"rude": 1}, zeros={"rude": 0, "asks": 0})
    found = rows(folder, source)
    assert [(row.text, row.labels) for row in found] == [("x", (1, None)), ("y", (0, 0))]


def test_a_row_may_name_its_heads_itself(tmp_path: Path) -> None:
    folder = written(tmp_path, {"text": "x", "labels": {"asks": 1}})
    assert rows(folder, Source(file="a.jsonl", role="train"))[0].labels == (None, 1)


def test_another_field_another_label_and_a_table(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("prompt,label\nx,unsafe\ny,safe\n", encoding="utf-8")
    source = Source(
        file="a.csv",
        role="train",
        text="prompt",
        one=("unsafe",),
        zero=("safe",),
        ones={"asks": 1},
        zeros={"asks": 0},
    )
    assert [row.labels[1] for row in rows(tmp_path, source)] == [1, 0]


def test_a_held_part_is_for_development_and_keeps_groups_together(tmp_path: Path) -> None:
    folder = written(tmp_path, *({"text": f"{n}", "label": 1, "q": n // 10} for n in range(400)))
    source = Source(file="a.jsonl", role="train", held=0.3, group="q", ones={"asks": 1})
    learnt, held = rows(folder, source), rows(folder, source, ("dev",))
    assert len(learnt) + len(held) == 400
    assert {row.source for row in held} == {"a (held)"}
    groups = [{int(row.text) // 10 for row in part} for part in (learnt, held)]
    assert not groups[0] & groups[1]
    assert all(groups)


def test_a_limit_draws_the_same_rows_whatever_their_order_and_no_text_twice(tmp_path: Path) -> None:
    every = [{"text": f"{n % 50}", "label": 1} for n in range(100)]
    source = Source(file="a.jsonl", role="train", limit=7, ones={"asks": 1})
    first = {row.text for row in rows(written(tmp_path, *every), source)}
    again = {row.text for row in rows(written(tmp_path, *every[::-1]), source)}
    assert first == again
    assert len(first) == 7


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"label": 1}, "line 1: no text in field 'text'"),
        ({"text": "x"}, "line 1: neither 'labels' nor 'label'"),
        ({"text": "x", "labels": {"asks": "yes"}}, "labels.asks: 'yes'; 0 or 1"),
        ({"text": "x", "labels": {"aks": 1}}, "no head 'aks'"),
    ],
)
def test_a_row_that_says_nothing_is_named(tmp_path: Path, row: object, told: str) -> None:
    with pytest.raises(DeclarationError, match=told):
        rows(written(tmp_path, row), Source(file="a.jsonl", role="train", ones={"asks": 1}))


def test_a_file_that_no_folder_has_is_named(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=r"b\.jsonl: in no folder of --data"):
        rows(tmp_path, Source(file="b.jsonl", role="train"))


def test_what_is_near_a_test_text_is_in_no_other_role(tmp_path: Path) -> None:
    texts = ["How do I bake a rye bread at home?", "What is the time in Oslo just now?"]
    written(tmp_path, *({"text": text, "label": 1} for text in texts))
    written(tmp_path, {"text": "how do i bake a rye bread at home", "label": 1}, name="b.jsonl")
    learnt = Source(file="a.jsonl", role="train", ones={"asks": 1}, limit=1)
    recipe = Recipe(
        heads=("asks",), sources=(learnt, Source(file="b.jsonl", role="test", ones={"asks": 1}))
    )
    assert [row.text for row in read_rows(recipe, [tmp_path], ["train"])] == texts[1:]
    assert len(read_rows(recipe, [tmp_path], ["test"])) == 1
    assert left_out(recipe, [tmp_path]) == {("a", "b"): 1}


def test_texts_near_one_another_are_held_together(tmp_path: Path) -> None:
    texts = [f"Write a short note {n} about the {n}th day of the {n}th week" for n in range(60)]
    twins = [text.upper() for text in texts]
    folder = written(tmp_path, *({"text": text, "label": 1} for text in [*texts, *twins]))
    source = Source(file="a.jsonl", role="train", held=0.4, ones={"asks": 1})
    held = {row.text.lower() for row in rows(folder, source, ("dev",))}
    assert held
    assert not held & {row.text.lower() for row in rows(folder, source)}
