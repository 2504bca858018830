from pathlib import Path

import msgspec

from statera.report.content import Content
from statera.report.story import headlines, methods
from tests.report.made import Made, content, items, stored, subject


def test_a_run_alone_is_told_with_interval_and_n(tmp_path: Path) -> None:
    run = stored(tmp_path, Made("m", items(100, []), lambda n, _: "wrong" if n % 4 else "right"))
    assert headlines(content(run)) == ["t/accuracy is 0.250 (0.175 to 0.343 at 95 %; 100 items)"]
    assert methods(content(run)) == ["Interval of an estimate: Wilson; stratified by category."]


def test_a_change_is_told_with_both_ends(tmp_path: Path) -> None:
    new = stored(
        tmp_path, Made("new", items(40, ["c"]), lambda n, _: "right" if n % 4 else "wrong")
    )
    old = stored(
        tmp_path, Made("old", items(40, ["c"]), lambda n, _: "right" if n % 2 else "wrong")
    )
    (told,) = headlines(content(new, old))
    assert told.startswith("t/accuracy moved +0.250 (+")
    assert told.endswith("at 95 %), from 0.500 to 0.750, over 40 items")
    notes = " ".join(methods(content(new, old)))
    assert "whether two intervals overlap says nothing" in notes
    assert "Holm" in notes


def test_what_cannot_be_said_is_said(tmp_path: Path) -> None:
    run = stored(tmp_path, Made("m", items(3, []), lambda n, _: "infra_error"))
    assert headlines(content(run)) == ["t/accuracy: no estimate (no items)"]
    assert any("Infrastructure errors are left out" in note for note in methods(content(run)))
    other = stored(tmp_path, Made("o", items(3, []), lambda n, _: "right"))
    assert headlines(content(run, other))[0].startswith("t/accuracy: no difference (")


def test_a_detector_of_unknown_error_is_named(tmp_path: Path) -> None:
    run = stored(tmp_path, Made("m", items(9, []), lambda n, _: "right"))
    rows = [msgspec.structs.replace(row, unvalidated=("refused",)) for row in run.metrics]
    doubted = Content(candidate=subject(run)._replace(metrics=rows))
    assert any("error has not been measured" in note for note in methods(doubted))
