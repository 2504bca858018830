import numpy as np

from statera.diagnosis.features import features
from statera.records.samples import Sample
from tests.diagnosis.made import frame, spelled

ITEMS = spelled("r" * 40, category="a") | spelled("r" * 40, category="b")


def known(**extra: object) -> dict[str, Sample]:
    return {
        name: Sample(
            id=name,
            input="x" * (1 + place) + (" 7" if place % 2 else ""),
            choices=("p", "q") if place < 40 else ("p", "q", "r"),
            fields={"level": place % 3, "text": "t" * place, **extra},
        )
        for place, name in enumerate(ITEMS)
    }


def test_without_texts_only_categories_are_features() -> None:
    one = frame(ITEMS)
    found = features(one, one.places(), {}, least=10)
    assert [feature.name for feature in found] == ["category = a", "category = b"]
    assert [int(feature.holds.sum()) for feature in found] == [40, 40]


def test_plain_facts_of_the_text_and_fields_with_few_values() -> None:
    one = frame(ITEMS)
    found = {f.name: f for f in features(one, one.places(), known(), least=10)}
    assert int(found["choices = 2"].holds.sum()) == 40
    assert int(found["holds a figure = yes"].holds.sum()) == 40
    assert [int(found[f"level = {value}"].holds.sum()) for value in range(3)] == [27, 27, 26]
    lengths = [f for f in found.values() if f.family == "question length"]
    assert len(lengths) == 4
    assert np.sum([f.holds for f in lengths], axis=0).tolist() == [1] * 80
    assert not any(f.family == "text" for f in found.values())
    assert not any(f.family == "lines" for f in found.values())  # all alike


def test_features_that_hold_of_too_few_or_of_nearly_all_are_left_out() -> None:
    one = frame(ITEMS)
    assert features(one, one.places(), {}, least=41) == ()


def test_texts_that_are_not_there_for_every_item_are_not_used() -> None:
    one, some = frame(ITEMS), dict(list(known().items())[:79])
    assert len(features(one, one.places(), some, least=10)) == 2
