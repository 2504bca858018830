import pytest

from statera.api.experimentpast import Past, stated
from statera.api.experimentplans import planned
from statera.errors import DeclarationError
from statera.experiment.design import Design
from tests.experiment.designs import design

PARTS = {
    "primary": "{outcome: solved, minimum: 0.1}",
    "guardrails": "[{outcome: complaint, margin: 0.05}]",
}


def made(**parts: str) -> Design:
    return design(**(PARTS | parts))


def past(of: Design, rate: float = 0.4, complaints: float = 0.03) -> dict[str, Past]:
    both = {"solved": rate, "complaint": complaints}
    return {name: stated(of, name, value=value) for name, value in both.items() if name in of.read}


def test_both_analyses_stand_side_by_side_the_designs_own_first() -> None:
    of = made(window="2d")
    found = planned(of, past(of), per_day=100)
    sequence, group = found.needs
    assert (sequence.analysis, group.analysis) == ("confidence-sequence", "group-sequential")
    assert sequence.units is not None
    assert group.units is not None
    assert group.fixed is not None
    assert group.fixed < group.units < sequence.units < 2 * group.units
    assert group.fixed == 770  # (1.960 + 0.842)^2 x 2 x (0.24 + 0.25) / 0.1^2
    assert sum(sequence.arms.values()) == pytest.approx(sequence.units, abs=2)
    assert sequence.days == sequence.units / 100 + 2
    (watch,) = found.guardrails
    assert watch.units is not None
    assert found.advised == max(sequence.units, watch.units)
    assert watch.power["confidence-sequence"] > watch.power["group-sequential"]


def test_planned_units_have_a_power_and_a_detectable_effect() -> None:
    of = made(analysis="group-sequential", planned="400", guardrails="")
    own = planned(of, past(of)).needs[0]
    assert own.analysis == "group-sequential"
    assert own.power is not None
    assert 0.4 < own.power < 0.6
    assert own.detectable is not None
    assert 0.12 < own.detectable < 0.16
    assert own.days is None
    few = planned(made(planned="20", guardrails=""), past(of)).needs[0]
    assert (few.power, few.detectable) == (None, None)


def test_a_part_of_the_traffic_takes_longer_and_who_does_not_report_is_counted_in() -> None:
    of = made(guardrails="", layer="{name: chat, start: 0, end: 0.5}")
    known = Past(outcome="solved", value=0.4, sd=0.49, reporting=0.5, units=100)
    half = planned(of, {"solved": known}, per_day=100)
    all_of_them = Past(outcome="solved", value=0.4, sd=0.49, units=100)
    full = planned(made(guardrails=""), {"solved": all_of_them}, per_day=100)
    assert half.needs[0].units == pytest.approx(2 * (full.needs[0].units or 0), abs=2)
    assert (half.needs[0].days or 0) == pytest.approx(4 * (full.needs[0].days or 0) - 3, abs=1)
    assert "50 % of the units report 'solved'; the others are counted in" in half.notes


def test_history_saves_units_where_the_design_reads_it() -> None:
    known = {"solved": Past(outcome="solved", value=0.4, sd=0.49, correlation=0.6, units=500)}
    without = planned(made(guardrails=""), known)
    with_it = planned(made(guardrails="", history="30d"), known)
    assert with_it.needs[0].units == pytest.approx(0.64 * (without.needs[0].units or 0), rel=0.05)
    assert without.notes == ("`history: 30d` would save about 36 % of the units (CUPED)",)
    assert with_it.notes == ("CUPED: the past explains 36 % of the variance",)


def test_further_arms_and_the_last_step_of_a_ramp_say_the_weights() -> None:
    three = "[{name: a, weight: 0.5}, {name: b, weight: 0.25}, {name: c, weight: 0.25}]"
    of = made(arms=three, guardrails="")
    found = planned(of, past(of))
    assert found.weights == {"a": 0.5, "b": 0.25, "c": 0.25}
    assert "alpha over 2 arms; units for the smallest arm" in found.notes
    steps = "[{at: 2026-12-01T00:00:00Z, traffic: 0.1, weights: {base: 0.9, warm: 0.1}}, "
    of = made(guardrails="", ramp=steps + "{at: 2026-12-02T00:00:00Z, traffic: 1}]")
    assert planned(of, past(of)).weights == {"base": 0.5, "warm": 0.5}


def test_what_nothing_is_known_of_is_said() -> None:
    of = made()
    (watch,) = planned(of, {"solved": stated(of, "solved", value=0.4)}).guardrails
    assert (watch.value, watch.units) == (None, None)
    assert "--value complaint=RATE" in watch.why


def test_an_effect_that_no_rate_can_have_is_refused() -> None:
    of = made()
    with pytest.raises(DeclarationError, match=r"primary.minimum: 0.95 \+ 0.1 is no share"):
        planned(of, past(of, rate=0.95))
    lower = made(primary="{outcome: refusal, minimum: 0.1}", guardrails="")
    with pytest.raises(DeclarationError, match=r"0.05 - 0.1 is no share"):
        planned(lower, {"refusal": stated(lower, "refusal", value=0.05)})


def test_the_planned_length_says_how_many_units_close() -> None:
    of = made(window="2d", length="14d")
    assert "in the planned 14d some 1,200 units close" in planned(of, past(of), per_day=100).notes
    assert not any("planned 14d" in note for note in planned(of, past(of)).notes)
