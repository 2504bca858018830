"""The shipped items themselves: counts, right answers, balance, and nothing twice."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from scipy.stats import binomtest

from statera.records.samples import Sample
from statera.tasks.starter import items as module
from statera.tasks.starter.items import CANARY, items, line

COUNTS = {
    "knowledge": 96,
    "continuation": 52,
    "misconceptions": 48,
    "arithmetic": 80,
    "coding": 40,
}
CHOICE = ("knowledge", "continuation", "misconceptions")
NEGATIONS = frozenset(
    {
        "no",
        "not",
        "never",
        "none",
        "without",
        "only",
        "cannot",
        "nothing",
        "neither",
        "nor",
        "nobody",
    }
)
HEDGES = frozenset(
    {
        "usually",
        "mostly",
        "mainly",
        "often",
        "about",
        "may",
        "can",
        "some",
        "most",
        "many",
        "little",
    }
)
Feature = Callable[[str, Sample], float]


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


def _likeness(first: str, second: str) -> float:
    one, other = set(_words(first)), set(_words(second))
    return len(one & other) / max(len(one | other), 1)


def _shared(option: str, sample: Sample) -> float:
    return sum(_likeness(option, other) for other in sample.choices)


FEATURES: dict[str, Feature] = {
    "longest": lambda option, sample: len(option),
    "most words": lambda option, sample: len(option.split()),
    "longest word": lambda option, sample: max(len(word) for word in option.split()),
    "punctuation": lambda option, sample: len(re.findall(r"[^\w\s]", option)),
    "commas": lambda option, sample: option.count(","),
    "a number": lambda option, sample: bool(re.search(r"\d", option)),
    "largest number": lambda option, sample: float((re.findall(r"\d+", option) or [-1])[0]),
    "negation": lambda option, sample: len(NEGATIONS & set(_words(option))),
    "hedge": lambda option, sample: len(HEDGES & set(_words(option))),
    "like the others": _shared,
    "words of the question": lambda option, sample: len(
        set(_words(option)) & set(_words(sample.input))
    ),
    "last in the alphabet": lambda option, sample: sorted(sample.choices).index(option),
}


def _hits(samples: Sequence[Sample], feature: Feature, sign: int, tie: int) -> int:
    """Return how often the option with most (or least) of the feature is right."""
    hits = 0
    for sample in samples:
        values = [sign * feature(option, sample) for option in sample.choices]
        best = [place for place, value in enumerate(values) if value == max(values)]
        hits += best[tie] == sample.answer
    return hits


def _at_chance(hits: int, n: int) -> bool:
    return bool(binomtest(hits, n, 0.25).pvalue > 0.2)


def test_there_are_enough_items_and_most_are_written_one_by_one() -> None:
    counted = {name: len(items(name)) for name in COUNTS}
    assert counted == COUNTS
    alone = sum(sample.cluster is None for name in COUNTS for sample in items(name))
    assert sum(counted.values()) >= 300
    assert alone >= 200


@pytest.mark.parametrize("name", COUNTS)
def test_every_item_has_its_id_category_and_canary(name: str) -> None:
    for place, sample in enumerate(items(name)):
        assert sample.id == f"starter_{name}/v1/{place}"
        assert sample.category
        assert re.fullmatch(r"[a-z_]+", sample.category)
        assert sample.fields["canary"] == CANARY
        assert sample.input == sample.input.lstrip()


@pytest.mark.parametrize("name", COUNTS)
def test_the_files_are_written_the_one_way_that_lines_are_written(name: str) -> None:
    file = Path(module.__file__).parent / f"{name}.jsonl"
    assert file.read_bytes() == b"".join(line(sample) for sample in items(name))


def test_knowledge_has_eight_questions_of_each_of_twelve_subjects() -> None:
    subjects = Counter(sample.category for sample in items("knowledge"))
    assert sorted(subjects.values()) == [8] * 12


@pytest.mark.parametrize("name", CHOICE)
def test_the_reference_is_the_right_one_of_four_different_choices(name: str) -> None:
    for sample in items(name):
        assert len({choice.strip().lower() for choice in sample.choices}) == 4, sample.id
        assert sample.answer is not None
        assert sample.reference == sample.choices[sample.answer]


def test_misconceptions_bring_further_references_and_wrong_ones() -> None:
    for sample in items("misconceptions"):
        wrong = set(sample.choices) - {sample.reference}
        assert set(sample.fields["wrong_references"]) == wrong
        assert len(set(sample.accepted)) >= 3, sample.id
        assert not wrong & set(sample.accepted)


@pytest.mark.parametrize("name", CHOICE)
def test_every_letter_is_right_equally_often(name: str) -> None:
    letters = Counter(sample.answer for sample in items(name))
    assert set(letters) == {0, 1, 2, 3}
    assert max(letters.values()) - min(letters.values()) <= 1


@pytest.mark.parametrize("name", CHOICE)
def test_the_letters_come_in_no_order(name: str) -> None:
    answers = [sample.answer for sample in items(name)]
    runs = 1 + sum(a != b for a, b in pairwise(answers))
    assert binomtest(runs - 1, len(answers) - 1, 0.75).pvalue > 0.05


@pytest.mark.parametrize("sign", [1, -1], ids=["most", "least"])
@pytest.mark.parametrize("feature", FEATURES)
@pytest.mark.parametrize("name", CHOICE)
def test_no_habit_of_choosing_scores_above_or_below_chance(
    name: str, feature: str, sign: int
) -> None:
    samples = items(name)
    for tie in (0, -1):
        hits = _hits(samples, FEATURES[feature], sign, tie)
        assert _at_chance(hits, len(samples)), (hits, len(samples))


@pytest.mark.parametrize("sign", [1, -1], ids=["longest", "shortest"])
@pytest.mark.parametrize("name", CHOICE)
def test_length_tells_nothing_where_one_option_stands_out(name: str, sign: int) -> None:
    clear = [
        sample
        for sample in items(name)
        if (sizes := [sign * len(option) for option in sample.choices]).count(max(sizes)) == 1
    ]
    hits = _hits(clear, FEATURES["longest"], sign, 0)
    assert _at_chance(hits, len(clear)), (hits, len(clear))


@pytest.mark.parametrize("name", COUNTS)
def test_no_question_is_asked_twice_in_other_words(name: str) -> None:
    for first, second in combinations(items(name), 2):
        if first.cluster is None or first.cluster != second.cluster:
            assert _likeness(first.input, second.input) < 0.6, (first.id, second.id)
