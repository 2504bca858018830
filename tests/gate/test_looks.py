import pytest

from statera.gate.looks import Glance, Look, glances, growing, look
from statera.gate.rules import targets
from tests.analysis.made import frame
from tests.gate.made import Named, items, paired, rules, single

FIRST, SECOND = Glance("a", 500), Glance("b", 1000)


def test_the_same_data_are_the_same_look() -> None:
    assert look([], FIRST) == Look((500,))
    assert look([FIRST], FIRST) == Look((500,))
    assert look([FIRST], SECOND) == Look((500, 1000))
    assert look([FIRST, SECOND], FIRST) == Look((500,))


def test_the_first_look_has_the_whole_alpha_and_a_later_one_less() -> None:
    assert Look((500,)).alpha(0.05) == Look(()).alpha(0.05) == 0.05
    second = Look((500, 1000)).alpha(0.05)
    third = Look((500, 1000, 2000)).alpha(0.05)
    assert 0 < second < 0.02
    assert 0 < third < second


def test_other_data_that_are_not_more_count_as_twice_as_many() -> None:
    assert growing([500, 500, 400, 5000]) == [500, 1000, 2000, 5000]
    assert growing([]) == []
    assert Look((500, 400)).alpha(0.05) == Look((500, 1000)).alpha(0.05)


def test_a_look_that_adds_a_little_counts_as_a_tenth_more() -> None:
    assert growing([500, 501, 502]) == [500, 550, 605]
    assert Look((500, 501)).alpha(0.05) < 0.03


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ([("1", "a", ["right"]), ("2", "a", ["wrong"])], True),
        ([("2", "a", ["right"]), ("1", "a", ["right"])], True),
        ([("1", "a", ["right"]), ("2", "a", ["wrong", "right"])], False),
        ([("1", "a", ["right"]), ("2", "a", ["infra_error"])], False),
        ([("1", "a", ["right"]), ("3", "a", ["right"])], False),
    ],
)
def test_data_are_items_and_numbers_of_answered_trials(other: list[Named], same: bool) -> None:
    policy = rules({"metric": "t/accuracy", "min": 0.5})
    first: list[Named] = [("1", "a", ["right"]), ("2", "a", ["right"])]
    found: list[Glance] = []
    for of_items in (first, other):
        evidence = single(frame(of_items))
        found += glances(targets(policy, evidence.known), evidence).values()
    assert (found[0] == found[1]) == same


def test_both_sides_of_a_pair_and_only_the_category_count() -> None:
    policy = rules({"metric": "t/*/accuracy", "than": "baseline", "margin": 0.02})
    one = frame(items({"a": [(3, ("right",))], "b": [(2, ("right",))]}))
    more = frame(items({"a": [(3, ("right", "right"))], "b": [(2, ("right",))]}))
    plain, longer = (paired(one, base) for base in (one, more))
    before, after = (glances(targets(policy, e.known), e) for e in (plain, longer))
    (a, b) = list(before)
    assert (before[a].trials, after[a].trials) == (6, 9)
    assert before[a].items != after[a].items
    assert before[b] == after[b]


def test_without_the_task_there_is_nothing_to_look_at() -> None:
    one = frame(items({"a": [(3, ("right",))]}))
    evidence = single(frame(items({"a": [(1, ("right",))]}), task="other"), others=(one,), base={})
    found = glances(targets(rules(), evidence.known), evidence)
    assert list(found.values()) == [Glance("", 0)]
