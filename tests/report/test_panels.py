from pathlib import Path
from xml.etree import ElementTree

from statera.records.scores import Outcome
from statera.report.panels import Panel, panels
from tests.report.made import Made, content, items, rule, ruling, stored

CATEGORIES = ["a", "b", "c", "gone"]


def candidate_outcome(number: int, epoch: int) -> Outcome:
    return "wrong" if number % 4 == 1 else "right"


def base_outcome(number: int, epoch: int) -> Outcome:
    return "wrong" if number % 4 == 2 else "right"


def made(folder: Path, **policy: object) -> list[Panel]:
    samples = items(80, CATEGORIES, group="all")
    kept = [sample for sample in samples if sample.category != "gone"]
    candidate = stored(folder, Made("m#new", kept, candidate_outcome))
    base = stored(folder, Made("m#old", samples, base_outcome))
    decided = ruling([rule("fail", "t/accuracy", **policy)]) if policy else None
    ((task, found),) = panels(content(candidate, base, decided))
    assert task == "t"
    return found


def test_metrics_come_first_then_the_leading_one_by_category(tmp_path: Path) -> None:
    whole, categories = made(tmp_path)
    assert [line.name for block in whole.blocks for line in block] == [
        "accuracy",
        "accuracy_given_answer",
        "accuracy_macro",
    ]
    assert categories.caption == "t/accuracy by category"
    assert (whole.by_category, categories.by_category) == (False, True)
    assert categories.size == 5


def test_what_vanished_is_first_and_loud_then_what_lost_most(tmp_path: Path) -> None:
    groups, single = made(tmp_path)[1].blocks
    assert [line.name for line in groups] == ["all"]
    assert [line.name for line in single] == ["gone", "b", "a", "c"]
    gone = single[0]
    assert gone.missing
    assert (gone.estimate, gone.bounds, gone.n) == ("missing", "in the base only", "0")
    assert not single[1].missing


def test_the_base_is_marked_and_the_difference_drawn(tmp_path: Path) -> None:
    lines = {line.name: line for block in made(tmp_path)[1].blocks for line in block}
    assert "base-mark" in lines["b"].level
    assert lines["b"].difference == "−1.000"
    assert lines["b"].counted.startswith("0/20/0 · p ")
    assert lines["c"].counted.startswith("20/0/0 · p ")
    for line in lines.values():
        ElementTree.fromstring(line.level)


def test_the_limits_of_a_gate_are_drawn_where_they_are_read(tmp_path: Path) -> None:
    lines = {
        line.name: line
        for block in made(tmp_path, category="b", form="min", limit=0.55)[1].blocks
        for line in block
    }
    assert "beyond" in lines["b"].level
    assert "beyond" not in (lines["b"].change or "")
    assert "beyond" not in lines["a"].level
    compared = made(tmp_path, category="a", form="baseline", limit=-0.02)[1].blocks[1]
    drawn = next(line for line in compared if line.name == "a")
    assert "beyond" in (drawn.change or "")
    assert "beyond" not in drawn.level


def test_a_run_alone_has_one_plot_and_the_weakest_first(tmp_path: Path) -> None:
    run = stored(tmp_path, Made("m#new", items(80, ["a", "b"]), candidate_outcome))
    ((_, (whole, categories)),) = panels(content(run))
    assert whole.change_axis is None
    assert [line.name for block in categories.blocks for line in block] == ["b", "a"]
    assert all(line.change is None for block in categories.blocks for line in block)


def test_without_categories_there_is_one_panel(tmp_path: Path) -> None:
    run = stored(tmp_path, Made("m#new", items(10, []), candidate_outcome))
    ((_, found),) = panels(content(run))
    assert len(found) == 1
