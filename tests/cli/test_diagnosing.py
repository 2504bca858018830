import json
import re

import numpy as np
import pytest

from statera.analysis.comparison import Comparison, compared
from statera.analysis.pairing import Pairing
from statera.cli.diagnosing import document, print_diagnosis, print_restorations
from statera.codec.files import to_json
from statera.diagnosis.diagnosis import Diagnosis, diagnose
from statera.diagnosis.restoration import Restoration
from statera.diagnosis.scopes import Terms
from tests.diagnosis.made import frame, imported, paired, spelled
from tests.diagnosis.regressions import comparison

ODD = "a [red]\x1b[2J"


def shown(new: str, old: str) -> tuple[Diagnosis, Comparison]:
    sides = [frame(spelled(letters, category=ODD)) for letters in (new, old)]
    pairing = Pairing.of(sides[0], sides[1])
    rows = compared([pairing], rng=np.random.default_rng(1))
    runs = comparison([pairing.candidate], [pairing.base], rows)
    return diagnose(runs, terms=Terms(safety=(ODD,))), runs


def test_causes_come_first_then_bars_places_samples_and_commands(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_diagnosis(*shown("f" * 60 + "r" * 740, "r" * 800))
    text = capsys.readouterr().out
    order = [
        "explained: every cause is named",
        "1. safety over-correction · t, -7.5 points, 100% of the loss",
        "same within 2 points: truncated, unparsed, right given an answer",
        "accuracy",
        "  not refused  1.000  0.925   -7.50",
        "60 refused",
        "where",
        "safety t/a [red]\\x1b[2J: -7.5 points",
        "read",
        "t, refused: statera show cccccccc --sample-id 'a [red]\\x1b[2J/00000,",
    ]
    places = [text.index(line) for line in order]
    assert places == sorted(places)
    assert "\x1b" not in text


def test_what_is_not_settled_is_said_with_the_items_it_would_take(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_diagnosis(*shown("f" * 20 + "rw" * 40, "r" * 20 + "rw" * 40))
    text = capsys.readouterr().out
    assert "undetermined: not all of it can be told" in text
    assert "safety over-correction (undetermined)" in text
    assert "not shown to be the same: truncated: 100 items, about " in text


def test_infrastructure_errors_and_missing_pairs_are_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_diagnosis(*shown("i" * 9 + "w" * 91, "r" * 100))
    text = capsys.readouterr().out
    assert "infrastructure errors are in no part: 0 in the base, 9 in the run; 9 items" in text
    assert "a run has no right answer" in text
    runs = comparison([frame({"x": ["right"]})], [frame({"y": ["right"]})])
    print_diagnosis(diagnose(runs), runs)
    assert "t: the runs share no item, nothing to diagnose" in capsys.readouterr().out


def test_the_document_is_json_with_no_number_that_is_not_one() -> None:
    found, _ = shown("f" * 60 + "r" * 740, "r" * 800)
    text = to_json(document(found, []))
    read = json.loads(text)
    assert (read["schema"], read["run"], read["base"]) == (1, "c" * 32, "b" * 32)
    assert {signal["state"] for signal in read["signals"]} == {"up", "same"}
    assert sum(bar["points"] for bar in read["decompositions"][0]["bars"]) == pytest.approx(-0.075)
    assert "NaN" not in str(text)
    few = paired("r", "w")
    nothing = json.loads(to_json(document(diagnose(comparison([few.candidate], [few.base])), [])))
    assert nothing["answer"] == "undetermined"
    assert nothing["decompositions"][0]["bars"][0]["low"] is None


def test_a_restoration_says_what_remains(capsys: pytest.CaptureFixture[str]) -> None:
    one = Restoration(
        probe="longer-limit",
        task="t",
        n=20,
        right=18,
        as_before=0,
        p=1e-5,
        verdict="restored",
        remains="the limit",
        runs=("a" * 32, "b" * 32),
    )
    print_restorations([one])
    text = capsys.readouterr().out
    assert "18 of 20 lost samples right, 0 as before (p 1e-05, 2 runs aaaaaaaa bbbbbbbb)" in text
    assert "restored: what remains is the limit" in text


def test_what_a_log_does_not_tell_is_said_and_never_called_the_same(
    capsys: pytest.CaptureFixture[str],
) -> None:
    pairing = imported("w" * 80 + "r" * 720, "r" * 800)
    runs = comparison([pairing.candidate], [pairing.base])
    print_diagnosis(diagnose(runs), runs)
    text = capsys.readouterr().out
    assert "t: a log cannot tell unparsed, refused, truncated or errors from wrong" in text
    assert "fewer are right; the log does not tell why" in text
    assert "not told apart by the log: truncated, refused, unparsed" in text
    assert "same within" not in text
    assert "of the loss" not in text
    assert "not refused" not in text


def test_a_run_that_stopped_early_says_so_beside_the_answer(
    capsys: pytest.CaptureFixture[str],
) -> None:
    pairing = paired("f" * 60 + "r" * 740, "r" * 800, early="seeded")
    runs = comparison([pairing.candidate], [pairing.base])
    print_diagnosis(diagnose(runs), runs)
    text = capsys.readouterr().out
    assert "t: stopped early: intervals, p values and what is called the same hold" in text
    assert "interval: none for a run that stopped early" in text


def test_where_nothing_is_to_be_run_more_items_are_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_diagnosis(*shown("rw" * 20 + "r" * 3, "rw" * 20 + "w" * 3))
    out = capsys.readouterr().out
    assert "undetermined: not all of it can be told" in out
    found = re.search(r"more items in both runs: about ([\d,]+) items tell", out)
    assert found is not None
    assert int(found[1].replace(",", "")) > 43
