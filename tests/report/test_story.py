from pathlib import Path

import msgspec

from statera.api.stored import Run
from statera.report.content import Content
from statera.report.story import headlines, methods
from tests.report.made import Made, Outcomes, content, items, rule, ruling, stored, subject


def test_a_run_alone_is_told_with_interval_and_n(tmp_path: Path) -> None:
    run = stored(tmp_path, Made("m", items(100, []), lambda n, _: "wrong" if n % 4 else "right"))
    assert headlines(content(run)) == ["t/accuracy is 0.250 (0.175 to 0.343 at 95 %; 100 items)"]
    assert methods(content(run)) == ["Interval of an estimate: Wilson; stratified by category."]


def pair(tmp_path: Path, base: Outcomes, candidate: Outcomes, *, n: int = 200) -> tuple[Run, Run]:
    new, old = Made("new", items(n, ["c"]), candidate), Made("old", items(n, ["c"]), base)
    return stored(tmp_path, new), stored(tmp_path, old)


def test_a_change_is_told_with_both_ends(tmp_path: Path) -> None:
    new, old = pair(
        tmp_path,
        lambda n, _: "right" if n % 2 else "wrong",
        lambda n, _: "right" if n % 4 else "wrong",
    )
    told = headlines(content(new, old))
    assert told[0].startswith("t/accuracy moved +0.250 (+")
    assert told[0].endswith("at 95 %), from 0.500 to 0.750, over 200 items")
    notes = " ".join(methods(content(new, old)))
    assert "whether two intervals overlap says nothing" in notes
    assert "Holm" in notes


def test_what_did_not_move_is_not_told_as_moved(tmp_path: Path) -> None:
    new, old = pair(
        tmp_path,
        lambda n, _: "right" if n % 2 else "wrong",
        lambda n, _: "right" if n % 2 else "wrong",
    )
    told = headlines(content(new, old))
    assert told[0] == "Nothing is shown to have moved"
    assert told[1].startswith("t/accuracy is not shown to have moved: +0.000 (")
    assert told[1].endswith("; 200 items), adjusted p 1.0000")
    assert not any(" moved +0.000" in line for line in told)


def test_every_metric_that_moved_is_told_and_those_of_the_gate(tmp_path: Path) -> None:
    new, old = pair(
        tmp_path,
        lambda n, _: "right" if n % 2 else "wrong",
        lambda n, _: "right" if n % 2 else "truncated" if n % 4 else "wrong",
    )
    gate = ruling([rule("fail", "t/accuracy", category="c"), rule("pass", "t/accuracy_macro")])
    told = headlines(content(new, old, gate))
    moved = [line.split(" moved ")[0] for line in told if " moved " in line]
    still = [line.split(" is not shown")[0] for line in told if "is not shown" in line]
    assert "t/truncated" in moved
    assert {"t/accuracy", "t/c/accuracy", "t/accuracy_macro"} <= set(still)
    assert [" moved " in line for line in told[: len(moved)]] == [True] * len(moved)
    bare = headlines(content(new, old))
    assert not any("t/c/accuracy" in line for line in bare)
    assert bare[-1].endswith("in the tables below")


def test_what_cannot_be_said_is_said(tmp_path: Path) -> None:
    run = stored(tmp_path, Made("m", items(3, []), lambda n, _: "infra_error"))
    assert headlines(content(run)) == ["t/accuracy: no estimate (no items)"]
    assert any("Infrastructure errors are left out" in note for note in methods(content(run)))
    other = stored(tmp_path, Made("o", items(3, []), lambda n, _: "right"))
    told = headlines(content(run, other))
    assert any(line.startswith("t/accuracy: no difference (") for line in told)


def test_refusals_that_are_not_clear_are_named(tmp_path: Path) -> None:
    run = stored(tmp_path, Made("m", items(9, []), lambda n, _: "right"))
    rows = [msgspec.structs.replace(row, unsure=("refused",)) for row in run.metrics]
    doubted = Content(candidate=subject(run)._replace(metrics=rows))
    assert any("not clear whether they refuse" in note for note in methods(doubted))
