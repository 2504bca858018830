"""Drift: by hand, planted shifts, sameness, and what too few anchors cannot tell."""

from collections.abc import Sequence

import numpy as np
import pytest

from statera.analysis.judgeaudit.drifts import (
    AGREED,
    LOSS,
    MARGIN,
    SHIFT,
    Anchored,
    drift,
    no_anchors,
)


def anchors(*rows: tuple[Sequence[float | None], Sequence[float | None]]) -> list[Anchored]:
    return [Anchored(f"q{i}", then, now) for i, (then, now) in enumerate(rows)]


def judged(
    rng: np.random.Generator, count: int, *, shift: float = 0.0, noise: float = 0.1
) -> list[Anchored]:
    """Return anchors judged three times then and once now, by so much higher now."""
    found = []
    for at in range(count):
        level = float(rng.integers(1, 4)) / 4

        def said(level: float = level) -> float:
            return level + (0.25 * float(rng.choice([-1, 1])) if rng.random() < noise else 0.0)

        then = [said() for _ in range(3)]
        moved = 0.25 if rng.random() < shift / 0.25 else 0.0
        found.append(Anchored(f"q{at}", then, [min(said() + moved, 1.25)]))
    return found


def test_figures_by_hand() -> None:
    said = anchors(
        *[([0.5, 0.5], [0.5])] * 10,
        *[([0.5, 0.75], [0.75])] * 6,
        *[([0.25, 0.25], [0.5])] * 4,
    )
    found = drift(said)
    # shifts of the mean: 0, 0.125, 0.25; agreement now 1, 0.5, 0, then 1, 0, 1
    assert found.shift.value == pytest.approx((6 * 0.125 + 4 * 0.25) / 20)
    assert found.agreed.value == pytest.approx((10 + 3) / 20)
    assert found.loss is not None
    assert found.loss.value == pytest.approx((6 * 0.5 - 4) / 20)
    assert found.anchors == 20
    assert found.shift.level == 0.99


def test_a_judge_that_stays_as_it_was_has_not_shifted() -> None:
    found = drift(anchors(*[([0.5, 0.5, 0.5], [0.5])] * 30))
    assert not found.drifted
    assert (found.section.state, found.section.advice) == ("ok", "")
    assert found.agreed.value == 1.0
    assert found.section.said == (
        "no sure shift larger than 0.05 of the scale on the anchors (99 %)",
    )


@pytest.mark.parametrize("sign", [1, -1])
def test_a_shift_of_every_verdict_is_found_with_its_sign(sign: int) -> None:
    found = drift(anchors(*[([0.5, 0.5], [0.5 + sign * 0.25])] * 30))
    assert found.drifted
    assert found.shift.value == pytest.approx(sign * 0.25)
    assert f"moved by {sign * 0.25:+.3f}" in found.why
    assert found.section.state == "warning"
    assert "not compared" in found.section.advice


def test_a_sure_shift_that_is_small_is_none_of_the_mean() -> None:
    found = drift(anchors(*[([0.5, 0.5], [0.5 + MARGIN / 2])] * 300))
    assert found.shift.value == pytest.approx(MARGIN / 2)
    assert "mean verdict" not in found.why


def test_verdicts_that_change_without_moving_the_mean_are_a_shift_too() -> None:
    said = [([0.5, 0.5], [0.75 if i % 2 else 0.25]) for i in range(30)]
    found = drift(anchors(*said))
    assert found.shift.value == pytest.approx(0.0)
    assert found.loss is not None
    assert found.loss.value == pytest.approx(-1.0)
    assert found.drifted
    assert "agrees less with what it said then" in found.why


def test_a_judge_that_gives_no_verdict_any_more_has_shifted_and_says_so() -> None:
    found = drift(anchors(*[([0.5, 0.5], [None])] * 30))
    assert found.drifted
    assert found.why.startswith("the judge has shifted")
    assert (found.shift.value, found.section.state) == (None, "warning")


def test_seeded_noise_is_rarely_taken_for_a_shift() -> None:
    rng = np.random.default_rng(1)
    assert sum(drift(judged(rng, 30)).drifted for _ in range(60)) <= 3


def test_a_planted_shift_is_found_within_its_interval() -> None:
    rng, held, seen, draws = np.random.default_rng(2), 0, 0, 40
    for _ in range(draws):
        found = drift(judged(rng, 40, shift=0.2, noise=0.0))
        assert found.shift.low is not None
        assert found.shift.high is not None
        held += found.shift.low <= 0.2 <= found.shift.high
        seen += found.drifted
    assert held >= 37
    assert seen == draws


def test_then_and_now_exchanged_turn_the_sign() -> None:
    said = judged(np.random.default_rng(3), 30, shift=0.1)
    here = drift(said)
    there = drift([Anchored(a.unit, a.now, a.then) for a in said])
    assert here.shift.value == pytest.approx(-(there.shift.value or 0))
    assert here.agreed.value == there.agreed.value


def test_few_anchors_do_not_tell() -> None:
    found = drift(anchors(([0.5, 0.75], [0.75]), ([0.25, 0.5], [1.0]), ([0.5, 0.5], [0.5])))
    assert not found.drifted
    assert found.section.state == "not measured"
    assert found.why == "too few anchors to tell: fewer than 8 clusters"


def test_one_verdict_then_and_none_now_is_not_shown() -> None:
    found = drift(anchors(*[([0.5], [None])] * 10))
    assert (found.loss, found.drifted, found.section.state) == (None, False, "not shown")
    assert found.why == "the anchors do not tell: no shared items"


def test_the_section_holds_the_figures() -> None:
    section = drift(judged(np.random.default_rng(0), 20)).section
    assert [shown.name for shown in section.figures] == [SHIFT, AGREED, LOSS]
    assert all(shown.reads for shown in section.figures)


def test_the_first_audit_has_nothing_to_compare_with() -> None:
    assert no_anchors().state == "not measured"
