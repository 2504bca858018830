import pytest
from msgspec.structs import replace

from statera.graders.panel import Combine, decided, together, vote
from statera.records.verdicts import Verdict


def said(*values: float | None) -> list[Verdict]:
    return [
        Verdict(
            value=value,
            label=None if value is None else f"{value:g}",
            outcome="unparsed" if value is None else "right" if value > 0.5 else "wrong",
            why="nothing found" if value is None else "",
        )
        for value in values
    ]


@pytest.mark.parametrize(
    ("how", "values", "weights", "expected"),
    [
        ("mean", (1.0, 0.0, 0.5), None, 0.5),
        ("mean", (1.0, None, 0.5), None, 0.75),
        ("majority", (1.0, 1.0, 0.0), None, 1.0),
        ("majority", (0.0, 1.0, 0.0, None), None, 0.0),
        ("majority", (0.0, 1.0), None, 0.5),
        ("weighted", (1.0, 0.0), (3.0, 1.0), 0.75),
        ("weighted", (1.0, 0.0), (0.0, 2.0), 0.0),
    ],
)
def test_a_panel_gives_one_verdict(
    how: Combine,
    values: tuple[float | None, ...],
    weights: tuple[float, ...] | None,
    expected: float,
) -> None:
    found = together(said(*values), how, weights=weights)
    assert found.value == pytest.approx(expected)


def test_without_any_verdict_there_is_none_and_the_reasons_stay() -> None:
    found = together(said(None, None))
    assert (found.value, found.outcome, found.why) == (None, "unparsed", "nothing found")
    assert together([]).value is None


def test_a_weight_of_nothing_is_no_verdict() -> None:
    assert together(said(None, 1.0), "weighted", weights=(1.0, 0.0)).value is None


def test_one_verdict_stays_as_it_is() -> None:
    (only,) = said(0.25)
    assert together([only]) is only


def test_the_label_tells_what_each_member_said() -> None:
    assert together(said(1.0, None, 0.5)).label == "1|-|0.5"


@pytest.mark.parametrize("weights", [(1.0,), (1.0, -1.0), (1.0, float("nan"))])
def test_weights_fit_the_verdicts(weights: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="weights of at least 0 for 2 verdicts"):
        together(said(1.0, 0.0), "weighted", weights=weights)


def test_an_even_split_of_a_majority_is_flagged() -> None:
    assert together(said(1.0, 0.0), "majority").flags == ("split",)
    assert together(said(1.0, 0.0), "mean").flags == ()
    assert together(said(1.0, 1.0, 0.0), "majority").flags == ()


FLIPPED = Verdict(value=0.5, label="flip", outcome="wrong", flags=("flip",))


@pytest.mark.parametrize(
    ("how", "values", "weights", "expected"),
    [
        ("majority", (1.0, 1.0, 0.0), None, 1.0),
        ("majority", (1.0, 0.5, 0.0), None, 0.5),
        ("majority", (1.0, 0.5), None, 0.5),  # a split is a tie, whatever the mean
        ("mean", (1.0, 0.5, 0.5), None, 1.0),  # who says tie leaves it to the others
        ("mean", (1.0, 0.0, 0.5), None, 0.5),
        ("weighted", (1.0, 0.0, 0.0), (3.0, 1.0, 1.0), 1.0),
        ("weighted", (1.0, 0.0, 0.0), (2.0, 1.0, 1.0), 0.5),
        ("weighted", (0.1 + 0.2, 0.7), (1.0, 1.0), 0.5),  # rounding is no side
    ],
)
def test_of_a_pair_a_panel_names_a_side(
    how: Combine,
    values: tuple[float, ...],
    weights: tuple[float, ...] | None,
    expected: float,
) -> None:
    found = decided(said(*values), how, weights=weights, pairs=True)
    assert found.value == expected
    assert found.outcome == ("right" if expected > 0.5 else "wrong")


def test_a_grade_stays_between_the_levels() -> None:
    found = decided(said(1.0, 0.5), "mean")
    assert (found.value, found.label) == (0.75, "1|0.5")


@pytest.mark.parametrize(
    ("values", "weights", "there"),
    [
        ((1.0, None, None), None, False),
        ((1.0, None), None, False),
        ((1.0, 1.0, None), None, True),
        ((1.0, None, None), (3.0, 1.0, 1.0), True),
        ((None, 1.0, 1.0), (3.0, 1.0, 1.0), False),
    ],
)
def test_a_panel_says_nothing_unless_most_of_it_did(
    values: tuple[float | None, ...], weights: tuple[float, ...] | None, there: bool
) -> None:
    found = decided(said(*values), "weighted", weights=weights)
    assert (found.value is not None) == there
    if not there:
        assert found.outcome == "unparsed"
        assert f"of {len(values)} members gave a verdict; nothing found" in found.why


def test_a_tie_is_a_flip_where_most_contradicted_themselves() -> None:
    (win,) = said(1.0)
    assert decided([FLIPPED, FLIPPED, win], "majority", pairs=True).flags == ("flip",)
    assert decided([FLIPPED, win, win], "majority", pairs=True).flags == ()
    tie = Verdict(value=0.5, label="tie", outcome="wrong")
    assert decided([FLIPPED, tie, tie], "majority", pairs=True).flags == ()


def of_repeats(*values: float | None, flips: int = 0) -> list[Verdict]:
    return [
        replace(one, flags=("flip",)) if place < flips else one
        for place, one in enumerate(said(*values))
    ]


def test_members_who_lean_to_one_side_are_a_majority_however_they_wavered() -> None:
    repeats = ([1.0, 1.0, 1.0], [1.0, 1.0, 0.5], [1.0, 1.0, 0.0])
    votes = [vote(of_repeats(*values), "majority", pairs=True) for values in repeats]
    found = decided(votes, "majority", pairs=True)
    assert (found.value, found.flags) == (1.0, ())
    means = [vote(of_repeats(*values), "mean", pairs=True).value for values in repeats]
    assert means == pytest.approx([1.0, 5 / 6, 2 / 3])


def test_a_member_flips_where_most_of_its_repeats_do() -> None:
    seldom = vote(of_repeats(0.5, 1.0, 1.0, flips=1), "majority", pairs=True)
    assert (seldom.value, seldom.flags) == (1.0, ())
    often = vote(of_repeats(0.5, 0.5, 1.0, flips=2), "majority", pairs=True)
    assert (often.value, often.flags) == (0.5, ("flip",))
    even = vote(of_repeats(1.0, 0.0), "majority", pairs=True)
    assert (even.value, even.flags) == (0.5, ())


def test_a_member_of_a_majority_grades_as_it_does_most_often() -> None:
    assert vote(of_repeats(0.75, 0.75, 0.25), "majority").value == 0.75
    assert vote(of_repeats(0.75, 0.75, 0.0), "mean").value == 0.5
    assert vote(of_repeats(0.75, 0.25), "majority").flags == ()
    assert vote(of_repeats(None, None), "majority").value is None
    assert vote(of_repeats(0.75), "majority") == of_repeats(0.75)[0]
