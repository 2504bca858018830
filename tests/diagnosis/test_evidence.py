import numpy as np
import pytest

from statera.analysis.frame import Early
from statera.analysis.pairing import Pairing
from statera.diagnosis.evidence import Signal, needed_items, signals
from statera.diagnosis.measurements import Measured
from statera.diagnosis.scopes import Terms, scopes
from statera.stats.paired import difference
from statera.stats.sequential import open_end, paired_look
from tests.diagnosis.made import imported, paired

RNG = np.random.default_rng(1)
EARLY: tuple[Early, ...] = ("", "seeded", "mixed")


def judged(pairing: Pairing, terms: Terms | None = None) -> dict[str, Signal]:
    terms = terms or Terms()
    return {one.kind: one for one in signals(scopes([pairing], terms), terms, rng=RNG)}


def test_no_significant_change_is_not_the_same() -> None:
    few = judged(paired("rw" * 50, "rw" * 50))
    assert few["right"].state == "undetermined"
    assert few["right"].needed is not None
    many = judged(paired("rw" * 500, "rw" * 500))
    assert many["right"].state == "same"


def test_about_as_many_items_as_named_are_needed() -> None:
    """As many won as lost, 4 % of 200 items; with the number that is named it is the same."""
    new, old = "rrrrwwww" + "rw" * 96, "wwwwrrrr" + "rw" * 96
    first = judged(paired(new, old))["right"]
    assert first.state == "undetermined"
    assert first.needed is not None
    times = first.needed / len(new)
    assert 1 < times < 8
    more = judged(paired(new * (round(times) + 1), old * (round(times) + 1)))["right"]
    assert more.state == "same"


def test_a_move_is_named_with_its_way_and_may_be_smaller_than_the_margin() -> None:
    found = judged(paired("f" * 60 + "r" * 5940, "r" * 6000))
    assert found["refused"].state == "up"
    assert found["refused"].worse
    assert found["refused"].same  # 1 point, surely within 2
    back = judged(paired("r" * 6000, "f" * 60 + "r" * 5940))
    assert (back["refused"].state, back["refused"].worse) == ("down", False)


def test_p_values_count_how_many_signals_there_are() -> None:
    found = judged(paired("f" * 6 + "r" * 94, "r" * 100))
    refused = found["refused"]
    assert refused.p is not None
    assert refused.p == pytest.approx(0.0139, abs=1e-4)  # exact unconditional, 0 against 6 of 100
    assert refused.p_adjusted == pytest.approx(4 * refused.p)
    assert refused.moved == "none"


def test_steadiness_is_shown_but_no_test_of_its_own() -> None:
    found = judged(paired("rrrwrrrr" * 100, "r" * 800, times=4))
    assert found["steady"].p_adjusted is None
    assert found["steady"].state == "down"
    assert found["solved"].state == "same"


def test_a_collapse_of_every_answer_is_sure_though_nothing_spreads() -> None:
    for clusters in (None, 2):
        found = judged(paired("w" * 80, "r" * 80, clusters=clusters))
        assert found["right"].state == "down"


@pytest.mark.parametrize("letters", ["r", "rrrrr", "iiii"])
def test_a_few_items_are_undetermined_never_the_same(letters: str) -> None:
    found = judged(paired(letters, letters))
    assert {one.state for one in found.values()} == {"undetermined"}
    assert not any(one.same for one in found.values())


def test_there_is_no_number_of_items_without_enough_clusters() -> None:
    pairs = paired("rwrw", "rrrr", clusters=4).pairs("accuracy")
    assert needed_items(Measured("t", "right", "", difference(pairs), pairs), Terms()) is None


def test_runs_that_never_differed_need_a_few_hundred_items_clustered_or_not() -> None:
    for clusters in (None, 2):
        found = judged(paired("r" * 80, "r" * 80, clusters=clusters))
        assert found["refused"].needed is not None
        assert 150 <= found["refused"].needed <= 300


def test_what_a_log_does_not_tell_is_neither_moved_nor_the_same() -> None:
    found = judged(imported("w" * 100 + "r" * 900, "r" * 1000))
    for kind in ("truncated", "refused", "unparsed"):
        one = found[kind]
        assert (one.state, one.same, one.moved, one.needed) == ("untold", False, "none", None)
    assert found["right"].state == "down"


def test_a_run_that_stopped_early_is_the_same_only_by_bounds_that_hold_at_any_time() -> None:
    """One item in 50 is won and one lost: 700 are enough at a fixed size, but not at any time."""
    new, old = "rw" + "r" * 48, "wr" + "r" * 48
    states = {
        (times, early): judged(paired(new * times, old * times, early=early))["right"]
        for times in (14, 80)
        for early in EARLY
    }
    assert [states[14, early].state for early in EARLY] == ["same", "undetermined", "undetermined"]
    assert [states[80, early].state for early in EARLY] == ["same", "same", "undetermined"]
    assert states[14, "seeded"].needed is None


def test_in_no_known_order_not_even_a_collapse_is_called_one() -> None:
    found = judged(paired("w" * 80, "r" * 80, early="mixed"))["right"]
    assert (found.state, found.p, found.same) == ("undetermined", None, False)
    assert judged(paired("w" * 80, "r" * 80, early="seeded"))["right"].state == "down"


def test_the_p_value_of_a_run_that_stopped_early_is_that_of_its_confidence_sequence() -> None:
    new, old = "wwrrw" * 40, "rrrrr" * 20 + "rwrrw" * 20
    pairing = paired(new, old, early="seeded")
    bounds = paired_look(pairing.pairs("accuracy"), 0.0, design=open_end(0.025))
    assert bounds.p_below is not None
    one = judged(pairing)["right"]
    assert one.p == pytest.approx(min(1.0, 2 * bounds.p_below))
    assert (one.low, one.high) == pytest.approx((bounds.lower, bounds.upper))
