from pathlib import Path

import numpy as np
import pytest

from statera.api.experimentpast import Past, read_past, stated
from statera.errors import DeclarationError
from statera.experiment.design import Design
from tests.experiment.designs import design

PLAIN = design(guardrails="[{outcome: complaint, margin: 0.01}, {outcome: latency, margin: 0.2}]")


def read_past_of(tmp_path: Path, text: str, of: Design = PLAIN) -> dict[str, Past]:
    (tmp_path / "past.csv").write_text(text)
    return read_past(tmp_path / "past.csv", of)


def test_a_stated_share_has_its_own_spread_and_others_need_one() -> None:
    found = stated(PLAIN, "solved", value=0.2)
    assert found.sd == pytest.approx(0.4)
    assert stated(PLAIN, "latency", value=2.0, sd=1.5).sd == 1.5
    for told, parts in {
        "state its standard deviation": {"value": 2.0},
        "nothing would vary": {"value": 2.0, "sd": 0.0},
        "it goes from 0 to any": {"value": -1.0, "sd": 1.0},
    }.items():
        with pytest.raises(DeclarationError, match=told):
            stated(PLAIN, "latency", **parts)
    with pytest.raises(DeclarationError, match=r"'complaint' cannot be 1.2: it goes from 0 to 1"):
        stated(PLAIN, "complaint", value=1.2)
    with pytest.raises(DeclarationError, match="nothing would vary"):
        stated(PLAIN, "complaint", value=0.0)


def test_a_row_is_a_unit_and_an_empty_cell_no_report(tmp_path: Path) -> None:
    text = "solved,complaint,other\n1,1,x\n0,,x\n1,0,x\n,,x\n"
    found = read_past_of(tmp_path, text)
    solved, complaint = found["solved"], found["complaint"]
    assert solved.value == pytest.approx(2 / 3)
    assert (solved.reporting, solved.units) == (0.75, 4)
    assert solved.sd == pytest.approx(np.std([1, 0, 1], ddof=1))
    assert (complaint.value, complaint.reporting) == (0.25, 1.0)
    assert "latency" not in found


def test_rows_of_one_unit_are_one_ratio_with_the_delta_methods_spread(tmp_path: Path) -> None:
    text = "unit,solved\na,1\na,1\na,0\nb,0\nc,1\n"
    solved = read_past_of(tmp_path, text)["solved"]
    assert solved.value == pytest.approx(3 / 5)
    total, number = np.array([2, 0, 1]), np.array([3, 1, 1])
    linear = (total - 0.6 * number) / number.mean()
    assert solved.sd == pytest.approx(np.std(linear, ddof=1))
    assert solved.units == 3


def test_what_was_before_correlates(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    before = rng.normal(2, 1, 2000)
    after = 0.6 * before + rng.normal(2, 0.8, 2000)
    rows = [f"{a:.6f},{b:.6f}" for a, b in zip(after, before, strict=True)]
    of = design(primary="{outcome: spent, minimum: 0.1}", outcomes="{spent: {kind: total}}",
                guardrails="")  # fmt: skip
    found = read_past_of(tmp_path, "\n".join(["spent,spent_before", *rows]), of)["spent"]
    assert found.correlation == pytest.approx(0.6, abs=0.04)
    none = read_past_of(tmp_path, "spent,spent_before\n1,\n2,\n3,\n", of)["spent"]
    assert none.correlation == 0.0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sovled\n1\n0\n1\n", "no column 'solved', the primary outcome. Did you mean 'sovled'?"),
        ("solved\n1\nx\n1\n", "past.csv, line 3: solved: 'x' is no number from 0 to 1"),
        ("solved\n1\n2\n1\n", "line 3: solved: '2' is no number from 0 to 1"),
        ("solved\n1\nnan\n1\n", "line 3: solved: 'nan' is no number"),
        ("solved\n1\n1\n", "2 units say nothing of how they vary"),
        ("solved\n", "no rows"),
        ("solved,complaint\n1,0\n,0\n,0\n", "fewer than 3 units of the past reported it"),
    ],
)
def test_a_table_that_cannot_be_meant_is_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(DeclarationError) as raised:
        read_past_of(tmp_path, text)
    assert told in str(raised.value)
