import random
from collections.abc import Collection, Mapping

import pytest

from statera.gate.evidence import Evidence
from statera.gate.policy import Policy
from statera.gate.rules import known_task, targets
from statera.gate.stopping import GateStopper, Planned, recorded
from statera.records.samples import Sample
from statera.records.scores import Outcome
from tests.analysis.made import METRICS, frame
from tests.gate.made import paired, rules, single

EACH = {"metric": "t/*/accuracy", "min": 0.5}
PAIRED = {"metric": "t/accuracy", "than": "baseline", "margin": 0.05}
Answers = Mapping[str, Outcome]


class Asking:
    """A run that answers from a table, and a base; counts what was asked."""

    def __init__(self, answers: Answers, base: Answers | None = None) -> None:
        self.answers, self.base = answers, base
        self.samples = [
            Sample(id=name, input=name, category=name.split("/")[0]) for name in answers
        ]

    def read(self, run_id: str, asked: Mapping[str, Collection[str]]) -> Evidence:
        seen = frame(
            [
                (s.id, s.category or "", [self.answers[s.id]])
                for s in self.samples
                if s.id in asked["t"]
            ]
        )
        if self.base is None:
            return single(seen)
        return paired(seen, frame([(n, n.split("/")[0], [o]) for n, o in self.base.items()]))

    def stopper(self, policy: Policy) -> GateStopper:
        known = [known_task("t", METRICS, self.samples)]
        there = frozenset(self.base or {})
        planned = Planned(
            {"t": self.samples}, targets(policy, known), {("baseline", "t"): there}, {"t": 1}
        )
        return GateStopper(policy, planned, self.read, base="b" if self.base else None)

    def asked(self, policy: Policy) -> tuple[GateStopper, list[Sample]]:
        """Run it to its end; return the stopper and all that was asked."""
        stopper, batch = self.stopper(policy), [list[Sample]()]
        while (found := stopper.next_batch("r")) is not None:
            batch = [list(samples) for samples in found]
        return stopper, batch[0]


def interleaved(rates: Mapping[str, float], each: int, seed: int = 1) -> dict[str, Outcome]:
    drawn = random.Random(seed)
    return {
        f"{name}/{i}": "right" if drawn.random() < rate else "wrong"
        for i in range(each)
        for name, rate in rates.items()
    }


def test_it_spends_on_the_rules_that_are_undecided() -> None:
    stopper, asked = Asking(interleaved({"easy": 0.95, "even": 0.5}, 400)).asked(rules(EACH))
    of = {name: sum(s.category == name for s in asked) for name in ("easy", "even")}
    assert of["easy"] < 80
    assert of["even"] == 400
    verdicts = {rule.category: rule.verdict for rule in stopper.ruling.rules}
    assert verdicts == {"easy": "pass", "even": "inconclusive"}
    assert stopper.asked == len(asked)
    assert stopper.reason.startswith("stopped early by gate g: inconclusive, after ")


def test_a_decided_rule_stays_decided_while_others_are_asked() -> None:
    answers = interleaved({"a": 1.0}, 100) | {f"a/{i}": "wrong" for i in range(100, 400)}
    both = rules({"metric": "t/accuracy", "min": 0.5}, {"metric": "t/refused", "max": 0.004})
    stopper, asked = Asking(answers).asked(both)
    assert len(asked) == 400
    accuracy, refused = stopper.ruling.rules
    assert (accuracy.verdict, accuracy.value) == ("pass", 1.0)
    assert accuracy.n < 100
    assert refused.verdict == "inconclusive"


def test_samples_that_the_base_lacks_are_not_asked() -> None:
    answers = interleaved({"a": 0.7}, 300)
    base: Answers = {name: outcome for name, outcome in answers.items() if name[-1] in "02468"}
    stopper, asked = Asking(answers, base).asked(rules(PAIRED))
    assert {sample.id for sample in asked} <= set(base)
    assert stopper.record["base"] == "b"
    nothing = Asking(answers, {"z/1": "right"}).stopper(rules(PAIRED))
    assert nothing.next_batch("r") is None
    assert "none that the other run has" in nothing.ruling.rules[0].reason


def test_the_record_gives_the_ruling_back_to_the_same_question_only() -> None:
    policy = rules(EACH)
    stopper, _ = Asking(interleaved({"a": 0.95}, 300)).asked(policy)
    record = stopper.record
    assert recorded(record, policy, base=None, scores=record["scores"]) == stopper.ruling
    for other in (
        recorded(None, policy, base=None, scores=record["scores"]),
        recorded(record, rules(EACH, alpha=0.01), base=None, scores=record["scores"]),
        recorded(record, policy, base="b", scores=record["scores"]),
        recorded(record, policy, base=None, scores="changed"),
    ):
        assert other is None


@pytest.mark.parametrize("design", ["group-sequential", "confidence-sequence"])
@pytest.mark.parametrize("estimand", ["population", "benchmark"])
def test_every_design_decides_what_is_plain(design: str, estimand: str) -> None:
    policy = rules(EACH, stopping={"design": design, "estimand": estimand})
    good, asked = Asking(interleaved({"a": 0.95}, 400)).asked(policy)
    assert good.ruling.verdict == "pass"
    assert len(asked) < 300
    assert Asking(interleaved({"a": 0.1}, 400)).asked(policy)[0].ruling.verdict == "fail"
