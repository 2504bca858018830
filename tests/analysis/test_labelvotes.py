"""Several labels of one trial as one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.analysis.labelvotes import LabelKind, settled
from statera.records.verdicts import Verdict

SIDES = {
    "win": Verdict(value=1.0, label="win", outcome="right"),
    "tie": Verdict(value=0.5, label="tie", outcome="wrong"),
    "loss": Verdict(value=0.0, label="loss", outcome="wrong"),
}
ANSWERS = {
    "1": Verdict(value=1.0, label="1", outcome="right"),
    "0": Verdict(value=0.0, label="0", outcome="wrong"),
}
LEVELS = {
    str(k): Verdict(value=(k - 1) / 4, label=str(k), outcome="right" if k > 3 else "wrong")
    for k in range(1, 6)
}


def counted(labels: str | list[str]) -> dict[str, float]:
    return {label: float(list(labels).count(label)) for label in dict.fromkeys(labels)}


def test_a_pair_is_what_most_say_and_never_an_average() -> None:
    assert settled(counted(["tie", "tie", "win"]), SIDES, "pair") == SIDES["tie"]
    assert settled(counted(["win", "loss", "win"]), SIDES, "pair") == SIDES["win"]
    assert settled(counted(["win", "tie"]), SIDES, "pair") == SIDES["tie"]
    assert settled(counted(["win", "loss"]), SIDES, "pair") == SIDES["tie"]
    assert settled({"win": 1.0}, SIDES, "pair") == SIDES["win"]


def test_an_even_split_of_two_answers_has_no_value_and_says_why() -> None:
    told = settled(counted("01"), ANSWERS, "choice")
    assert (told.value, told.label) == (None, None)
    assert told.why == "undecided: as many say 0 as 1"
    assert settled(counted("011"), ANSWERS, "choice") == ANSWERS["1"]


@pytest.mark.parametrize(
    ("labels", "level", "value"),
    [
        ("5", "5", 1.0),
        ("335", "3", 2 / 3),
        ("34", "3", 0.625),
        ("1155", "1", 0.5),
        ("145", "4", 7 / 12),
    ],
)
def test_a_grade_has_a_mean_and_the_highest_level_that_most_give_or_exceed(
    labels: str, level: str, value: float
) -> None:
    told = settled(counted(labels), LEVELS, "grade")
    assert (told.label, told.outcome) == (level, LEVELS[level].outcome)
    assert told.value == pytest.approx(value)


@given(st.lists(st.sampled_from("12345"), min_size=1, max_size=9))
def test_a_grade_is_good_where_more_than_half_say_so(labels: list[str]) -> None:
    good = sum(LEVELS[label].outcome == "right" for label in labels)
    told = settled(counted(labels), LEVELS, "grade")
    assert (told.outcome == "right") == (2 * good > len(labels))


@given(st.lists(st.sampled_from(["win", "tie", "loss"]), min_size=1, max_size=9))
def test_turning_a_pair_around_turns_what_it_comes_to(labels: list[str]) -> None:
    other = {"win": "loss", "loss": "win", "tie": "tie"}
    one = settled(counted(labels), SIDES, "pair").label
    turned = settled(counted([other[label] for label in labels]), SIDES, "pair").label
    assert turned == other[one or ""]


@pytest.mark.parametrize("kind", ["pair", "choice", "grade"])
def test_without_a_vote_nothing_is_settled(kind: LabelKind) -> None:
    with pytest.raises(ValueError, match="without a vote"):
        settled({"win": 0.0}, SIDES, kind)
