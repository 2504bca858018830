"""Self-preference: by hand, planted preference within its interval, and what cannot be told."""

from collections.abc import Iterator

import numpy as np
import pytest

from statera.analysis.judgeaudit.kin import NET, OTHERS, OWN, PEOPLE, Opinion, kin
from statera.stats.selfpreference import FamilyVerdicts, self_preference

SHARED = "the judge and model acme-2 are both of family acme"


def opinion(
    judge: str, value: float | None, item: int, family: str, base: str | None = None
) -> Opinion:
    return Opinion(judge, value, f"q{item} {family}", f"q{item}", family, base)


def grades(
    rng: np.random.Generator, count: int, *, favour: float, lenient: float = 0.0
) -> Iterator[Opinion]:
    """Yield grades by acme and by other of a reply of each family to every question."""
    for item in range(count):
        for family in ("acme", "other"):
            quality = rng.uniform(0.2, 0.4)
            extra = lenient + (favour if family == "acme" else 0.0)
            yield opinion("acme", quality + extra + rng.uniform(-0.1, 0.1), item, family)
            yield opinion("other", quality + rng.uniform(-0.1, 0.1), item, family)


def duels(
    rng: np.random.Generator, count: int, *, favour: float, swapped: bool = False
) -> Iterator[Opinion]:
    """Yield verdicts on acme's reply against other's; acme takes its own with chance `favour`."""
    candidate, base = ("other", "acme") if swapped else ("acme", "other")
    for item in range(count):
        honest = float(rng.integers(0, 2))
        said = 1.0 if rng.random() < favour else honest
        for judge, value in (("acme", said), ("other", honest)):
            yield opinion(judge, 1 - value if swapped else value, item, candidate, base)


def test_grades_by_hand() -> None:
    said: list[Opinion] = []
    for item in range(10):
        up = 0.25 * (item % 2)
        said += [
            opinion("acme", 0.75, item, "acme"),
            opinion("other", 0.5, item, "acme"),
            opinion("acme", 0.5, item, "other"),
            opinion("other", 0.5 - up, item, "other"),
        ]
    section = kin(said, judge="acme")
    assert section.figure(OWN).value == pytest.approx(0.25)
    assert section.figure(OTHERS).value == pytest.approx(0.125)
    assert section.figure(NET).value == pytest.approx(0.125)
    assert (section.figure(NET).n, section.figure(OWN).n) == (20, 10)
    assert section.state == "warning"
    assert section.said == ("acme beside other", "it favours its own family by +0.125")
    assert "another family" in section.advice


@pytest.mark.parametrize("favour", [0.0, 0.1, 0.3])
def test_a_planted_preference_is_found_net_of_leniency(favour: float) -> None:
    rng, held, draws = np.random.default_rng(3), 0, 40
    for _ in range(draws):
        said = list(grades(rng, 30, favour=favour, lenient=0.1))
        shown = kin(said, judge="acme").figure(NET)
        assert shown.low is not None
        assert shown.high is not None
        held += shown.low <= favour <= shown.high
    assert held >= 34


@pytest.mark.parametrize("swapped", [False, True])
def test_a_planted_preference_in_pairs_is_found_on_either_side(swapped: bool) -> None:
    rng, held, draws = np.random.default_rng(4), 0, 40
    for _ in range(draws):
        section = kin(list(duels(rng, 80, favour=0.4, swapped=swapped)), judge="acme")
        shown = section.figure(OWN)
        assert shown.low is not None
        assert shown.high is not None
        held += shown.low <= 0.2 <= shown.high  # where honest said so anyway nothing is gained
        assert section.state == "warning"
    assert held >= 34


def test_in_a_pair_its_own_pairs_tell_by_themselves() -> None:
    section = kin(list(duels(np.random.default_rng(1), 60, favour=0.5)), judge="acme")
    assert [shown.name for shown in section.figures] == [OWN]
    assert section.figure(OWN).of == "pairs"


@pytest.mark.parametrize("seed", range(5))
def test_a_fair_judge_is_ok(seed: int) -> None:
    rng = np.random.default_rng(seed)
    fair = kin(list(duels(rng, 60, favour=0.0)), judge="acme")
    assert (fair.state, fair.advice) == ("ok", "")
    assert fair.figure(OWN).value == 0.0
    assert fair.figure(OWN).low is not None
    assert fair.said[-1] == "no sure preference for or against its own family"


def test_the_other_judge_sees_it_with_the_other_sign() -> None:
    said = list(duels(np.random.default_rng(2), 80, favour=0.5))
    one, other = kin(said, judge="acme"), kin(said, judge="other")
    assert one.figure(OWN).value == pytest.approx(other.figure(OWN).value)
    against = [one._replace(value=None if one.value is None else 1 - one.value) for one in said]
    turned = kin(against, judge="acme")
    assert turned.figure(OWN).value == pytest.approx(-(one.figure(OWN).value or 0))
    assert turned.state == "ok"
    assert "disfavours its own family" in turned.said[-1]


def test_people_are_a_family_of_their_own() -> None:
    said = [
        one._replace(judge=PEOPLE if one.judge == "other" else one.judge)
        for one in grades(np.random.default_rng(5), 30, favour=0.3)
    ]
    section = kin(said, judge="acme")
    assert section.said[0] == "acme beside people"
    assert section.state == "warning"


def test_one_family_of_judges_cannot_tell_and_says_so() -> None:
    said = [opinion("acme", 0.5, i, "acme") for i in range(20)]
    section = kin(said, judge="acme")
    assert (section.state, section.figures) == ("not measured", ())
    assert section.said == ("one judge family (acme): self-preference cannot be told from quality",)
    assert "--second-judge" in section.advice


def test_a_shared_family_is_a_warning_whatever_was_measured() -> None:
    alone = kin([opinion("acme", 0.5, 0, "acme")], judge="acme", warnings=[SHARED])
    assert (alone.state, alone.said[0]) == ("warning", SHARED)
    assert "--second-judge" in alone.advice
    fair = list(duels(np.random.default_rng(0), 60, favour=0.0))
    measured = kin(fair, judge="acme", warnings=[SHARED])
    assert (measured.state, measured.said[0]) == ("warning", SHARED)
    assert kin([], judge="acme", warnings=[SHARED]).state == "warning"


def test_no_reply_of_its_family_leaves_nothing_to_favour() -> None:
    said = [opinion(judge, 0.5, i, "third") for i in range(20) for judge in ("acme", "other")]
    section = kin(said, judge="acme")
    assert section.state == "not measured"
    assert section.said[-1] == "not told: no pair of the judge's own family"


def test_few_replies_say_that_they_are_few() -> None:
    section = kin(list(grades(np.random.default_rng(0), 3, favour=0.3)), judge="acme")
    assert section.state == "not measured"
    assert section.said[-1].startswith("not told: ")
    assert section.figure(NET).value is not None


def test_one_run_in_pairs_with_itself_has_no_other_family() -> None:
    section = kin([], judge="acme")
    assert section.said == ("one run in pairs with itself: there is no other family",)


def test_a_reply_without_a_verdict_is_left_out() -> None:
    said = list(duels(np.random.default_rng(0), 60, favour=0.5))
    lost = [said[0]._replace(value=None), *said[1:]]
    assert kin(lost, judge="acme").figure(OWN).n == 59


def test_the_figures_are_those_of_the_statistics() -> None:
    said = list(grades(np.random.default_rng(6), 30, favour=0.2))
    told = self_preference(
        FamilyVerdicts(
            [one.value or 0.0 for one in said],
            [one.judge for one in said],
            [one.what for one in said],
            [one.family for one in said],
            [one.unit for one in said],
        ),
        judge="acme",
    )
    shown = kin(said, judge="acme").figure(NET)
    assert (shown.value, shown.low, shown.high) == (told.value, told.low, told.high)
    assert shown.method == told.method
