import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.records.samples import Sample
from statera.tasks.forms.perturbations import (
    ASKED_AROUND,
    CHANGING,
    KEEPING,
    MEANING_KEPT,
    NAMES,
    keeps,
    may_turn,
    order,
    perturbed,
    turned,
    worths,
)
from statera.tasks.forms.wording import quotes
from statera.tasks.starter.items import items
from tests.shared_data import shared

ALL = (*items("knowledge"), *items("arithmetic"), *items("misconceptions"))


@pytest.mark.parametrize("name", MEANING_KEPT)
def test_numbers_quotations_and_options_are_kept_or_the_item_is_refused(name: str) -> None:
    asked = 0
    for sample in ALL:
        found = perturbed(sample, name)
        if found is None:
            continue
        asked += 1
        assert (found.input, found.choices) != (sample.input, sample.choices), sample.id
        assert worths(found.input) == worths(sample.input), sample.id
        assert quotes(found.input) == quotes(sample.input), sample.id
        assert sorted(found.choices) == sorted(sample.choices)
        assert found.reference == sample.reference
    assert asked >= (20 if name == "number_format" else 130)


@given(st.text(max_size=200), st.sampled_from(sorted(KEEPING)))
def test_any_text_is_changed_whole_or_not_at_all(text: str, name: str) -> None:
    sample = Sample(id="x", input=text, reference="5")
    found = perturbed(sample, name)
    assert found is None or (found.input != text and keeps(sample, found.input))


def test_options_move_and_the_answer_with_them() -> None:
    for sample in items("knowledge"):
        if not may_turn(sample):
            continue
        found, moved = turned(sample), order(sample)
        assert found.choices[found.answer or 0] == sample.reference
        assert found.answer != sample.answer
        assert all(place != was for place, was in enumerate(moved))


@pytest.mark.parametrize(
    "choices", [("x", "y", "all of the above"), ("x", "both of them"), ("x", "A and C"), ("x", "x")]
)
def test_options_that_speak_of_others_do_not_move(choices: tuple[str, ...]) -> None:
    assert perturbed(Sample(id="a", input="?", choices=choices, answer=0), "option_order") is None


@pytest.mark.parametrize(
    "text", ["How is CO2 made?", "What is vitamin C?", "Who is in the USA?", "What does NaCl do?"]
)
def test_capitals_that_mean_something_stay(text: str) -> None:
    assert perturbed(Sample(id="a", input=text), "casing") is None
    assert perturbed(Sample(id="a", input="Who am I?"), "casing").input == "who am i?"  # type: ignore[union-attr]


def test_a_change_that_would_destroy_an_option_or_a_number_is_refused() -> None:
    named = Sample(id="a", input="Is it mainly red or mostly blue?", choices=("mainly red", "blue"))
    assert perturbed(named, "paraphrase") is None
    assert not keeps(Sample(id="b", input="It has 3 legs."), "It has legs.")
    assert not keeps(Sample(id="b", input='Say "so" now.'), 'Say "sos" now.')


def test_what_changes_the_meaning_is_kept_apart_and_moves_it() -> None:
    pick = Sample(id="a", input="Which number is prime?", choices=("9", "7"), answer=1)
    assert perturbed(pick, "negation").input == "Which number is not prime?"  # type: ignore[union-attr]
    word = Sample(id="b", input="A box holds 12 pens. How many do 3 boxes hold?", reference="36")
    changed = perturbed(word, "changed_number")
    assert changed is not None
    assert changed.input == "A box holds 15 pens. How many do 3 boxes hold?"
    assert perturbed(word, "negation") is None
    assert perturbed(pick, "changed_number") is None
    assert not set(CHANGING) & set(MEANING_KEPT)
    assert set(NAMES) == set(CHANGING) | set(MEANING_KEPT)


@pytest.mark.parametrize(
    "text",
    [
        "Which way does it point while it is near?",
        "Which of these is not red?",
        "What is the median?",
        "Which one is red? And is it round?",
    ],
)
def test_a_wrong_option_is_asked_for_where_a_not_would_be_ill_placed(text: str) -> None:
    sample = Sample(id="a", input=text, choices=("x", "y"), answer=0)
    changed = perturbed(sample, "negation")
    assert changed is not None
    assert changed.input == f"{ASKED_AROUND} {text}"
    assert changed.answer == 0


def test_names_of_a_lexicon_can_be_swapped_and_the_rules_keep_them() -> None:
    path = shared("data", "alignment", "robustness", "checklist_lexicons_basic.json")
    lists = msgspec.json.decode(path.read_bytes())
    assert {name: len(lists[name]) for name in ("male", "female", "city", "country")} == {
        "male": 100,
        "female": 100,
        "city": 1000,
        "country": 215,
    }
    for name in lists["first_name"]:
        sample = Sample(id=name, input=f"{name} has 12 pens and buys 4. How many has {name} now?")
        found = perturbed(sample, "typos")
        assert found is None or found.input.count(name) == 2
