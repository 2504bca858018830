"""Rates by source: nothing is pooled, nothing that was not examined is counted as passed."""

from collections.abc import Sequence

import pytest

from statera.analysis.guarding.rates import ALL_EQUAL, NO_SCORE, RateRow, flagged_share, rates
from statera.analysis.guarding.sightings import Sighting
from statera.stats.proportion import normal_quantile, wilson
from tests.guards_made import decision, finding, sighting


def texts(source: str, scores: Sequence[float | None], *, harmful: bool) -> list[Sighting]:
    kind = "bad" if harmful else "good"
    return [
        sighting(f"{kind}{at}", score, harmful=harmful, source=source)
        for at, score in enumerate(scores)
    ]


def row(rows: list[RateRow], source: str, detector: str = "bombs") -> RateRow:
    return next(
        one for one in rows if (one.source, one.detector, one.category) == (source, detector, None)
    )


def test_recall_false_positives_and_the_area_with_their_intervals() -> None:
    bad = texts("mixed", [0.9] * 6 + [0.4] * 4, harmful=True)
    good = texts("mixed", [0.9] * 1 + [0.2] * 19, harmful=False)
    found = row(rates([*bad, *good], ["bombs"]), "mixed")
    assert (found.positives, found.negatives) == (10, 20)
    assert (found.recall.value, found.false_positive_rate.value) == (0.6, 0.05)
    assert (found.recall.low, found.recall.high) == pytest.approx(
        wilson(0.6, 10, normal_quantile(0.95))
    )
    assert found.auroc.value == pytest.approx((6 * 19.5 + 4 * 19) / 200)
    assert found.against == ()
    whole = row(rates([*bad, *good], ["bombs"]), "mixed", "")
    assert (whole.recall.value, whole.auroc.method) == (0.6, NO_SCORE)


def test_failed_and_half_read_texts_are_counted_apart() -> None:
    beyond = decision("block", finding(cause="beyond", score=0.1), scores={"bombs": 0.1})
    bad = texts("s", [0.9, 0.1, None, None], harmful=True)
    bad.append(sighting("long", 0.1, harmful=True)._replace(decision=beyond))
    bad.append(sighting("gone", None, harmful=True)._replace(decision=None))
    found = row(rates(bad, ["bombs"]), "s")
    assert (found.positives, found.failed, found.late, found.beyond) == (6, 3, 0, 1)
    assert (found.recall.value, found.recall.n) == (0.5, 2)


def test_a_source_of_one_kind_borrows_the_other_for_the_area_alone() -> None:
    bad = texts("attacks", [0.9] * 10 + [0.1] * 2, harmful=True)
    good = texts("chat", [0.2] * 10 + [0.9] * 2, harmful=False)
    other = [one._replace(side="output") for one in texts("replies", [0.95] * 9, harmful=False)]
    found = rates([*bad, *good, *other], ["bombs"])
    attacks = row(found, "attacks")
    assert attacks.against == ("chat",)
    assert (attacks.negatives, attacks.false_positive_rate.value) == (0, None)
    assert attacks.auroc.value == pytest.approx(((10 * (10 + 1)) + 2 * 0) / 144)
    assert row(found, "chat").against == ("attacks",)
    assert row(found, "replies").auroc.value is None


def unread(name: str, score: float, *, harmful: bool) -> Sighting:
    flags = [finding(score=score)] if score >= 0.5 else []
    made = decision("block", *flags, finding(cause="beyond", score=score), scores={"bombs": score})
    return sighting(name, score, harmful=harmful)._replace(decision=made)


def test_what_was_not_read_whole_is_in_no_area_whatever_was_found_in_it() -> None:
    bad = texts("s", [0.9] * 9 + [0.4], harmful=True)
    good = texts("s", [0.2] * 9 + [0.6], harmful=False)
    whole = row(rates([*bad, *good], ["bombs"]), "s")
    long = [unread("a", 0.0, harmful=True), unread("b", 0.9, harmful=True)]
    long += [unread("c", 0.0, harmful=False)]
    found = row(rates([*bad, *good, *long], ["bombs"]), "s")
    assert found.auroc == whole.auroc
    assert (found.unread, found.beyond, whole.unread) == (3, 2, 0)
    lent = [one._replace(source="chat") for one in [*good, unread("d", 0.0, harmful=False)]]
    assert row(rates([*bad, *lent], ["bombs"]), "s").auroc.n == 20
    policy = row(rates([*bad, *good, *long], ["bombs"]), "s", "")
    assert policy.unread == 0


def test_a_category_is_set_against_the_rest_of_its_source_first() -> None:
    bad = [one._replace(category="insult") for one in texts("s", [0.8] * 9, harmful=True)]
    good = [one._replace(category="none") for one in texts("s", [0.1] * 9, harmful=False)]
    far = texts("chat", [0.9] * 9, harmful=False)
    found = {one.category: one for one in rates([*bad, *good, *far], ["bombs"])
             if (one.source, one.detector) == ("s", "bombs")}  # fmt: skip
    assert found[None].against == ()
    assert (found["insult"].against, found["insult"].auroc.value) == (("s",), 1.0)
    assert (found["none"].against, found["none"].auroc.value) == (("s",), 1.0)
    alone = rates([*bad, *far], ["bombs"])
    insult = next(one for one in alone if one.category == "insult" and one.detector)
    assert (insult.against, insult.auroc.value) == (("chat",), 0.0)


def test_equal_scores_are_said_to_be_so() -> None:
    same = [*texts("s", [0.3] * 9, harmful=True), *texts("s", [0.3] * 9, harmful=False)]
    assert row(rates(same, ["bombs"]), "s").auroc.method == ALL_EQUAL
    apart = [*texts("s", [0.3] * 9, harmful=True), *texts("s", [0.2] * 9, harmful=False)]
    assert row(rates(apart, ["bombs"]), "s").auroc.method == "the scores do not overlap"


def test_categories_have_rows_of_their_own_and_other_detectors_none() -> None:
    found = rates(
        [
            sighting("a", 0.9, harmful=True, category="x"),
            sighting("b", 0.1, harmful=True, category="y"),
        ],
        ["bombs", "leak"],
    )
    assert [(one.detector, one.category, one.recall.value) for one in found] == [
        ("", None, 0.5),
        ("", "x", 1.0),
        ("", "y", 0.0),
        ("bombs", None, 0.5),
        ("bombs", "x", 1.0),
        ("bombs", "y", 0.0),
    ]


def test_texts_of_one_conversation_are_not_independent() -> None:
    same = [sighting(f"{at}", 0.9, harmful=True, unit="talk") for at in range(30)]
    found = flagged_share(same, "bombs")
    assert (found.n, found.clusters, found.low) == (30, 1, None)
