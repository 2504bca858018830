from datetime import UTC, datetime

import pytest

from statera.experiment.edits import changed, diff, moves
from tests.experiment.designs import RAMP, design, text

BETWEEN = datetime(2026, 12, 4, tzinfo=UTC).timestamp()
LAYER = "{name: chat, start: 0.2, end: 0.5}"


def test_a_diff_shows_what_was_and_what_is() -> None:
    told = diff(text(), text(primary="{outcome: solved, minimum: 0.05}"), name="tone.yaml")
    assert told.splitlines()[0] == "--- tone.yaml as started"
    assert "-primary: {outcome: solved, minimum: 0.02}" in told
    assert "+primary: {outcome: solved, minimum: 0.05}" in told
    assert diff(text(), text(), name="x") == ""


def test_changes_are_told_by_place() -> None:
    after = design(alpha="0.1", arms="[{name: base, weight: 0.4}, {name: warm, weight: 0.6}]")
    assert changed(design(), design()) == ()
    assert changed(design(), after) == (
        "arms[base].weight: 0.5 -> 0.4",
        "arms[warm].weight: 0.5 -> 0.6",
        "arms[warm].system_prompt: warm.txt -> ",
        "alpha: 0.05 -> 0.1",
    )
    assert changed(design(salt="a"), design(salt="a", overrides="{x: warm}")) == (
        "overrides.x: nothing -> warm",
    )


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        ({}, {"alpha": "0.1"}, False),
        ({}, {"salt": "x"}, True),
        ({}, {"unit": "request"}, True),
        ({}, {"arms": "[{name: base, weight: 0.4}, {name: warm, weight: 0.6}]"}, True),
        ({}, {"arms": "[{name: warm, weight: 0.5}, {name: base, weight: 0.5}]"}, True),
        ({}, {"ramp": RAMP}, True),
        ({"ramp": RAMP}, {"ramp": RAMP.replace("traffic: 1}", "traffic: 0.9}")}, False),
        ({"ramp": RAMP}, {"ramp": RAMP.replace("0.5}", "0.6}")}, True),
        ({"ramp": RAMP}, {"ramp": RAMP.replace("base: 0.9, warm: 0.1", "base: 1")}, True),
        ({"layer": LAYER}, {"layer": LAYER.replace("0.5", "0.8")}, False),
        ({"layer": LAYER}, {"layer": LAYER.replace("0.5", "0.4")}, True),
        ({"layer": LAYER}, {"layer": ""}, False),
        ({"layer": ""}, {"layer": LAYER}, True),
        ({"layer": ""}, {"layer": "{name: chat}"}, False),
    ],
)
def test_only_a_change_of_who_is_where_moves_units(
    before: dict[str, str], after: dict[str, str], moved: bool
) -> None:
    assert moves(design(**before), design(**after), at=BETWEEN) is moved
