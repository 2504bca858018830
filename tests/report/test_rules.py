import pytest

from statera.gate.ruling import Need, Override, Verdict
from statera.report.rules import decision
from tests.gate.test_ruling import ADA, BOB, dismissed
from tests.report.made import HOSTILE, rule, ruling


def test_what_fails_comes_first_and_passes_come_apart() -> None:
    found = decision(
        ruling([rule("pass", "t/a"), rule("inconclusive", "t/b"), rule("fail", "t/c")])
    )
    assert (found.verdict, found.sign, found.gate) == ("fail", "✗", "release")
    names = [[line.name for block in part.blocks for line in block.lines] for part in found.parts]
    assert names == [["t/c", "t/b"], ["t/a"]]
    assert found.summary == "3 rules: 1 fail, 1 inconclusive, 1 pass; alpha 0.05, one-sided"
    assert found.notes == ("a note",)


@pytest.mark.parametrize(
    ("passes", "others", "folded"), [(9, 1, True), (8, 1, False), (9, 0, False)]
)
def test_many_passes_are_folded_only_beside_something_to_read(
    passes: int, others: int, folded: bool
) -> None:
    rules = [rule("pass", f"t/{n}") for n in range(passes)] + [rule("fail")] * others
    assert decision(ruling(rules)).parts[-1].folded is folded


@pytest.mark.parametrize(
    ("verdict", "bound"),
    [
        ("pass", "lower bound −0.010 at 95 %"),
        ("inconclusive", "lower bound −0.010 at 95 %"),
        ("fail", "upper bound +0.030 at 95 %"),
    ],
)
def test_the_bound_that_decides_is_printed(verdict: Verdict, bound: str) -> None:
    assert decision(ruling([rule(verdict)])).parts[0].blocks[0].lines[0].bound == bound


def test_a_limit_from_above_reads_the_upper_bound_as_a_share() -> None:
    made = rule("pass", form="max", side="below", limit=0.05, value=0.01, upper=0.03, alpha=0.01)
    line = decision(ruling([made])).parts[0].blocks[0].lines[0]
    assert line.bound == "upper bound 0.030 at 99 %"
    assert (line.claim, line.looks) == ("must be < 0.05", "")


def test_without_a_bound_the_reason_is_there() -> None:
    made = rule("inconclusive", lower=None, upper=None, value=None, method="fewer than 8 clusters")
    line = decision(ruling([made])).parts[0].blocks[0].lines[0]
    assert line.bound == "no bound: fewer than 8 clusters"
    assert line.value == "none"


def test_looks_and_candidates_and_what_is_needed_are_said() -> None:
    made = rule(
        "inconclusive",
        look=3,
        tried=7,
        need=Need(items=2475, assuming="if equal", power=0.8),
        unconfirmed=tuple("abcdefg"),
        clusters=40,
    )
    found = decision(ruling([made]))
    line = found.parts[0].blocks[0].lines[0]
    assert line.looks == "look 3, candidate 7 tried"
    assert "look 3" in found.summary
    assert "candidate 7 tried on this set" in found.summary
    assert line.need == "2,475 items (if equal)"
    assert line.n == "500 in 40"
    assert line.reason == "because; to be confirmed: a, b, c, d, e and 2 more"


def test_an_override_is_loud_and_hides_nothing() -> None:
    made = ruling([rule("fail")], Override(verdict="pass", by=HOSTILE, why="it is urgent"))
    found = decision(made)
    assert found.verdict == "pass"
    assert "The gate itself says fail" in found.override
    assert "it is urgent" in found.override
    assert "\u202e" not in found.override


def test_rules_of_one_pattern_share_an_axis_and_others_do_not() -> None:
    rules = [
        rule("fail", "t/a", rule=0, limit=-0.02),
        rule("fail", "t/b", rule=1, form="min", limit=0.55, value=0.5, lower=0.4, upper=0.54),
        rule("fail", "t/c", rule=1, form="min", limit=0.55, value=0.5, lower=0.4, upper=0.54),
    ]
    (part,) = decision(ruling(rules)).parts
    assert [len(block.lines) for block in part.blocks] == [1, 2]


def test_what_a_person_dismissed_is_told() -> None:
    found = decision(dismissed(ADA, BOB))
    assert found.override.startswith("no failure of t/critical, says Bob")
    assert found.notes == ("no failure of t/critical, says Ada: t/8: read it",)


def test_what_decided_is_printed_in_place_of_a_bound_that_did_not() -> None:
    made = decision(ruling([rule("fail", failed=("a/1", "a/2"))]))
    assert made.parts[0].blocks[0].lines[0].bound == "2 certain failures"


def test_a_claim_about_a_difference_reads_as_a_sentence() -> None:
    line = decision(ruling([rule("pass")])).parts[0].blocks[0].lines[0]
    assert line.claim == "difference to baseline must be > −0.02"


def test_how_far_a_judge_is_believed_stands_with_the_claim_and_in_the_notes() -> None:
    made = rule("pass", "t/a", raw=-0.07, labels=90, transported=True)
    found = decision(ruling([made]))
    line = found.parts[0].blocks[0].lines[0]
    assert line.claim.endswith("; corrected from −0.070 by 90 labels, transported")
    assert found.notes == ("transported correction behind t/a", "a note")
