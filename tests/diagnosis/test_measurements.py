import numpy as np
import pytest

from statera.analysis.pairing import Pairing
from statera.diagnosis.measurements import Measured, measurements
from statera.diagnosis.scopes import Terms, scopes
from tests.diagnosis.made import paired
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
