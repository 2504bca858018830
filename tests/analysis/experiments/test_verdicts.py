import pytest

from statera.analysis.experiments.result import Contrast, Ratio, Result, Side, Standing, Verdict
from statera.analysis.experiments.verdicts import held, ruled

FAIR = Ratio(seen={}, expected={}, p=1.0, alpha=0.001, failed=False)


def contrast(standing: Standing, *, outcome: str = "solved", arm: str = "warm") -> Contrast:
    side = Side(arm=arm, value=0.5, units=100, reporting=100)
    return Contrast(
        outcome=outcome, arm=arm, base=side, candidate=side, value=0.01, low=-0.01, high=0.03,
        level=0.95, error=0.01, standing=standing, limit=0.02, decided_at=500,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("primary", "guardrail", "verdict"),
    [
        ("better", "not_worse", "pass"),
        ("better", "open", "inconclusive"),
        ("better", "worse", "inconclusive"),
        ("better", "breached", "fail"),
        ("open", "breached", "fail"),
        ("open", "not_worse", "inconclusive"),
        ("worse", "not_worse", "fail"),
        ("small", "open", "fail"),
    ],
)
def test_three_answers(primary: Standing, guardrail: Standing, verdict: str) -> None:
    found = ruled(FAIR, [contrast(primary)], [contrast(guardrail, outcome="complaint")])
    assert found.verdict == verdict
    assert found.reasons
    assert all("\n" not in line for line in found.reasons)


def test_a_failing_sample_ratio_voids_everything() -> None:
    failed = Ratio(seen={}, expected={}, p=1e-9, alpha=0.001, failed=True, causes=("bots",))
    found = ruled(failed, [contrast("better")], [])
    assert found.verdict == "inconclusive"
    assert found.reasons[0].startswith("void: ")
    assert found.reasons[1:] == ("bots",)


def test_one_good_arm_passes_and_all_must_fail_to_fail() -> None:
    good, bad = contrast("better", arm="one"), contrast("worse", arm="two")
    assert ruled(FAIR, [good, bad], []).verdict == "pass"
    assert ruled(FAIR, [contrast("open"), bad], []).verdict == "inconclusive"
    assert ruled(FAIR, [bad, bad], []).verdict == "fail"
    assert ruled(FAIR, [good, bad], []).reasons == (
        "one: solved: surely better: +0.01 [-0.01, +0.03], decided at 500 units",
        "two: solved: surely worse: +0.01 [-0.01, +0.03], decided at 500 units",
    )


def test_a_guardrail_counts_only_for_its_own_arm() -> None:
    arms = [contrast("better", arm="one"), contrast("better", arm="two")]
    rail = [contrast("breached", outcome="complaint", arm="two")]
    assert ruled(FAIR, arms, rail).verdict == "pass"
    assert ruled(FAIR, arms[1:], rail).verdict == "fail"


def result(verdict: Verdict) -> Result:
    return Result(
        experiment="tone", verdict=verdict, reasons=(f"it is {verdict}",), alpha=0.05,
        analysis="confidence-sequence", planned=None, closed=9, exposed=9, ratio=FAIR,
        primary=(contrast("better"),), guardrails=(contrast("not_worse", outcome="complaint"),),
    )  # fmt: skip


def test_a_pass_that_another_reading_does_not_share_is_none() -> None:
    assert held(result("pass"), [("before", result("pass"))]) == result("pass")
    found = held(result("pass"), [("before the edit", result("fail"))])
    assert found.verdict == "inconclusive"
    assert found.reasons == (
        "no pass: before the edit the answer is fail (solved better, complaint not worse)",
        "it is pass",
    )


def test_a_fail_stays_one_and_what_others_say_is_told() -> None:
    found = held(result("inconclusive"), [("before the edit", result("fail"))])
    assert (found.verdict, found.reasons) == ("inconclusive", ("it is inconclusive",))
    assert found.warnings == (
        "before the edit the answer is fail (solved better, complaint not worse)",
    )
    assert held(result("fail"), [("before", result("pass"))]).verdict == "fail"


def test_a_mean_over_other_people_passes_nothing() -> None:
    good = [contrast("better", arm="one"), contrast("better", arm="two")]
    found = ruled(FAIR, good[:1], [], {"one": "half of them are silent"})
    assert found.verdict == "inconclusive"
    assert found.reasons[0] == "no pass: half of them are silent"
    assert ruled(FAIR, good, [], {"one": "half of them are silent"}).verdict == "pass"
    assert ruled(FAIR, [contrast("worse", arm="one")], [], {"one": "silent"}).verdict == "fail"
