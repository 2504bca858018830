import re
from pathlib import Path

import msgspec
import pytest

from statera.api.comparisons import compare
from statera.cli.comparing import headline, json_rows, print_comparison
from statera.records.scores import Outcome
from statera.store.runstore import RunStore
from tests.runs_made import alternating, stored


def test_what_a_person_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = RunStore(tmp_path)
    items = alternating(20, 20)
    new = stored(store, items | {"all/0": ["infra_error"], "few/1": ["right"]}, model="\x1b[31m[x]")
    old = stored(store, items | {"few/1": ["wrong"], "gone/1": ["right"]}, model="old")
    found = compare(new, old)
    print_comparison(found, headline(found), read=2)
    out = capsys.readouterr().out
    assert "[x]" in out
    assert "\x1b[31m" not in out
    assert re.search(r"^t/accuracy +0\.475 +0\.500 +\+0\.025", out, re.M)
    assert "if infra errors" in out
    assert "t: 1 item of BASE only, left out" in out
    assert re.search(r"^  gone +none +none +none", out, re.M)
    assert "\n  few " not in out
    assert "4 more rows" in out
    assert "t: 1 better; read: statera show" in out


def test_the_same_system_twice_is_a_rerun(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = RunStore(tmp_path)
    first = stored(store, alternating(20, 20), seed=1)
    again = stored(store, alternating(20, 20), seed=2)
    found = compare(again, first)
    print_comparison(found, headline(found), read=3)
    out = capsys.readouterr().out
    assert "the system under test is the same: this is a rerun" in out
    assert "read:" not in out


def test_the_exact_p_stands_beside_the_mid_p(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = RunStore(tmp_path)
    sides: dict[str, dict[str, list[Outcome]]] = {"new": {}, "old": {}}
    for place in range(100):
        won, lost = place < 4, 4 <= place < 18
        sides["new"][f"all/{place}"] = ["wrong" if lost else "right"]
        sides["old"][f"all/{place}"] = ["wrong" if won else "right"]
    found = compare(*(stored(store, items, model=name) for name, items in sides.items()))
    print_comparison(found, headline(found, "t/accuracy"), read=0)
    out = capsys.readouterr().out
    assert "exact p" in out.splitlines()[2]
    assert re.search(r"4/14/82 +0\.0192 +0\.0309", out)
    assert "exact p: McNemar's exact binomial test" in out
    shape = json_rows(found, "t/accuracy")
    assert shape["metrics"][0]["p_exact"] == pytest.approx(0.0309, abs=5e-5)  # type: ignore[index]


def test_json_of_one_metric(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    found = compare(
        stored(store, alternating(9, 9), model="a"), stored(store, alternating(9, 9), model="b")
    )
    shape = json_rows(found, "t/accuracy_given_answer")
    assert [row["metric"] for row in shape["metrics"]] == ["t/accuracy_given_answer"] * 2  # type: ignore[attr-defined]


def test_what_failed_trials_might_have_been_runs_from_low_to_high(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = RunStore(tmp_path)
    items = alternating(20, 20)
    new = stored(store, items | {"all/0": ["infra_error"], "all/1": ["refused"]})
    found = compare(new, stored(store, alternating(20, 20), model="old"))
    print_comparison(found, headline(found), read=0)
    spans = re.findall(r"([+-]\d\.\d{3}) to ([+-]\d\.\d{3})\s*$", capsys.readouterr().out, re.M)
    assert len(spans) > 2
    assert all(float(low) <= float(high) for low, high in spans)
    (refused,) = [row for row in found.rows if row.metric == "t/refused"]
    assert (refused.worst or 0) > (refused.best or 0)


def test_a_difference_too_small_to_print_is_not_minus_zero(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = RunStore(tmp_path)
    new, old = (stored(store, alternating(20, 20), model=name) for name in ("new", "old"))
    found = compare(new, old)
    row = msgspec.structs.replace(headline(found)[0], difference=-0.0001, low=-0.0004)
    print_comparison(found, [row], read=0)
    out = capsys.readouterr().out
    assert "-0.000" not in out
    assert "+0.000  +0.000 to" in out


def test_items_that_an_early_stop_left_out_say_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = RunStore(tmp_path)
    new = stored(store, alternating(20, 20), model="new")
    found = compare(new, stored(store, alternating(20, 20) | {"b/1": ["right"]}, model="old"))
    found.pairings[0].candidate.early = "seeded"
    print_comparison(found, headline(found), read=0)
    out = capsys.readouterr().out
    assert "t: 1 item of BASE only, left out, as the other run stopped early" in out
