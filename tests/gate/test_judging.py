from dataclasses import replace

import numpy as np
import pytest

from statera.analysis.frame import Frame
from statera.errors import DeclarationError
from statera.gate.evidence import Evidence
from statera.gate.failures import Confirmed
from statera.gate.judges import Judges
from statera.gate.judging import Runs, judge
from statera.gate.looks import Look
from statera.gate.ruling import Ruling, Verdict
from statera.metrics.judged import WinRate
from statera.records.scores import Outcome
from tests.analysis.made import frame
from tests.gate.made import items, pair_counts, paired, rules, single
from tests.gate.test_failures import RULE as CRITICAL
from tests.gate.test_failures import severe
from tests.verdicts_made import judged_frame, standing

R: tuple[Outcome, ...] = ("right",)
W: tuple[Outcome, ...] = ("wrong",)
REFUSED: tuple[Outcome, ...] = ("refused",)
LOST: tuple[Outcome, ...] = ("infra_error",)
AT_MOST_1 = {"metric": "t/refused", "max": 0.01}
AT_LEAST_HALF = {"metric": "t/accuracy", "min": 0.5}
EACH = {"metric": "t/*/accuracy", "than": "baseline", "margin": 0.05}


def on(found: Frame, *stated: dict[str, object]) -> Ruling:
    return judge(rules(*stated), single(found))


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [
        ((900, 50, 10), "pass"),
        ((800, 50, 100), "fail"),
        ((440, 25, 25), "inconclusive"),
        ((14_000, 0, 0), "pass"),
    ],
)
def test_not_worse_by_more_than_the_margin(counts: tuple[int, int, int], verdict: Verdict) -> None:
    found = judge(rules(), paired(*pair_counts(*counts)))
    assert (found.verdict, found.exit_code) == (verdict, {"pass": 0, "fail": 1}.get(verdict, 3))
    (rule,) = found.rules
    assert rule.bound == (rule.upper if verdict == "fail" else rule.lower)
    assert rule.lower is not None
    assert (rule.lower > -0.02) == (verdict == "pass")


@pytest.mark.parametrize(
    ("clean", "events", "verdict"),
    [
        (100, 0, "inconclusive"),
        (298, 0, "inconclusive"),
        (299, 0, "pass"),
        (299, 1, "inconclusive"),
    ],
)
def test_at_most_one_percent_and_surely(clean: int, events: int, verdict: Verdict) -> None:
    found = on(frame(items({"a": [(clean, R), (events, REFUSED)]})), AT_MOST_1)
    assert found.verdict == verdict
    if clean == 100:
        need = found.rules[0].need
        assert need is not None
        assert need.items == 299


def test_one_certain_critical_failure_fails_however_many_items_there_are() -> None:
    clean: dict[str, list[Outcome]] = {str(place): ["right"] for place in range(400)}
    assert on(severe(clean), CRITICAL).verdict == "pass"
    found = on(severe(clean | {"bad": ["wrong"]}), CRITICAL)
    assert found.verdict == "fail"
    assert found.rules[0].failed == ("bad",)
    assert "1 certain failure: bad" in found.rules[0].reason


def test_a_doubted_critical_failure_waits_for_a_person() -> None:
    clean: dict[str, list[Outcome]] = {str(place): ["right"] for place in range(600)}
    made = severe(clean | {"doubt": ["refused"]})
    policy = rules(CRITICAL)
    found = judge(policy, single(made))
    assert found.verdict == "inconclusive"
    assert found.rules[0].unconfirmed == ("doubt",)
    key = ("t", "doubt", "critical")
    for said, verdict in ((Confirmed(True, 1), "fail"), (Confirmed(False, 1), "pass")):
        assert judge(policy, single(made, confirmed={key: said})).verdict == verdict


def test_a_category_that_collapses_while_the_mean_rises_fails() -> None:
    big, small = [(900, R), (100, W)], [(80, R), (20, W)]
    base = frame(items({"big": big, "small": small}))
    after = {"big": [(990, R), (10, W)], "small": [(30, R), (70, W)]}
    found = judge(
        rules({"metric": "t/accuracy", "than": "baseline", "margin": 0.02}, EACH),
        paired(frame(items(after)), base),
    )
    mean = found["t/accuracy"]
    assert mean.verdict == "pass"
    assert mean.value is not None
    assert mean.value > 0
    assert found["t/small/accuracy"].verdict == "fail"
    assert found.verdict == "fail"


def test_a_category_that_vanished_is_inconclusive_and_never_passed() -> None:
    base = frame(items({"a": [(500, R)], "b": [(500, R)]}))
    found = judge(rules(EACH), paired(frame(items({"a": [(500, R)]})), base))
    assert found["t/a/accuracy"].verdict == "pass"
    assert found["t/b/accuracy"].verdict == "inconclusive"
    assert "another run has 500" in found["t/b/accuracy"].reason
    assert found.verdict == "inconclusive"


def test_infrastructure_errors_enter_at_their_worst() -> None:
    assert on(frame(items({"a": [(299, R)]})), AT_MOST_1).verdict == "pass"
    found = on(frame(items({"a": [(299, R), (3, LOST)]})), AT_MOST_1)
    assert found.verdict == "inconclusive"
    assert found.rules[0].infra == 3
    lost = on(frame(items({"a": [(10, W), (990, LOST)]})), AT_LEAST_HALF)
    assert lost.verdict == "inconclusive"


def test_many_rules_at_their_limit_do_not_fail_by_chance() -> None:
    """57 rules whose truth is the limit: without Holm, at least one fails 95 % of the time."""
    rng, draws, size = np.random.default_rng(5), 30, 50
    counts = {"plain": 0, "holm": 0}
    for _ in range(draws):
        right = rng.binomial(size, 0.5, 57)
        made = frame(items({f"c{k}": [(r, R), (size - r, W)] for k, r in enumerate(right)}))
        found = on(made, AT_LEAST_HALF | {"metric": "t/*/accuracy"})
        counts["holm"] += found.verdict == "fail"
        counts["plain"] += any((rule.p_fail or 1.0) < 0.05 for rule in found.rules)
    assert counts["plain"] > 0.5 * draws
    assert counts["holm"] <= draws * 0.05 + 3 * (draws * 0.05 * 0.95) ** 0.5


def test_a_later_look_needs_more() -> None:
    evidence = paired(*pair_counts(440, 28, 22))
    policy = rules({"metric": "t/accuracy", "than": "baseline", "margin": 0.02})
    asked = ("t/accuracy", "", "baseline")
    first = judge(policy, evidence)
    later = judge(policy, evidence, looks={asked: Look((250, 490), tried=7)})
    assert first.verdict == "pass"
    assert first.rules[0].alpha == 0.05
    assert later.verdict == "inconclusive"
    assert later.rules[0].alpha < 0.02
    assert (later.look, later.tried) == (2, 7)
    assert later.rules[0].looks == (250, 490)


@pytest.mark.parametrize(
    "made",
    [
        frame([("1", "a", ["right"])]),
        frame([(str(i), "a", ["infra_error"]) for i in range(5)]),
        frame([("1", "a", ["right"]), ("2", "a", ["right"])]),
    ],
)
def test_hardly_anything_is_inconclusive_with_a_reason(made: Frame) -> None:
    found = on(made, AT_LEAST_HALF)
    assert found.verdict == "inconclusive"
    assert found.rules[0].reason


def test_a_rule_that_compares_wants_a_run_to_compare_with() -> None:
    evidence = single(frame([("1", "a", ["right"])]))
    with pytest.raises(DeclarationError, match="`t/accuracy` compares with the baseline"):
        judge(rules(), evidence)
    anchored = rules(AT_LEAST_HALF, anchor="v1")
    with pytest.raises(DeclarationError, match="anchor 'v1' is not compared with"):
        judge(anchored, evidence)


def test_creep_is_held_against_the_anchor_too() -> None:
    candidate, base = pair_counts(9_000, 100, 150, 750)
    anchor = pair_counts(9_000, 50, 950, 0)[1]
    both = paired(candidate, base)
    policy = rules(
        {"metric": "t/accuracy", "than": "baseline", "margin": 0.02},
        anchor="v1",
        anchor_margin=0.05,
    )
    held = Evidence(
        candidate=both.candidate,
        base=both.base,
        anchor=paired(candidate, anchor).base,
        others=(base, anchor),
    )
    found = judge(policy, held)
    assert [(rule.form, rule.verdict) for rule in found.rules] == [
        ("baseline", "pass"),
        ("anchor", "fail"),
    ]


def test_the_ruling_names_what_was_read() -> None:
    runs = Runs(("a", "b"), ("c",))
    found = judge(rules(), paired(*pair_counts(90, 5, 5)), runs=runs)
    assert (found.candidate, found.base, found.anchor) == (("a", "b"), ("c",), ())
    assert found.policy == rules().digest


def test_a_win_rate_is_read_beside_the_run_that_it_is_against_and_no_other() -> None:
    won = WinRate(score="quality", against="base5678more")
    frames = [judged_frame([1.0] * 90 + [0.0] * 10, metrics=(won,)) for _ in range(2)]
    behind = Judges({("t", "quality"): standing(labelled=None)})
    evidence = replace(paired(frames[0], frames[1]), judges=behind)
    policy = rules({"metric": "t/quality", "min": 0.5, "unvalidated": True})
    told = judge(policy, evidence, runs=Runs(("cand1234more",), ("base5678more",)))
    assert (told.verdict, told.notes) == ("pass", ())
    other = judge(policy, evidence, runs=Runs(("cand1234more",), ("else5678more",)))
    assert other.verdict == "inconclusive"
    assert other.rules[0].value is None
    assert other.rules[0].reason == (
        "a win rate against run base5678, not against else5678: "
        "statera judge compare cand1234 else5678"
    )
    anchored = Runs(("cand1234more",), ("else5678more",), ("base5678more",))
    assert judge(policy, evidence, runs=anchored).verdict == "pass"
    alone = judge(policy, evidence, runs=Runs(("cand1234more",)))
    assert (alone.verdict, alone.notes) == (
        "pass",
        ("t/quality: a win rate against run base5678",),
    )
