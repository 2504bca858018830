import json

import msgspec
import pytest

from statera.cli import rulings
from statera.cli.rulings import json_ruling, print_ruling, warn_uncountered
from statera.gate.ruling import Need, Override, Ruling, Verdict, together
from tests.gate.test_ruling import ADA, BOB, dismissed, rule, ruling
from tests.terminals import terminal


def printed(capsys: pytest.CaptureFixture[str], made: Ruling, **how: bool) -> str:
    print_ruling(made, **how)
    return capsys.readouterr().out


def test_the_decision_comes_first_and_what_fails_before_what_passes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = printed(capsys, ruling(["pass", "inconclusive", "fail"])).splitlines()
    assert lines[0] == ("FAIL g · 3 rules: 1 fail, 1 inconclusive, 1 pass · one-sided alpha 0.05")
    assert "look 1 · candidate 1 tried on this set" in lines
    table = [line.split()[0] for line in lines[5:8]]
    assert table == ["fail", "inconclusive", "pass"]
    assert any("at most +0.0300 (95 %)" in line for line in lines)


def test_of_many_rules_those_that_pass_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    many: list[Verdict] = ["pass"] * 30
    made = ruling([*many, "fail"])
    out = printed(capsys, made)
    assert "30 rules more pass; --all lists them" in out
    assert "t/m3 " not in out
    assert "t/m3 " in printed(capsys, made, every=True)


def test_what_to_do_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    need = Need(items=2475, assuming="80 % sure to pass if …", power=0.8)
    waits = rule("inconclusive", "t/critical", unconfirmed=("a/1", "a/2"))
    open_rule = rule("inconclusive", need=need)
    made = msgspec.structs.replace(ruling(["pass"]), rules=(waits, open_rule), notes=("[b]x[/b]",))
    out = printed(capsys, made)
    assert "has 500 items, needs 2,475 items (80 % sure to pass if …)" in out
    assert "read: statera show aaaaaaaa --sample-id a/1,a/2" in out
    assert "then: statera confirm aaaaaaaa a/1 --rule t/critical --failure|--no-failure" in out
    assert "note [b]x[/b]" in out


def test_an_override_is_loud(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, ruling(["fail"], Override(verdict="pass", by="Ada", why="known")))
    assert out.startswith("PASS g")
    assert "OVERRIDDEN  to pass by Ada: known; the gate itself says fail" in out


def test_a_terminal_is_safe_from_names(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = rule("fail", "t/[red]\x1b[2J")
    made = Ruling(
        gate="g",
        policy="",
        alpha=0.05,
        verdict=together(["fail"]),
        rules=(hostile,),
        candidate=(),
    )
    out = printed(capsys, made)
    assert "\x1b" not in out
    assert "t/[red]\\x1b[2J" in out


def test_json_has_names_claims_and_bounds() -> None:
    found = json.loads(msgspec.json.encode(json_ruling(ruling(["pass", "fail"]))))
    assert (found["schema"], found["final"], found["exit_code"]) == (1, "fail", 1)
    assert found["rules"][0]["name"] == "t/m0"
    assert found["rules"][1]["bound"] == 0.03


def test_what_a_person_dismissed_is_printed_and_what_overrules_a_scorer_stands_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = printed(capsys, dismissed(ADA, BOB)).splitlines()
    assert lines[1].strip() == (
        "OVERRULED  no failure of t/critical, says Bob: "
        "t/7 (of which the scorer is certain): really fine"
    )
    assert "note no failure of t/critical, says Ada: t/8: read it" in lines


def test_a_later_look_names_its_alpha(capsys: pytest.CaptureFixture[str]) -> None:
    later = rule("pass", alpha=0.0074, look=2)
    made = msgspec.structs.replace(ruling(["pass"]), rules=(later, rule("pass", "t/refused")))
    assert "look 2, at alpha 0.0074 to 0.05 · " in printed(capsys, made)
    made = msgspec.structs.replace(made, rules=(later,))
    assert "look 2, at alpha 0.0074 · " in printed(capsys, made)


def test_what_the_table_says_is_not_said_again(capsys: pytest.CaptureFixture[str]) -> None:
    need = Need(items=2475, assuming="if so", power=0.8)
    rules = (
        rule("inconclusive", "t/a", reason="lower bound", need=need),
        rule("inconclusive", "t/b", reason="one cluster", need=need, p_pass=None),
        rule("fail", "t/critical", reason="1 certain failure: x", failed=("x",)),
    )
    out = printed(capsys, msgspec.structs.replace(ruling(["fail"]), rules=rules))
    assert "inconclusive t/a: has 500 items, needs 2,475 items (if so)" in out
    assert "inconclusive t/b: one cluster; has 500 items" in out
    assert "fail t/critical: 1 certain failure: x" in out
    row = next(line for line in out.splitlines() if line.split()[:2] == ["fail", "t/critical"])
    assert "1 certain failure" in row
    assert row.split()[-1] == "none"


def judged(count: int = 1) -> Ruling:
    rules = tuple(
        rule("pass", f"t/m{n}", raw=0.07, labels=90, transported=True) for n in range(count)
    )
    return msgspec.structs.replace(ruling(["pass"]), rules=rules)


def test_how_far_a_judge_is_believed_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    said = "judge t/m0 difference to baseline > -0.02: corrected from +0.070 by 90 labels, transp"
    assert said in printed(capsys, judged())
    out = printed(capsys, judged(30))
    assert "judge transported correction behind t/m0, t/m1, " in out
    assert said not in out
    assert said in printed(capsys, judged(30), every=True)
    (first,) = json.loads(json.dumps(json_ruling(judged())))["rules"]
    assert first["by"] == "corrected from +0.070 by 90 labels, transported"
    assert (first["raw"], first["labels"], first["transported"]) == (0.07, 90, True)


def test_a_narrow_terminal_keeps_the_bound_and_n(monkeypatch: pytest.MonkeyPatch) -> None:
    out = terminal(monkeypatch, rulings)
    print_ruling(ruling(["inconclusive"]))
    lines = out.getvalue().splitlines()
    head = next(line for line in lines if line.startswith("rule "))
    assert head.split() == ["rule", "metric", "value", "bound", "n", "p"]
    (row,) = (line for line in lines if line.startswith("inconclusive  "))
    assert "at least -0.0100 (95 %)" in row
    assert "500" in row
    assert lines[lines.index(row) + 1].startswith(f"{'':16}claim ")
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("printed", [True, False])
def test_a_missing_counter_rule_is_on_standard_error_too(
    capsys: pytest.CaptureFixture[str], printed: bool
) -> None:
    line = "no rule reads t/b, the counter-metric of t/a: add a rule on t/b"
    made = msgspec.structs.replace(ruling(["pass"]), notes=("else", line))
    warn_uncountered(made, printed=printed)
    assert capsys.readouterr() == ("", f"warning: {line}\n")
