from collections.abc import Sequence

import msgspec
import pytest

from statera.api.comparisons import compare
from statera.api.decisions import decide
from statera.api.stored import Run
from statera.errors import DeclarationError
from statera.gate.judging import Gate
from statera.gate.release import Release
from statera.gate.ruling import Override, Ruling
from statera.records.scores import Outcome
from statera.store.ledger import Confirmation
from statera.store.runstore import RunStore
from tests.gate.made import rules
from tests.runs_made import alternating, stored

GATE = Gate(rules())
HALF = Gate(rules({"metric": "t/accuracy", "min": 0.5}))


def test_a_decision_is_that_of_the_comparison_and_is_kept(store: RunStore) -> None:
    base = stored(store, alternating(900, 100), model="base")
    candidate = stored(store, alternating(890, 110))
    found = decide(GATE, candidate, base)
    assert found.verdict == "pass"
    applied = GATE.apply(compare(candidate, base))
    replace = msgspec.structs.replace
    assert found.rules == tuple(replace(rule, looks=(2000,)) for rule in applied.rules)
    assert (found.candidate, found.base) == ((candidate.info.id,), (base.info.id,))
    (entry,) = store.ledger.entries()
    kept = msgspec.json.decode(entry.content, type=Release)
    assert kept.ruling == found
    assert kept.policy == GATE.policy
    assert [seal.trials for seal in kept.seals] == [1000, 1000]


def test_the_same_question_on_the_same_data_is_the_same_ruling(store: RunStore) -> None:
    base = stored(store, alternating(450, 50), model="base")
    candidate = stored(store, alternating(450, 50))
    assert decide(GATE, candidate, base) == decide(GATE, candidate, base)
    assert len(store.ledger.entries()) == 1


def test_more_items_are_another_look_with_a_smaller_alpha(store: RunStore) -> None:
    found: list[Ruling] = []
    for count in (400, 800, 1600):
        base = stored(store, alternating(count, 0), model="base")
        candidate = stored(store, alternating(count, 0))
        found.append(decide(GATE, candidate, base))
    assert [ruling.look for ruling in found] == [1, 2, 3]
    assert found[0].rules[0].alpha == 0.05
    assert found[0].rules[0].alpha > found[1].rules[0].alpha > found[2].rules[0].alpha
    assert found[2].rules[0].looks == (800, 1600, 3200)


def test_another_margin_is_the_same_question(store: RunStore) -> None:
    sizes, margins = (400, 800), (0.02, 0.03)
    looks = []
    for count, margin in zip(sizes, margins, strict=True):
        stated = {"metric": "t/accuracy", "than": "baseline", "margin": margin}
        base = stored(store, alternating(count, 0), model="base")
        candidate = stored(store, alternating(count, 0))
        looks.append(decide(Gate(rules(stated)), candidate, base).look)
    assert looks == [1, 2]


def test_a_rerun_with_another_seed_is_pooled_and_is_a_second_look(store: RunStore) -> None:
    first = stored(store, alternating(60, 40), seed=1)
    assert decide(HALF, first).verdict == "pass"
    second = stored(store, alternating(40, 60), seed=2)
    found = decide(HALF, second)
    assert found.verdict == "inconclusive"
    assert found.rules[0].value == pytest.approx(0.5)
    assert found.look == 2
    assert "the candidate pools 2 runs that differ in seed only" in found.notes[0]


def test_two_runs_of_one_system_are_compared_and_not_pooled(store: RunStore) -> None:
    first, second = (stored(store, alternating(100, 0), seed=seed) for seed in (1, 2))
    found = decide(
        Gate(rules({"metric": "t/accuracy", "than": "baseline", "margin": 0.1})), first, second
    )
    assert (found.candidate, found.base) == ((first.info.id,), (second.info.id,))


def test_candidates_tried_on_one_set_are_counted(store: RunStore) -> None:
    def tried(model: str, data: str = "d") -> int:
        return decide(HALF, stored(store, alternating(60, 40), model=model, data=data)).tried

    assert [tried("a"), tried("b"), tried("c"), tried("a"), tried("a", "other")] == [1, 2, 3, 1, 1]


def test_another_instrument_is_refused_unless_allowed_and_then_noted(store: RunStore) -> None:
    base = stored(store, alternating(90, 10), model="base", key="exact-2")
    candidate = stored(store, alternating(90, 10))
    with pytest.raises(DeclarationError, match="not the same instrument"):
        decide(GATE, candidate, base)
    found = decide(GATE, candidate, base, allow=True)
    assert "not the same instrument" in found.notes[-1]


def test_the_anchor_is_found_by_its_tag(store: RunStore) -> None:
    anchor = stored(store, alternating(1000, 0), model="anchor")
    store.open_run(anchor.info.spec, tag="v1", environment={}, now=3.0)
    store.set_status(anchor.info.id, "done", now=4.0)
    base = stored(store, alternating(900, 100), model="base")
    candidate = stored(store, alternating(900, 100))
    gate = Gate(rules({"metric": "t/accuracy", "than": "baseline", "margin": 0.02}, anchor="v1"))
    found = decide(gate, candidate, base)
    assert [(rule.form, rule.verdict) for rule in found.rules] == [
        ("baseline", "pass"),
        ("anchor", "fail"),
    ]
    assert found.anchor == (anchor.info.id,)


def test_a_person_confirms_or_clears_a_critical_failure(store: RunStore) -> None:
    items: dict[str, Sequence[Outcome]] = {**alternating(400, 1)}
    run = stored(store, items, severity="critical")
    stated = {"metric": "t/critical", "max": 0.01, "critical": True, "detector": "fallible"}
    gate = Gate(rules(stated))
    assert decide(gate, run).verdict == "inconclusive"
    for failure, verdict in ((True, "fail"), (False, "pass")):
        said = Confirmation(
            task="t",
            sample_id="all/400",
            metric="critical",
            failure=failure,
            trials=1,
            by="Ada",
            why="read it",
        )
        store.ledger.confirm(run.info.id, said)
        assert decide(gate, run).verdict == verdict


def test_a_category_of_which_nothing_was_answered_is_inconclusive(store: RunStore) -> None:
    run = stored(store, {**alternating(400, 0), "gone/1": []})
    found = decide(Gate(rules({"metric": "t/*/accuracy", "min": 0.5})), run)
    assert {rule.name: rule.verdict for rule in found.rules} == {
        "t/all/accuracy": "pass",
        "t/gone/accuracy": "inconclusive",
    }


def test_an_override_and_a_run_that_is_not_done_are_told(store: RunStore) -> None:
    run = stored(store, alternating(45, 55))
    store.set_status(run.info.id, "stopped", reason="cost", now=5.0)
    run = Run(store, store.find(run.info.id))
    found = decide(HALF, run, override=Override(verdict="pass", by="Ada", why="known"))
    assert (found.verdict, found.final) == ("inconclusive", "pass")
    assert f"the candidate's run {run.info.id[:8]} is stopped" in found.notes


def test_a_run_is_not_compared_with_itself(store: RunStore) -> None:
    run = stored(store, alternating(4, 6))
    with pytest.raises(DeclarationError, match="not compared with itself"):
        decide(GATE, run, run)


def test_a_run_without_a_trial_is_told(store: RunStore) -> None:
    with pytest.raises(DeclarationError, match="has no scored trial to decide on"):
        decide(HALF, stored(store, {"a/1": []}))


def test_fresh_trials_that_are_not_pooled_are_another_look_all_the_same(store: RunStore) -> None:
    """A suite of another name, a hand-picked list of all, a base that no rule reads."""
    made = [stored(store, alternating(110, 90), seed=seed) for seed in range(2)]
    looks = [decide(HALF, run, other).look for run, other in zip(made, made[::-1], strict=True)]
    assert looks == [1, 2]
    found = decide(HALF, made[1], made[0])
    assert (found.look, found.rules[0].alpha < 0.05) == (2, True)


def test_samples_picked_by_hand_pass_nothing_unless_allowed(store: RunStore) -> None:
    picked = stored(store, alternating(200, 0), chosen="x")
    found = decide(HALF, picked)
    assert found.verdict == "inconclusive"
    assert "were picked by hand" in found.rules[0].reason
    allowed = decide(HALF, picked, allow=True)
    assert allowed.verdict == "pass"
    assert "were picked by hand" in allowed.notes[-1]
    base = stored(store, alternating(150, 50), model="base", chosen="x")
    assert decide(GATE, picked, base).verdict == "inconclusive"
    worse = stored(store, alternating(10, 190), model="worse", chosen="x")
    assert decide(HALF, worse).verdict == "fail"


def test_an_imported_log_that_lost_what_it_got_wrong_does_not_pass(store: RunStore) -> None:
    items = {**alternating(0, 100), **alternating(400, 0, first=100)}
    base = stored(store, items, model="base")
    run = stored(store, alternating(250, 10))
    store.change_environment(run.info.id, lambda old: old | {"imported": {"tool": "csv"}})
    candidate = Run(store, store.find(run.info.id))
    half = {"metric": "t/accuracy", "min": 0.5}
    gate = Gate(rules({"metric": "t/accuracy", "than": "baseline", "margin": 0.02}, half))
    for found in (decide(gate, candidate, base), gate.apply(compare(candidate, base))):
        assert [rule.verdict for rule in found.rules] == ["inconclusive", "inconclusive"]
        assert "lacks 240 items" in found.rules[0].reason
    assert decide(gate, candidate, base, allow=True).verdict == "pass"
    assert decide(gate, run, base).verdict == "pass"


def test_infrastructure_errors_are_told_with_their_side(store: RunStore) -> None:
    failed: dict[str, Sequence[Outcome]] = {f"lost/{n}": ["infra_error"] for n in range(3)}
    base = stored(store, {**alternating(90, 10), **failed}, model="base")
    candidate = stored(store, {**alternating(90, 10), **{name: ["right"] for name in failed}})
    assert decide(GATE, candidate, base).notes == (
        "the base has 3 infrastructure errors, at their worst in every bound: run it again",
    )


def test_a_base_without_the_task_is_declared_wrong_and_nothing_is_kept(store: RunStore) -> None:
    candidate = stored(store, alternating(90, 10))
    base = stored(store, alternating(90, 10), task="u", model="base")
    with pytest.raises(DeclarationError, match=r"no answered task in common .*: t"):
        decide(GATE, candidate, base)
    assert store.ledger.entries() == []
