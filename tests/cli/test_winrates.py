import msgspec
import pytest

from statera.analysis.winrates import JudgedPair, win_rates
from statera.api.winrates import BackedRate
from statera.cli.winrates import place, print_win_rates, shown
from statera.stats.results import Estimate


def rows(forward: float = 1.0, backward: float = 1.0) -> list[BackedRate]:
    found = win_rates(
        JudgedPair("t", "c", str(i), str(i), "ab"[i % 2], forward, backward, (120, 60))
        for i in range(40)
    )
    return [BackedRate(**msgspec.structs.asdict(row)) for row in found]


def test_the_table_counts_what_became_of_every_pair(capsys: pytest.CaptureFixture[str]) -> None:
    print_win_rates(rows(1.0, 0.0), ["something to know"])
    said = capsys.readouterr().out
    head, whole, first, *_ = said.splitlines()
    assert head.split()[-5:] == ["flips", "unparsed", "judged", "of", "asked"]
    assert whole.split()[:2] == ["t", "0.500"]
    assert "40 of 40" in whole
    assert first.strip().startswith("a")
    assert "note something to know" in said
    assert "warning t: 40 of 40 pairs (100%) are flips" in said


def test_a_void_rate_is_no_number(capsys: pytest.CaptureFixture[str]) -> None:
    print_win_rates(rows(-1.0, 1.0), [])
    said = capsys.readouterr().out
    assert "void" in said
    assert "warning t: void: 100.0 % of the pairs have no verdict" in said


def test_the_lean_to_a_place_and_the_lengths_are_a_sentence() -> None:
    told = place(rows()[0])
    assert "flips 0.000 [" in told
    assert "mean length 120 against 60 characters" in told


def test_a_number_without_an_interval_says_why() -> None:
    bare = Estimate(value=None, low=None, high=None, level=0.95, method="no items", n=0, clusters=0)
    assert shown(bare) == "none (no items)"
