import pytest

from statera.tasks.notes.facts import featured, no_allergy
from statera.tasks.notes.layouts import LAYOUTS, Layout, Parts
from statera.tasks.notes.stories import Story

FACTS = (no_allergy(0, hurried=False, silence="fails"), featured("device", 1, hurried=False))
PARTS = Parts(
    number=3,
    age=84,
    sex="F",
    story=Story("?", "a problem", "A course", "a plan"),
    history=("gout",),
    medicines=("iron",),
    facts=FACTS,
    asides=("An aside.", "Another."),
    findings=("Pulse 70",),
)


def test_there_are_ten_kinds_of_note() -> None:
    assert len({layout.name for layout in LAYOUTS}) == 10
    assert len({layout.text(PARTS) for layout in LAYOUTS}) == 10


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_every_part_is_in_every_note(layout: Layout) -> None:
    note = layout.text(PARTS)
    for part in (
        "84",
        "a problem",
        "A course",
        "Pulse 70",
        "gout",
        "iron",
        "An aside.",
        "Another.",
    ):
        assert part in note
    assert "a plan" in note
    assert all(fact.placed(note) for fact in FACTS)


def test_the_article_and_the_pronoun_fit() -> None:
    assert (PARTS.a, PARTS.she, PARTS.person) == ("an", "she", "woman")
    assert PARTS._replace(age=71, sex="M").a == "a"
