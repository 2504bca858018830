import random
from pathlib import Path

import pytest

from statera.api.comparisons import compare
from statera.api.decisions import decide
from statera.api.runs import RunOptions, run
from statera.api.stored import Run
from statera.errors import DeclarationError
from statera.gate.judging import Gate
from statera.gate.release import seal
from statera.models.callables import model
from statera.protocols import Model
from statera.store.runstore import RunStore
from statera.tasks.suite import Suite

POLICY = """
gate: g
rules:
  - {metric: t/accuracy, than: baseline, margin: 0.1}
  - {metric: t/truncated, max: 0.05}
"""
TASK = """
task: t
version: "1"
data: t.jsonl
prompt: "{{ q }}"
reference: a
category: c
scorers: [{type: exact, metric: accuracy}]
"""


def answers(share: float) -> Model:
    """Return a model that is right on a fixed share of the questions."""

    def answer(prompt: str) -> str:
        return "yes" if random.Random(prompt.split()[1]).random() < share else "no"

    return model(answer)


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    lines = [f'{{"q": "item {i}", "a": "yes", "c": "c{i % 4}"}}\n' for i in range(600)]
    (tmp_path / "t.jsonl").write_text("".join(lines))
    (tmp_path / "t.yaml").write_text(TASK)
    (tmp_path / "gate.yaml").write_text(POLICY)
    return Suite.load(str(tmp_path / "t.yaml"))


def until(tmp_path: Path) -> RunOptions:
    return RunOptions(until=str(tmp_path / "gate.yaml"), base="base")


def candidate(tmp_path: Path, suite: Suite, store: RunStore, share: float) -> Run:
    options = RunOptions(
        until=str(tmp_path / "gate.yaml"), base="base", system_message=f"right {share}"
    )
    return run(suite, answers(share), store=store, options=options)


@pytest.fixture
def store(tmp_path: Path, suite: Suite) -> RunStore:
    found = RunStore(tmp_path / "store")
    run(suite, answers(0.7), store=found, options=RunOptions(tag="base"))
    return found


@pytest.mark.parametrize(("share", "verdict"), [(0.7, "pass"), (0.3, "fail")])
def test_a_run_stops_as_soon_as_its_gate_is_decided(
    tmp_path: Path, suite: Suite, store: RunStore, share: float, verdict: str
) -> None:
    found = candidate(tmp_path, suite, store, share)
    record = found.info.environment["early_stopping"]
    assert record["ruling"]["verdict"] == verdict
    assert 20 <= record["asked"] < record["total"] == 600
    assert store.counts(found.info.id).trials == record["asked"]
    assert found.info.reason.startswith(f"stopped early by gate g: {verdict}, after ")
    assert "confidence sequence" in found["t/accuracy"].method
    asked = [stored.sample.category for stored in found.samples()]
    assert {asked.count(f"c{i}") // 4 for i in range(4)} <= {len(asked) // 16, len(asked) // 16 + 1}


def test_the_same_gate_gives_the_same_ruling_and_another_one_reads_other_bounds(
    tmp_path: Path, suite: Suite, store: RunStore
) -> None:
    found = candidate(tmp_path, suite, store, 0.7)
    base = Run(store, store.find("base"))
    same = decide(Gate.load(tmp_path / "gate.yaml"), found, base)
    assert same.verdict == "pass"
    assert "group-sequential" in same["t/accuracy"].method
    (tmp_path / "other.yaml").write_text(POLICY.replace("0.1", "0.05"))
    other = decide(Gate.load(tmp_path / "other.yaml"), found, base)
    assert "confidence sequence" in other["t/accuracy"].method


def test_the_same_command_again_asks_nothing_and_rules_the_same(
    tmp_path: Path, suite: Suite, store: RunStore
) -> None:
    first = candidate(tmp_path, suite, store, 0.7)
    trials = store.counts(first.info.id).trials
    again = candidate(tmp_path, suite, store, 0.7)
    assert again.info.id == first.info.id
    assert store.counts(first.info.id).trials == trials
    records = [r.info.environment["early_stopping"] for r in (first, again)]
    assert records[0] == records[1]


def test_once_all_is_asked_the_size_no_longer_depends_on_the_answers(
    tmp_path: Path, suite: Suite, store: RunStore
) -> None:
    candidate(tmp_path, suite, store, 0.7)
    options = RunOptions(system_message="right 0.7")
    whole = run(suite, answers(0.7), store=store, options=options)
    assert whole["t/accuracy"].n == 600
    assert whole["t/accuracy"].method == "Wilson"
    (tmp_path / "other.yaml").write_text(POLICY.replace("0.1", "0.05"))
    other = decide(Gate.load(tmp_path / "other.yaml"), whole, Run(store, store.find("base")))
    assert other["t/accuracy"].look == 2
    assert other["t/accuracy"].alpha < 0.05


def test_the_base_alone_that_stopped_early_says_in_which_order(
    tmp_path: Path, suite: Suite, store: RunStore
) -> None:
    early = candidate(tmp_path, suite, store, 0.7)
    whole = run(suite, answers(0.6), store=store, options=RunOptions(system_message="whole"))
    found = compare(whole, early)
    ids = [stored.sample.id for stored in early.samples()]
    pairing = found.pairing("t")
    assert [pairing.candidate.ids[place] for place in pairing.places[0]] == ids
    ruling = Gate.load(tmp_path / "gate.yaml").apply(found)
    assert "confidence sequence" in ruling["t/accuracy"].method
    assert "confidence sequence" not in ruling["t/truncated"].method


@pytest.mark.parametrize(
    ("policy", "base", "told"),
    [
        (POLICY, None, "rule `t/accuracy` compares with the baseline: --base RUN"),
        (POLICY.replace("accuracy", "acuracy"), "base", "Did you mean 'accuracy'?"),
        (POLICY.replace("t/truncated", "t/c9/refused"), "base", "unknown category 'c9'"),
        (POLICY, "bass", "unknown run 'bass'. Did you mean 'base'?"),
        (POLICY + "anchor: old\n", "base", "unknown run 'old'"),
    ],
)
def test_what_is_declared_wrong_is_told_before_anything_is_asked(
    tmp_path: Path, suite: Suite, store: RunStore, policy: str, base: str | None, told: str
) -> None:
    (tmp_path / "gate.yaml").write_text(policy)
    options = RunOptions(until=str(tmp_path / "gate.yaml"), base=base, system_message="x")
    with pytest.raises(DeclarationError) as wrong:
        run(suite, answers(0.7), store=store, options=options)
    assert told in str(wrong.value)
    assert len(store.runs()) == 1


def test_another_instrument_and_the_run_itself_are_no_base(
    tmp_path: Path, suite: Suite, store: RunStore
) -> None:
    with pytest.raises(DeclarationError, match="its own base"):
        run(suite, answers(0.7), store=store, options=until(tmp_path))
    lines = (tmp_path / "t.jsonl").read_text().replace("item 7", "item 07")
    (tmp_path / "t.jsonl").write_text(lines)
    changed = Suite.load(str(tmp_path / "t.yaml"))
    with pytest.raises(DeclarationError, match="not the same instrument: t data"):
        run(changed, answers(0.7), store=store, options=until(tmp_path))
    picked = RunOptions(
        until=str(tmp_path / "gate.yaml"), base="base", sample_ids=("t/t/0",), system_message="y"
    )
    with pytest.raises(DeclarationError, match="not with samples picked by hand"):
        run(changed, answers(0.7), store=store, options=picked)
    with pytest.raises(DeclarationError, match="goes with --until"):
        run(suite, answers(0.7), store=store, options=RunOptions(base="base"))


def test_what_a_judge_has_yet_to_say_stops_no_run(
    tmp_path: Path, suite: Suite, store: RunStore
) -> None:
    run(suite, answers(0.8), store=store, options=RunOptions(tag="base"))
    (tmp_path / "gate.yaml").write_text("gate: g\nrules: [{metric: t/quality, min: 0.5}]\n")
    with pytest.raises(DeclarationError, match="unknown metric 'quality'"):
        candidate(tmp_path, suite, store, 0.8)
    assert len(store.runs()) == 1


def test_a_rule_of_other_epochs_is_a_mistake_before_anything_is_asked(
    tmp_path: Path, suite: Suite, store: RunStore
) -> None:
    def ask(rule: str, epochs: int | None = None) -> Run:
        (tmp_path / "gate.yaml").write_text(f"gate: g\nrules:\n  - {{{rule}, epochs: 3}}\n")
        options = RunOptions(
            until=str(tmp_path / "gate.yaml"), base="base", tag="new", sampling={"temperature": 0.7}
        )
        return run(suite, answers(0.72), store=store, epochs=epochs, options=options)

    with pytest.raises(DeclarationError, match=r"asks for 1: --epochs 3"):
        ask("metric: t/accuracy, min: 0.5")
    with pytest.raises(DeclarationError, match=r"rules\[0\] .*: of 3 epochs an item; the baseline"):
        ask("metric: t/accuracy, than: baseline, margin: 0.2", epochs=3)
    assert all("new" not in info.tags for info in store.runs())
    asked = ask("metric: t/tar_text@3, min: 0.5", 3)
    ruling = decide(Gate.load(tmp_path / "gate.yaml"), asked)
    assert (ruling.verdict, ruling.rules[0].claim) == ("pass", "> 0.5 in 3 epochs")
    record = store.find("new").environment["early_stopping"]
    assert record["scores"] == seal([asked.info.id], asked.frames).scores
