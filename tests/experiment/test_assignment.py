"""The hash: known answers, the same place at any time, uniform and independent draws."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, chisquare

from statera.experiment.assignment import Assignment, splits
from statera.experiment.design import Arm, Design, Layer, Primary, Step
from tests.experiment.designs import RAMP, design

UNITS = [f"user-{number}" for number in range(200_000)]
RARE = 1e-4
THREE = (Arm(name="a", weight=0.2), Arm(name="b", weight=0.3), Arm(name="c", weight=0.5))
START = datetime(2026, 12, 1, tzinfo=UTC)


def made(name: str, arms: tuple[Arm, ...] = THREE, **parts: object) -> Design:
    primary = Primary(outcome="solved", minimum=0.02)
    return Design(experiment=name, arms=arms, primary=primary, **parts)  # type: ignore[arg-type]


def ramp(*traffic: float) -> tuple[Step, ...]:
    return tuple(Step(at=START + timedelta(days=n), traffic=t) for n, t in enumerate(traffic))


def places(of: Design) -> np.ndarray:
    """Return arm and slice of each unit, -1 where it is in none."""
    assignment = Assignment(of)
    found = [assignment.place(unit) for unit in UNITS]
    return np.array([(-1, -1) if one is None else one[:2] for one in found])


def test_the_numbers_are_those_of_the_documented_hash() -> None:
    digits = sha256(b"statera/1\npepper\ntone\nanna").hexdigest()
    layer = sha256(b"statera/1/layer\nchat\nanna").hexdigest()
    found = Assignment(design(salt="pepper", layer="{name: chat}")).numbers("anna")
    assert found.arm == int(digits[:13], 16) / 2**52
    assert found.entry == int(digits[13:26], 16) / 2**52
    assert found.layer == int(layer[:13], 16) / 2**52
    assert Assignment(design()).numbers("anna").layer is None


def test_units_fall_uniformly_on_arms_and_slices_independently_of_other_experiments() -> None:
    steps = ramp(0.1, 0.4, 0.8)
    mine = places(made("mine", ramp=steps, layer=Layer(name="chat", start=0.0, end=0.9)))
    inside = mine[:, 0] >= 0
    cells = np.array([[np.sum((mine == (arm, part)).all(1)) for part in (0, 1, 2)]
                      for arm in range(3)])  # fmt: skip
    shares = np.outer([0.2, 0.3, 0.5], [0.1, 0.3, 0.4]) * 0.9
    expected = np.append(shares.ravel(), 1 - shares.sum()) * len(UNITS)
    assert chisquare(np.append(cells.ravel(), np.sum(~inside)), expected).pvalue > RARE
    for other in (places(made("other")), places(made("mine", salt="again"))):
        table = np.zeros((4, 3))
        np.add.at(table, (mine[:, 1] + 1, other[:, 0]), 1)
        assert chi2_contingency(table).pvalue > RARE
        both = np.zeros((3, 3))
        np.add.at(both, (mine[inside, 0], other[inside, 0]), 1)
        assert chi2_contingency(both).pvalue > RARE


@given(
    st.lists(st.floats(0.01, 1), min_size=1, max_size=6, unique=True).map(sorted),
    st.data(),
    st.lists(st.text(max_size=20), min_size=1, max_size=20),
)
def test_a_further_step_moves_no_unit(
    traffic: list[float], data: st.DataObject, units: list[str]
) -> None:
    done = data.draw(st.integers(1, len(traffic)))
    before = Assignment(made("x", ramp=ramp(*traffic[:done])))
    after = Assignment(made("x", ramp=ramp(*traffic)))
    for unit in units:
        was, now = before.place(unit), after.place(unit)
        assert was is None or was == now
        assert now is None or was is not None or now.slice >= done


@given(st.lists(st.integers(0, 10), min_size=2, max_size=6).filter(any), st.text(max_size=40))
def test_an_arm_without_weight_is_given_to_nobody(parts: list[int], unit: str) -> None:
    arms = tuple(Arm(name=f"a{n}", weight=p / sum(parts)) for n, p in enumerate(parts))
    place = Assignment(made("x", arms)).place(unit)
    assert place is not None
    assert parts[place.arm] > 0


def test_a_step_has_its_own_weights_and_time() -> None:
    found = splits(design(ramp=RAMP))
    assert [split.traffic for split in found] == [0.1, 0.5, 1.0]
    assert [split.ends for split in found] == [(0.9, 2.0), (0.5, 2.0), (0.5, 2.0)]
    assert found[0].since == datetime(2026, 12, 1, 8, tzinfo=UTC).timestamp()
    assert splits(design())[0].since == 0


def test_the_unit_is_read_letter_by_letter() -> None:
    assignment = Assignment(design())
    numbers = {
        assignment.numbers(unit) for unit in ("anna", "Anna", "anna ", "Zo\u00eb", "Zoe\u0308")
    }
    assert len(numbers) == 5
    assert assignment.numbers("a\ud800b") == assignment.numbers("a\ufffdb")


@pytest.mark.parametrize(("start", "end"), [(0.0, 0.25), (0.25, 1.0)])
def test_a_layers_part_holds_its_share(start: float, end: float) -> None:
    assignment = Assignment(made("x", layer=Layer(name="chat", start=start, end=end)))
    inside = sum(assignment.place(unit) is not None for unit in UNITS[:20_000])
    assert abs(inside / 20_000 - (end - start)) < 0.015
