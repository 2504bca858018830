import msgspec

from statera.gate.ruling import Need, Override, Ruling, together
from statera.report.annotations import annotations
from tests.gate.test_ruling import ADA, BOB, dismissed, rule, ruling


def test_a_line_for_the_gate_and_one_for_each_rule_that_does_not_pass() -> None:
    lines = list(annotations(ruling(["pass", "fail", "inconclusive"])))
    assert lines == [
        "::error title=g%3A fail::1 pass, 1 fail, 1 inconclusive",
        "::error title=t/m1 difference to baseline > -0.02::because",
        "::warning title=t/m2 difference to baseline > -0.02::because",
    ]


def test_a_pass_is_a_notice() -> None:
    assert list(annotations(ruling(["pass"]))) == [
        "::notice title=g%3A pass::1 pass, 0 fail, 0 inconclusive"
    ]


def test_an_override_is_a_warning_of_its_own() -> None:
    made = ruling(["fail"], Override(verdict="pass", by="Ada", why="known"))
    first, second, *_ = annotations(made)
    assert first == (
        "::warning title=g%3A pass::overridden by Ada (known); the gate itself says fail"
    )
    assert second.startswith("::notice")


def test_text_cannot_leave_its_line_and_many_rules_are_counted() -> None:
    rules = tuple(
        rule("fail", f"t/a,b:{place}", reason="50 %\n::error::x\r", need=need)
        for place, need in enumerate([Need(items=9, assuming="if so", power=0.8)] + [None] * 29)
    )
    made = Ruling(
        gate="g",
        policy="",
        alpha=0.05,
        verdict=together([r.verdict for r in rules]),
        rules=rules,
        candidate=(),
    )
    lines = list(annotations(made))
    assert len(lines) == 10
    assert lines[1].startswith("::error title=t/a%2Cb%3A0 difference to baseline > -0.02::50 %25 ")
    assert "needs 9 items" in lines[1]
    assert not any("\n" in line or "\r" in line for line in lines)
    assert lines[-1].endswith("::22 more rules are fail")


def test_a_word_that_overrules_a_scorer_is_a_warning() -> None:
    lines = list(annotations(dismissed(BOB)))
    assert lines[0].startswith("::warning")
    assert "says Bob" in lines[0]
    assert len(list(annotations(dismissed(ADA)))) == len(lines) - 1


def test_what_must_be_said_of_judges_is_a_warning() -> None:
    rules = (rule("pass", "t/a", unvalidated=True), rule("fail", "t/b", raw=0.7, labels=90))
    made = msgspec.structs.replace(ruling(["fail"]), rules=rules)
    first, _, last = annotations(made)
    assert first == "::warning title=g%3A fail::unvalidated judge behind t/a"
    assert last.endswith("::because (corrected from +0.700 by 90 labels)")
