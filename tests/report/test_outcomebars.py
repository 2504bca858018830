from xml.etree import ElementTree

import pytest

from statera.records.scores import OUTCOMES, Outcome
from statera.report.outcomebars import NAMES, key, outcome_bar, parts


def test_parts_add_up_to_the_whole_width_in_a_fixed_order() -> None:
    counts: dict[Outcome, int] = {"refused": 25, "right": 50, "infra_error": 25}
    read = ElementTree.fromstring(outcome_bar(counts, title="candidate"))
    rects = [e for e in read.iter("rect")]
    assert [e.get("class") for e in rects] == [
        "outcome right",
        "outcome refused",
        "outcome infra_error",
    ]
    assert [e.get("x") for e in rects] == ["0.00%", "50.00%", "75.00%"]
    assert read[0].text == "candidate: right 50, refused 25, infra error 25"


def test_only_a_part_with_room_carries_its_number() -> None:
    read = ElementTree.fromstring(outcome_bar({"right": 95, "wrong": 5}, title="c"))
    assert {e.text for e in read.iter("text")} == {"95"}


def test_no_trial_at_all_is_said() -> None:
    assert parts({}) == []
    assert "no trial" in outcome_bar({}, title="candidate")


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_outcome_has_a_name_and_a_hatch_of_its_own(outcome: Outcome) -> None:
    assert f'class="outcome {outcome}"' in key(outcome)
    assert NAMES[outcome] in key(outcome)
