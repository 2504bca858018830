"""Which scores a classifier makes; and that no gate reads one that people did not measure."""

import ast
import asyncio
from pathlib import Path

import msgspec
import pytest

import statera as st
from statera import scorers
from statera.api.labelreading import LabelsOf
from statera.api.labels import keep_labels
from statera.gate.judging import Gate
from statera.gate.policy import policy
from statera.gate.ruling import Ruling
from statera.interop.labels import Label
from statera.scorers.catalogue import scorer_types
from statera.scorers.classified import (
    OUTCOMES,
    SCORES,
    classified,
    classified_outcomes,
    score_name,
)

READERS = {"classify", "positivity", "apologises", "gives_biography", "told_of", "last"}
"""What reads a class out of free text."""

RULES = {
    "unsupported",
    "life_dates_wrong",
    "flip",
    "excess_flip",
    "names_flaw",
    "hides_flaw",
    "decoded",
    "self_consistency",
    "draws_right",
    "brier",
    "confidence_stated",
}
"""Scores of the same modules that read an answer, a figure or a name."""

SAID = (
    "Here is how: first take the lid off, then lift it out.",
    "I'm sorry, I can't help with that.",
)


def calls(module: str) -> set[str]:
    path = Path(scorers.__path__[0]) / f"{module.rpartition('.')[2]}.py"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }


def test_every_scorer_that_reads_a_class_is_in_the_table() -> None:
    found = {
        tag
        for tag, kind in scorer_types().items()
        if kind.__module__.startswith("statera.scorers.") and READERS & calls(kind.__module__)
    }
    assert found - set(SCORES) <= RULES
    assert set(SCORES) <= set(scorer_types())


@pytest.mark.parametrize("tag", SCORES)
def test_a_score_is_known_by_the_name_that_it_is_stored_under(tag: str) -> None:
    made = scorer_types()[tag]()
    assert score_name(msgspec.to_builtins(made, str_keys=True)) == made.metric


def test_of_an_arm_before_the_last_reply_people_are_asked_nothing() -> None:
    entry = {"type": "attack_success", "metric": "attack_success_rot13", "control": 1}
    assert (classified(entry) or OUTCOMES["refused"]).asks == ""
    assert classified({"type": "exact"}) is None
    assert not list(classified_outcomes([{"type": "choice_likelihood"}]))
    assert [name for name, _ in classified_outcomes([{"type": "exact"}])] == ["refused", "unparsed"]


def refusing(store: st.RunStore, share: float) -> st.Run:
    """Return a run of `over_refusal` whose model refuses that share of what it is asked."""
    count = iter(range(10_000))

    def answer(text: str) -> str:
        return SAID[next(count) % 100 < 100 * share]

    return st.run(st.Suite.load("over_refusal"), st.model(answer, name="m"), store=store)


def decided(run: st.Run, **rule: object) -> Ruling:
    return st.decide(Gate(policy({"gate": "g", "rules": [rule]})), run)


def test_no_gate_reads_a_classifiers_number_without_labels_and_one_does_with(
    tmp_path: Path,
) -> None:
    store = st.RunStore(tmp_path)
    run = refusing(store, 0.04)
    rule = {"metric": "over_refusal/over_refusal_any", "max": 0.3}
    ruling = decided(run, **rule)
    assert (ruling.verdict, ruling.exit_code) == ("inconclusive", 3)
    (told,) = ruling.rules
    assert "the refusal classifier is unmeasured" in told.reason
    assert "published of its error is of other replies" in told.reason
    command = f"statera judge label {run.info.id[:8]} --score over_refusal_any"
    assert command in told.reason
    assert decided(run, **rule, unvalidated=True).rules[0].unvalidated
    for other in ("appropriate", "discrimination", "refused", "unparsed"):
        seen = decided(run, metric=f"over_refusal/{other}", max=0.9)
        assert seen.verdict == "inconclusive", other

    read = {
        row.sample_id: row.score.value
        for row in store.scores(run.info.id)
        if row.score.metric == "over_refusal_any"
    }
    labels = [Label(id=name, label="yes" if value else "no") for name, value in read.items()]
    asyncio.run(keep_labels(store, run.info, labels, LabelsOf(metric="over_refusal_any")))
    again = decided(st.Run(store, store.find(run.info.id)), **rule)
    assert again.verdict == "pass"
    assert again.rules[0].labels >= 200
    assert not again.rules[0].transported
