from collections.abc import Sequence

import msgspec
import pytest

from statera.errors import DeclarationError
from statera.gate.ruling import (
    EXIT_CODES,
    Dismissal,
    Need,
    Override,
    RuleRuling,
    Ruling,
    Verdict,
    dismissal_words,
    together,
)


def rule(verdict: Verdict, name: str = "t/accuracy", **changes: object) -> RuleRuling:
    """Return a rule's ruling on made-up numbers."""
    made = RuleRuling(
        metric=name,
        category=None,
        rule=0,
        form="baseline",
        side="above",
        limit=-0.02,
        verdict=verdict,
        reason="because",
        value=0.01,
        candidate=0.82,
        base=0.81,
        lower=-0.01,
        upper=0.03,
        alpha=0.05,
        p_pass=0.01,
        p_fail=0.99,
        n=500,
        clusters=500,
        method="score",
    )
    return msgspec.structs.replace(made, **changes)


def ruling(verdicts: Sequence[Verdict], override: Override | None = None) -> Ruling:
    return Ruling(
        gate="g",
        policy="0" * 32,
        alpha=0.05,
        verdict=together(verdicts),
        rules=tuple(rule(verdict, f"t/m{place}") for place, verdict in enumerate(verdicts)),
        candidate=("a" * 32,),
        override=override,
    )


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (["pass", "pass"], "pass"),
        (["pass", "inconclusive"], "inconclusive"),
        (["pass", "inconclusive", "fail"], "fail"),
        (["fail", "pass"], "fail"),
    ],
)
def test_the_gate_passes_only_if_every_rule_passes(
    verdicts: list[Verdict], expected: Verdict
) -> None:
    made = ruling(verdicts)
    assert made.verdict == expected
    assert (
        made.exit_code
        == EXIT_CODES[expected]
        == {"pass": 0, "fail": 1, "inconclusive": 3}[expected]
    )
    assert made.passed == (expected == "pass")


def test_an_override_counts_and_the_gates_own_verdict_stays() -> None:
    made = ruling(["fail"], Override(verdict="pass", by="Ada", why="known"))
    assert (made.verdict, made.final, made.exit_code) == ("fail", "pass", 0)


def test_a_ruling_prints_what_does_not_pass() -> None:
    text = str(ruling(["pass", "fail", "inconclusive"]))
    assert text.splitlines()[0] == "g: fail (1 of 3 pass)"
    assert "fail t/m1: difference to baseline > -0.02: because" in text
    assert "t/m0" not in text


def test_rules_are_found_by_name() -> None:
    made = ruling(["pass", "fail"])
    assert made["t/m1"].verdict == "fail"
    with pytest.raises(DeclarationError, match="Did you mean 't/m1'"):
        made["t/m11"]


def test_names_claims_and_bounds() -> None:
    made = rule("pass", category="law", side="below", form="max", limit=0.05)
    assert made.name == "t/law/accuracy"
    assert made.claim == "< 0.05"
    assert made.bound == made.upper
    assert (rule("pass").bound, rule("pass").p) == (-0.01, 0.01)
    failing = rule("fail", p_fail_adjusted=0.2)
    assert (failing.bound, failing.bound_side, failing.p) == (0.03, "upper", 0.2)


def test_a_ruling_survives_json() -> None:
    made = ruling(["pass", "fail"], Override(verdict="pass", by="Ada", why="known"))
    assert msgspec.json.decode(msgspec.json.encode(made), type=Ruling) == made


def test_how_far_a_judge_is_believed_is_said_with_the_claim() -> None:
    assert rule("pass").by == ""
    assert rule("pass", unvalidated=True, raw=0.7).told.endswith("(unvalidated judge)")
    own = rule("pass", form="min", limit=0.5, raw=0.7, labels=1200)
    assert own.told == "> 0.5 (corrected from 0.700 by 1,200 labels)"
    carried = rule("pass", raw=0.07, labels=90, transported=True)
    assert carried.by == "corrected from +0.070 by 90 labels, transported"
    assert rule("pass", labels=90).by == "corrected by 90 labels"


def test_a_ruling_repeats_what_must_be_said_of_judges() -> None:
    rules = (
        rule("pass", "t/a", unvalidated=True),
        rule("pass", "t/b", raw=0.1, labels=40, transported=True),
        rule("pass", "t/b", form="anchor", raw=0.1, labels=40, transported=True),
        rule("pass", "t/c", raw=0.1, labels=40),
        rule("pass", "t/d"),
    )
    made = msgspec.structs.replace(ruling(["pass"]), rules=rules)
    assert made.marked == ("unvalidated judge behind t/a", "transported correction behind t/b")
    assert len(made.heard) == 4
    assert made.heard[0] == "t/a difference to baseline > -0.02: unvalidated judge"
    assert ruling(["pass"]).marked == ruling(["pass"]).heard == ()


def test_a_need_says_what_it_supposes() -> None:
    assert str(Need(items=2475, assuming="if equal", power=0.8)) == "2,475 items (if equal)"
    told = str(Need(items=None, assuming="it is at the limit", power=0.8))
    assert told == "more than can be told (it is at the limit)"


BOB = Dismissal(sample_id="t/7", by="Bob", why="really fine", certain=True)
ADA = Dismissal(sample_id="t/8", by="Ada", why="read it", certain=False)


def dismissed(*said: Dismissal) -> Ruling:
    """Return a ruling that passes because of what people said."""
    made = rule("pass", "t/critical", form="max", limit=0.01, dismissed=said)
    return msgspec.structs.replace(ruling(["pass"]), rules=(made,))


def test_what_people_dismissed_is_part_of_the_ruling() -> None:
    made = dismissed(ADA, BOB)
    assert [dismissal_words(*pair) for pair in made.dismissals] == [
        "no failure of t/critical, says Bob: t/7 (of which the scorer is certain): really fine",
        "no failure of t/critical, says Ada: t/8: read it",
    ]
    assert made.overruled
    assert not dismissed(ADA).overruled


def test_a_certain_failure_decides_without_a_bound() -> None:
    made = rule("fail", failed=("a/1",), p_fail_adjusted=1.0)
    assert (made.bound, made.p, made.decided_by_item) == (None, None, True)
    assert rule("fail", p_fail_adjusted=0.01).p == 0.01


def test_a_rule_of_several_epochs_says_so_in_its_claim() -> None:
    assert rule("pass", epochs=3).claim == "difference to baseline > -0.02 in 3 epochs"
    assert rule("pass", form="max", side="below", limit=0.01, epochs=1).claim == "< 0.01 in 1 epoch"


def test_notes_on_missing_counter_rules_are_told_apart() -> None:
    line = "no rule reads t/b, the counter-metric of t/a: add a rule on t/b"
    made = msgspec.structs.replace(ruling(["pass"]), notes=("else", line))
    assert made.uncountered == (line,)
