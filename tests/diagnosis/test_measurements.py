import numpy as np
import pytest

from statera.analysis.pairing import Pairing
from statera.diagnosis.measurements import NO_CONTRAST, UNTOLD, Measured, measurements
from statera.diagnosis.scopes import Terms, scopes
from tests.diagnosis.made import imported, paired
from tests.diagnosis.regressions import simulated

RNG = np.random.default_rng(1)


def measured(*pairings: Pairing, terms: Terms | None = None) -> dict[str, Measured]:
    terms = terms or Terms()
    found = measurements(scopes(pairings, terms), terms, rng=RNG)
    return {one.kind: one for one in found}


def test_each_loss_is_read_over_the_items_that_came_as_far_in_both_runs() -> None:
    found = measured(paired("tfuwrrrrrr" * 10, "rrrrrrrrrr" * 10))
    assert [found[k].found.n for k in ("truncated", "refused", "unparsed", "right")] == [
        100,
        90,
        80,
        70,
    ]
    values = [found[k].found.value for k in ("truncated", "refused", "unparsed", "right")]
    assert values == pytest.approx([0.1, 1 / 9, 1 / 8, -1 / 7])
    assert "solved" not in found


def test_refusing_the_hard_questions_makes_nobody_better_at_the_rest() -> None:
    old = "r" * 60 + "w" * 40
    found = measured(paired("r" * 60 + "w" * 10 + "f" * 30, old))
    assert found["right"].found.value == 0.0
    assert found["refused"].found.value == pytest.approx(0.3)


def test_pass_at_k_and_pass_hat_k_use_as_many_tries_as_both_runs_have() -> None:
    """Item 1: 1 of 3 against 2 of 3; item 2: 1 of 2 against 2 of 3, with k = 2."""
    found = measured(paired("rwwrwu", "rrwrrw", times=3))
    assert found["solved"].metric == "pass@3"
    assert (found["solved"].found.candidate, found["solved"].found.base) == (1.0, 1.0)
    assert found["steady"].found.candidate == 0.0
    assert found["steady"].found.base == pytest.approx((0 + 1 / 3) / 2)


def test_a_lost_answer_costs_no_run_its_pass_at_k() -> None:
    found = measured(paired("rwuu" * 20, "rwww" * 20, times=4))
    assert found["solved"].found.candidate == 1.0
    assert found["solved"].found.base == pytest.approx(1 - 3 / 6)  # 2 of 4 tries, 1 right


def test_on_unsafe_items_only_harm_is_read() -> None:
    found = measured(paired("fffrwu", "ffffff"), terms=Terms(unsafe=("t",)))
    assert list(found) == ["harm"]
    assert found["harm"].found.value == pytest.approx(2 / 6)  # wrong and unparsed; right is safe


def test_the_gap_sets_public_against_held_out_items() -> None:
    public = paired("r" * 70 + "w" * 30, "r" * 40 + "w" * 60, task="old")
    held = paired("r" * 42 + "w" * 58, "r" * 40 + "w" * 60, task="new")
    found = measured(public, held, terms=Terms(public=("old",), held_out=("new",)))
    assert found["public"].found.value == pytest.approx(0.3)
    assert found["held-out"].found.value == pytest.approx(0.02)
    assert found["gap"].found.value == pytest.approx(0.28)
    assert (found["gap"].found.paired, found["gap"].pairs) == (False, None)


def test_graded_scores_are_a_signal_of_their_own() -> None:
    terms = Terms(unsafe=("unsafe",))
    runs = simulated("quality regression", 0.05, seed=1)
    found = measurements(scopes(runs.pairings, terms), terms, rng=RNG)
    (one,) = [m for m in found if m.kind == "quality"]
    assert (one.task, one.metric) == ("bench", "judged")
    assert one.found.value == pytest.approx(-0.05, abs=0.01)


def test_what_a_log_does_not_tell_has_no_number() -> None:
    found = measured(imported("ww" * 20 + "r" * 60, "r" * 100))
    for kind in ("truncated", "refused", "unparsed"):
        one = found[kind]
        assert (one.told, one.pairs, one.found.value, one.found.p) == (False, None, None, None)
        assert one.found.method == UNTOLD
    assert found["right"].metric == "right (truncated, refused, unparsed count as wrong)"
    assert found["right"].found.value == pytest.approx(-0.4)
    unsafe = Terms(unsafe=("t",))
    assert not measured(imported("w" * 40, "w" * 40), terms=unsafe)["harm"].told
    seen = imported("f" * 40, "f" * 40, blind=frozenset({"truncated"}))
    assert measured(seen, terms=unsafe)["harm"].told


def test_a_run_that_stopped_early_has_wider_intervals_that_hold_at_any_time() -> None:
    new, old = "f" * 10 + "wr" * 145, "r" * 10 + "rw" * 145
    plain, early = (measured(paired(new, old, early=how))["right"] for how in ("", "seeded"))
    assert early.found.value == plain.found.value
    assert early.early == "seeded"
    bounds = (early.found.low, plain.found.low, plain.found.high, early.found.high)
    assert None not in bounds
    assert list(bounds) == sorted(bounds)  # type: ignore[type-var]
    mixed = measured(paired(new, old, early="mixed"))["right"].found
    assert (mixed.value, mixed.low, mixed.p) == (plain.found.value, None, None)


def test_public_and_held_out_are_not_tested_in_a_run_that_stopped_early() -> None:
    pairings = [
        paired("r" * 300, "wr" * 150, task="public", early="seeded"),
        paired("wr" * 150, "wr" * 150, task="fresh", early="seeded"),
    ]
    found = measured(*pairings, terms=Terms(public=("public",), held_out=("fresh",)))
    for kind in ("public", "held-out", "gap"):
        one = found[kind].found
        assert (one.low, one.high, one.p, found[kind].pairs) == (None, None, None, None)
        assert one.method == NO_CONTRAST
    assert found["public"].found.value == pytest.approx(0.5)
