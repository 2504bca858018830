from statera.tasks.notes import vocabulary
from statera.tasks.notes.vocabulary import Thing


def test_every_thing_has_two_words_and_a_detail() -> None:
    for things in (vocabulary.ALLERGENS, vocabulary.ANTICOAGULANTS, vocabulary.DEVICES):
        for thing in things:
            assert len(set(thing.words)) == len(thing.words) >= 2
            assert thing.detail
            assert thing.full != thing.short


def test_a_thing_with_one_word_is_always_called_by_it() -> None:
    assert Thing(("x",)).short == "x"


def test_what_is_tolerated_or_not_is_no_allergen() -> None:
    allergens = {word for thing in vocabulary.ALLERGENS for word in thing.words}
    assert allergens.isdisjoint(vocabulary.TOLERATED)
    assert allergens.isdisjoint(drug for drug, _ in vocabulary.INTOLERANCES)
