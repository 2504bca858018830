"""Judged numbers as a person reads them in `show` and `compare`."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from statera.analysis.comparison import ComparisonRow, compared
from statera.analysis.frame import Frame
from statera.analysis.measure import MetricRow, estimates
from statera.analysis.pairing import Pairing
from statera.analysis.standing import Standing
from statera.api.comparisons import compare
from statera.cli import comparing, tables
from statera.cli.comparing import print_comparison
from statera.cli.judgednumbers import COLUMNS, cells, notes, warnings
from statera.cli.tables import headline, print_metrics
from statera.store.runstore import RunStore
from tests.runs_made import alternating, stored
from tests.terminals import terminal
from tests.verdicts_made import KEY, judged_frame, measured_elsewhere, standing


def lenient(*, labels: int = 100, missing: int = 0) -> Frame:
    """Return 200 replies of which half are good, and a judge that calls three quarters so."""
    verdicts = [None if i < missing else float(i % 4 > 0) for i in range(200)]
    return judged_frame(verdicts, [float(i % 2) for i in range(labels)])


def rows(behind: Standing, found: Frame) -> list[MetricRow]:
    return estimates(found, {KEY: behind})


def row(behind: Standing, found: Frame | None = None) -> MetricRow:
    frame = lenient() if found is None else found
    return next(r for r in rows(behind, frame) if r.metric == "t/quality")


def difference(ours: Standing, theirs: Standing, *, missing: int = 0) -> ComparisonRow:
    pairing = Pairing.of(lenient(), lenient(missing=missing))
    found = compared([pairing], rng=np.random.default_rng(0), judges=({KEY: ours}, {KEY: theirs}))
    return next(r for r in found if r.metric == "t/quality")


def test_raw_and_corrected_stand_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    print_metrics(headline(rows(standing(0.5), lenient())))
    head, *lines = capsys.readouterr().out.splitlines()
    assert "corrected" in head
    assert "judged/asked" in head
    shown = next(line for line in lines if line.startswith("t/quality ")).split()
    assert shown[1] == "0.750"
    assert "0.500" in shown  # as people say
    assert "200/200" in shown
    people = next(line for line in lines if line.startswith("t/quality_people ")).split()
    assert people[1] == "0.500"  # people's own numbers have no correction
    assert any(line == "corrected by people's labels: PPI++" for line in lines)


def test_a_number_that_no_judge_gave_has_empty_cells() -> None:
    assert cells(None) == ("",) * len(COLUMNS)
    assert len(cells(row(standing()).behind)) == len(COLUMNS)


def test_a_transported_correction_says_so_and_what_it_assumes() -> None:
    found = row(standing(labelled=None, elsewhere=(measured_elsewhere(),)), lenient(labels=0))
    assert cells(found.behind)[2] == "100, transported"
    assert any(
        note.startswith("transported: the judge's error was measured") for note in notes([found])
    )


def test_without_a_correction_it_is_the_judges_word_alone_and_what_helps() -> None:
    found = row(standing(labelled=None), lenient(labels=0))
    assert cells(found.behind)[:3] == ("none", "none", "0")
    assert notes([found]) == [
        "uncorrected, so the judge's word alone: t/quality (no labels): "
        "statera judge label r1 --judge q"
    ]


def test_a_win_rate_says_which_run_it_is_against() -> None:
    told = notes([row(standing(0.5, against="base5678more")), row(standing(0.5))])
    assert told[0] == "t/quality is against run base5678"
    assert not any("against run" in line for line in notes([row(standing(0.5))]))


def test_few_verdicts_are_warned_of_and_fewer_void(capsys: pytest.CaptureFixture[str]) -> None:
    assert warnings([row(standing())]) == []
    some = row(standing(), lenient(missing=10))
    assert warnings([some]) == ["t/quality: no verdict on 10 of 200 trials of run r1"]
    assert some.estimate is not None
    found = rows(standing(), lenient(missing=40))
    print_metrics(headline(found))
    out = capsys.readouterr().out
    line = next(one for one in out.splitlines() if one.startswith("t/quality "))
    assert line.split()[1:3] == ["void", "none"]
    assert "160/200" in line
    assert "warning t/quality, t/quality_good: void: no verdict on 40 of 200 trials" in out
    bare = next(one for one in found if one.metric == "t/quality")
    assert (bare.estimate, bare.low, bare.high) == (None, None, None)
    assert bare.behind is not None
    assert bare.behind.corrected.raw is not None  # for whoever wants to see it


def test_a_difference_is_corrected_by_labels_on_both_runs() -> None:
    found = difference(standing(0.5, run="new"), standing(0.5, run="old"))
    assert found.behind is not None
    assert cells(found.behind, signed=True)[0] == "+0.000"
    assert cells(found.behind)[2:] == ("200", "200/200, 200/200")
    bare = (standing(labelled=None, run="new"), standing(labelled=None, run="old"))
    (told,) = notes([difference(*bare)])
    assert told.startswith("uncorrected, so the judge's word alone: t/quality (no labels on ")
    assert "statera judge label new --judge q and statera judge label old --judge q" in told


def test_a_difference_with_a_void_side_is_none() -> None:
    found = difference(standing(run="new"), standing(run="old"), missing=40)
    assert (found.difference, found.low, found.p, found.base) == (None, None, None, None)
    assert warnings([found]) == ["t/quality: void: no verdict on 40 of 200 trials of run old"]


def test_a_narrow_terminal_keeps_n_intervals_and_what_people_say(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = terminal(monkeypatch, tables)
    print_metrics([row(standing(0.5))])
    head, shown, under, *rest = out.getvalue().splitlines()
    assert head.split()[:6] == ["metric", "estimate", "95", "%", "interval", "n"]
    assert shown.split()[0] == "t/quality"
    assert "200" in shown.split()
    assert under.startswith("  corrected 0.500 · its interval 0.4")
    assert under.endswith(" · labels 100")
    assert max(map(len, [head, shown, under, *rest])) <= 80


def test_items_that_nobody_labelled_are_not_called_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = RunStore(tmp_path)
    runs = [stored(store, alternating(9, 9), model=name) for name in ("new", "old")]
    people = msgspec.structs.replace(compare(*runs).rows[0], metric="t/q_people", unscored=7)
    good = msgspec.structs.replace(people, metric="t/q_people_good")
    print_comparison(compare(*runs), [people, good], read=0)
    out = capsys.readouterr().out
    assert "7 items without a label on both sides, left out" in out
    assert "missing" not in out


NARROW = ("metric", "base", "run", "difference", "95", "%", "interval", "n", "p")


def test_a_narrow_comparison_leaves_out_counts_before_n_and_intervals(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    out, store = terminal(monkeypatch, comparing, width=72), RunStore(tmp_path)
    runs = (stored(store, alternating(9, 9), model=name) for name in ("new", "old"))
    found = difference(standing(0.5, run="new"), standing(0.5, run="old"))
    print_comparison(compare(*runs), [found], read=0)
    head, row, under, *rest = out.getvalue().splitlines()[2:]
    assert head.split() == [*NARROW]
    assert "+0.000" in row
    assert under.startswith("  corrected +0.000 · its interval ")
    assert rest[0].startswith("no room in 72 columns: judged/asked, won/lost/tied, exact p, p adj.")
    assert max(map(len, [head, row, under, *rest])) <= 72


def test_what_an_audit_found_of_the_judge_is_told_once_a_fault() -> None:
    gap = "self-enhancement: it favours its own family by +0.150"
    behind = standing(labelled=None, warned=(gap,))
    told = notes(rows(behind, lenient(labels=0)))
    assert told.count(f"audit: warning {gap}") == 1
    assert notes([difference(behind, behind)])[0] == f"audit: warning {gap}"
    assert not any("audit" in note for note in notes([row(standing())]))


def test_of_several_judges_the_word_alone_is_one_line() -> None:
    bare = standing(labelled=None)
    other = bare._replace(judge="tone")
    one, two = row(bare, lenient(labels=0)), row(other, lenient(labels=0))
    (told,) = notes([one, msgspec.structs.replace(two, metric="t/tone")])
    assert told == (
        "uncorrected, so the judge's word alone: t/quality, t/tone (no labels): "
        "statera judge label r1 --judge q; statera judge label r1 --judge tone"
    )


def test_why_a_number_is_void_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    found = rows(standing(labelled=None), lenient(labels=0, missing=40))
    print_metrics(headline(found))
    out = capsys.readouterr().out
    assert out.count("no verdict on 40 of 200") == 1
    assert "word alone" not in out
