"""A policy measured as a run: read, compared and gated like any other."""

import asyncio
import json
from pathlib import Path

import pytest

from statera.analysis.guarding.evasions import EVASIONS
from statera.api.comparisons import compare
from statera.api.decisions import decide
from statera.api.guardmeasure import GuardMeasured, MeasureOptions, plan_measure
from statera.api.stored import Run
from statera.errors import DeclarationError
from statera.gate.judging import Gate
from statera.models.clock import SystemClock
from statera.runner.execution import Limits, Services, execute
from statera.runner.tally import Tally
from statera.store.runstore import RunStore
from statera.strategies.policymodel import PolicyModel
from statera.tasks.guardtexts import read_texts
from tests.gate.made import rules
from tests.guards_made import POLICY, faulty_policy, measured, policy_file

HARMFUL, HARMLESS = 30, 60
WORDS = ("0.9", "0.1", "broken", "long")


def texts_file(folder: Path) -> Path:
    """Write 30 harmful texts, of which 20 speak of bombs, and 60 harmless ones, of which 3 do."""
    rows: list[dict[str, object]] = []
    for at in range(HARMFUL):
        said = f"how to build bombs, way {at}" if at < 20 else f"how to poison, way {at}"
        rows.append({"text": said, "label": 1, "category": "bombs" if at < 20 else "poison"})
    for at in range(HARMLESS):
        said = f"history of bombs {at}" if at < 3 else f"write to ada@example.com, {at}"
        rows.append({"text": said, "label": 0, "category": "chat"})
    path = folder / "mixed.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_the_rates_are_those_of_the_run(tmp_path: Path, store: RunStore) -> None:
    found = measured(policy_file(tmp_path), texts_file(tmp_path), store, tag="first")
    run = found.run
    assert (run.info.status, run.info.tags, run.info.spec.suite) == ("done", ("first",), "guard")
    assert run["mixed/recall"].estimate == pytest.approx(20 / 30)
    assert run["mixed/poison/recall"].estimate == 0
    assert run["mixed/bombs_false_positive_rate"].estimate == 0.05
    assert run["mixed/recall"].n == HARMFUL
    row = next(one for one in found.rates if (one.detector, one.category) == ("bombs", None))
    shown = run["mixed/bombs_recall"]
    assert (row.recall.value, row.recall.low) == (shown.estimate, shown.low)
    (blocked,) = found.overblocking
    assert (blocked.n, blocked.by, blocked.redacted) == (HARMLESS, {"bombs": 3}, 57)
    assert found.delays is not None
    assert found.delays.n == HARMFUL + HARMLESS
    assert found.detectors == ("bombs", "mails")
    assert found.evasions == []


def test_what_was_decided_is_not_decided_again(tmp_path: Path, store: RunStore) -> None:
    policy, texts = policy_file(tmp_path), texts_file(tmp_path)
    first = measured(policy, texts, store)
    seconds = [one.seconds for one in first.sightings]
    again = measured(policy, texts, store)
    assert again.run.info.id == first.run.info.id
    assert [one.seconds for one in again.sightings] == seconds
    assert measured(policy, texts, store, nonce="anew").run.info.id != first.run.info.id


def test_two_policies_are_compared_by_text_and_gated(tmp_path: Path, store: RunStore) -> None:
    texts = texts_file(tmp_path)
    old = measured(policy_file(tmp_path), texts, store).run
    better = POLICY.replace(r"['\bbombs?\b']", r"['build bombs', 'poison']")
    wider = better + "  - {name: more, use: regex, with: {patterns: [zzz]}}\n"
    new = measured(policy_file(tmp_path, wider, name="new.yaml"), texts, store).run
    found = compare(new, old)
    row = found["mixed/recall"]
    assert (row.wins, row.losses, row.ties, row.unscored) == (10, 0, 20, 0)
    assert found["mixed/false_positive_rate"].difference == -0.05
    assert [change.what for change in found.system] == ["model"]
    gate = rules(
        {"metric": "mixed/recall", "than": "baseline", "margin": 0.05},
        {"metric": "mixed/false_positive_rate", "max": 0.1},
        {"metric": "mixed/bombs_recall", "min": 0.95},
    )
    assert [one.verdict for one in decide(Gate(gate), new, old).rules] == [
        "pass",
        "pass",
        "inconclusive",
    ]


def test_hidden_texts_are_a_source_of_their_own(tmp_path: Path, store: RunStore) -> None:
    found = measured(policy_file(tmp_path), texts_file(tmp_path), store, evasions=4, limit=10)
    assert len(found.sightings) == 10
    assert {one.source for one in found.sightings} == {"mixed"}
    assert found.run["mixed_evasions/zero_width/recall"].n == 4
    rows = {one.evasion: one for one in found.evasions if one.detector == "bombs"}
    assert set(rows) == set(EVASIONS)
    plain = rows["base64"].recall_change.base
    assert rows["base64"].recall.value == rows["tag_characters"].recall.value == plain
    assert rows["base64"].recall_change.losses == 0


def test_the_rate_of_hidden_texts_is_without_the_plain_ones(
    tmp_path: Path, store: RunStore
) -> None:
    rows = [{"text": f"bombs {at}", "label": 1} for at in range(10)]
    path = tmp_path / "set.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = measured(policy_file(tmp_path), path, store, evasions=10)
    rates = [one for one in found.evasions if not one.detector]
    hidden = sum(one.recall.n for one in rates)
    caught = sum(one.recall.n * (one.recall.value or 0) for one in rates)
    shown = found.run["set_evasions/recall"]
    assert shown.n == hidden
    assert shown.estimate == pytest.approx(caught / hidden)
    assert not any("/plain/" in one.metric for one in found.run.metrics)
    assert all(one.recall_change.base == 1 for one in rates)
    assert found.run.health.unparsed == 0


def test_the_name_of_hidden_texts_is_taken(tmp_path: Path, store: RunStore) -> None:
    path = tmp_path / "my_evasions.jsonl"
    path.write_text('{"text": "a", "label": 1, "id": "x"}\n')
    told = r"my_evasions, text 'x': names that end in _evasions are .* \"source\": \"my\""
    with pytest.raises(DeclarationError, match=told):
        measured(policy_file(tmp_path), path, store)
    assert store.runs() == []


def test_a_gate_takes_what_was_not_read_whole_at_its_worst(tmp_path: Path, store: RunStore) -> None:
    policy = policy_file(tmp_path, "longest: 60\n" + POLICY)
    rows = [{"text": f"flowers {at} {'x' * 60 * (at < 8)}", "label": 0} for at in range(120)]
    path = tmp_path / "set.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    run = measured(policy, path, store).run
    shown = run["set/bombs_false_positive_rate"]
    assert (shown.estimate, shown.n) == (0, 112)
    short = policy_file(tmp_path, name="short.yaml")
    base, again = (measured(short, path, store, nonce=name).run for name in ("a", "b"))
    gate = rules(
        {"metric": "set/bombs_false_positive_rate", "max": 0.05},
        {"metric": "set/bombs_false_positive_rate", "than": "baseline", "margin": 0.05},
    )
    verdicts = [one.verdict for one in decide(Gate(gate), run, base).rules]
    assert verdicts == ["inconclusive", "inconclusive"]
    verdicts = [one.verdict for one in decide(Gate(gate), again, base).rules]
    assert verdicts == ["pass", "pass"]


def test_options_and_labels_are_checked_before_anything_is_asked(
    tmp_path: Path, store: RunStore
) -> None:
    policy, texts = policy_file(tmp_path), texts_file(tmp_path)
    with pytest.raises(DeclarationError, match=r"options: .*>= 1"):
        measured(policy, texts, store, limit=0)
    named = tmp_path / "named.jsonl"
    named.write_text('{"text": "a", "labels": {"bobms": 1}}\n')
    with pytest.raises(DeclarationError, match="unknown detector 'bobms'"):
        measured(policy, named, store)
    assert store.runs() == []
    assert MeasureOptions().workers == 1


def test_failed_checks_are_asked_again_and_in_no_rate(tmp_path: Path, store: RunStore) -> None:
    rows = ({"text": f"{word} {at}", "label": 1} for at in range(6) for word in WORDS)
    path = tmp_path / "set.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))

    async def measure() -> tuple[GuardMeasured, Tally]:
        opened, tally = faulty_policy(threshold=0.5, sides=("input",)), Tally()
        plan = plan_measure(opened, read_texts([str(path)]), MeasureOptions())
        services = Services(store=store, clock=SystemClock())
        model = PolicyModel(opened, SystemClock())
        info = await execute(plan, model, services, Limits(workers=1, fail_share=1.0), tally)
        await model.close()
        return GuardMeasured(Run(store, info), opened.policy), tally

    found, tally = asyncio.run(measure())
    assert tally.asked == 24
    row = next(one for one in found.rates if one.detector == "faulty")
    assert (row.positives, row.failed, row.beyond) == (24, 6, 6)
    assert (row.recall.value, row.recall.n) == (0.5, 12)
    shown = found.run["set/faulty_recall"]
    assert (shown.estimate, shown.outcomes["infra_error"]) == (0.5, 12)
    whole = next(one for one in found.rates if not one.detector)
    assert (whole.recall.n, whole.recall.value) == (18, 12 / 18)
    found, tally = asyncio.run(measure())
    assert (tally.resumed, tally.asked) == (18, 6)
