import pytest

from statera.errors import DeclarationError
from statera.experiment.assignment import Assignment
from statera.experiment.layers import changes, check_layers, fields
from tests.experiment.designs import design

PROMPT = "[{name: a, weight: 0.5}, {name: b, weight: 0.5, system_prompt: b.txt}]"
HOT = "[{name: a, weight: 0.5}, {name: b, weight: 0.5, parameters: {temperature: 1}}]"
LOW, HIGH = "{name: chat, start: 0, end: 0.5}", "{name: chat, start: 0.5, end: 1}"


def test_an_arm_says_what_it_sets() -> None:
    both = design(arms=HOT.replace("name: b", "name: b, model: m, policy: light"))
    assert fields(both) == ("model", "policy", "parameters.temperature")
    assert changes(both.base) == ()


def test_parts_of_a_layer_and_different_fields_go_together() -> None:
    check_layers([design(experiment="x", layer=LOW), design(experiment="y", layer=HIGH)])
    check_layers([design(experiment="x", arms=PROMPT), design(experiment="y", arms=HOT)])
    check_layers([])


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ({}, {}, "'x' and 'y' both set system_prompt and share units. Put them into one layer"),
        ({"layer": LOW}, {}, "both set system_prompt"),
        ({"layer": LOW}, {"layer": LOW}, r"of layer 'chat' share the part \[0, 0.5\)"),
        (
            {"layer": LOW},
            {"layer": HIGH, "unit": "{kind: user, header: x-user}"},
            r"units of different names \(user; user by header x-user\)",
        ),
        ({"experiment": "y"}, {}, "'y' is there twice"),
    ],
)
def test_what_cannot_run_beside_the_other_is_refused(
    one: dict[str, str], other: dict[str, str], told: str
) -> None:
    designs = [design(**({"experiment": "x"} | one)), design(**({"experiment": "y"} | other))]
    with pytest.raises(DeclarationError, match=told):
        check_layers(designs)


def test_no_unit_is_in_two_parts_of_a_layer() -> None:
    low = Assignment(design(experiment="x", layer=LOW))
    high = Assignment(design(experiment="y", layer=HIGH))
    for number in range(2000):
        unit = f"u{number}"
        assert (low.place(unit) is None) != (high.place(unit) is None)
