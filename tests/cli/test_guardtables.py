import json
from pathlib import Path

import msgspec
import pytest

from statera.api.guardmeasure import GuardMeasured
from statera.cli.guardtables import document, print_measured
from statera.store.runstore import RunStore
from tests.guards_made import POLICY, measured, policy_file

SHADOW = POLICY + (
    "  - {name: slow, use: regex, with: {patterns: [dynamite]}, sides: [input], mode: shadow}\n"
)


@pytest.fixture
def found(tmp_path: Path) -> GuardMeasured:
    rows = [{"text": f"bombs {at}", "label": 1, "category": "b"} for at in range(9)]
    rows += [{"text": f"rot13 of it {at}", "label": 0} for at in range(8)]
    rows += [{"text": "old bombs", "label": 0}, {"text": "dynamite", "label": 0}]
    path = tmp_path / "mixed.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    store = RunStore(tmp_path / "store")
    return measured(policy_file(tmp_path, SHADOW), path, store, evasions=9)


def test_every_table_names_what_it_counts(
    found: GuardMeasured, capsys: pytest.CaptureFixture[str]
) -> None:
    print_measured(found)
    said = capsys.readouterr().out
    lines = {line.split("  ")[0]: " ".join(line.split()) for line in said.splitlines()}
    assert (
        f" · policy {found.policy.digest} · 19 texts of 1 source · run {found.run.info.id[:8]}"
        in said
    )
    assert (
        lines["mixed"]
        == "mixed 10 0.100 0.018 to 0.404 bombs 1 (1 alone), shadow would block 1 more"
    )
    assert "mixed whole policy 9 1.000 0.701 to 1.000 10 0.100" in " ".join(said.split())
    assert "every verdict stayed as it is plain under: base64, " in said
    assert lines["rot13"].startswith("rot13 mixed 9 0.000 1.000")
    assert "latency p50 " in said
    assert "rows of categories with --categories" in said


def test_categories_are_printed_where_they_are_asked_for(
    found: GuardMeasured, capsys: pytest.CaptureFixture[str]
) -> None:
    print_measured(found, categories=True)
    assert "\n  b " in capsys.readouterr().out


def test_what_an_area_is_made_of_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [{"text": f"bombs {at}", "label": 1, "category": "b"} for at in range(9)]
    rows += [{"text": f"mild {at} {'x' * 60 * (at < 2)}", "label": 0} for at in range(9)]
    (tmp_path / "mixed.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    policy = policy_file(tmp_path, "longest: 60\n" + POLICY)
    found = measured(policy, tmp_path / "mixed.jsonl", RunStore(tmp_path / "store"))
    print_measured(found, categories=True)
    said = capsys.readouterr().out
    assert "+ one kind of text only: AUROC against the rest of the same source" in said
    assert "* one kind" not in said
    assert "1.000+" in said
    assert "4 readings of texts beyond what a detector can examine: in no AUROC" in said


def test_machines_get_every_row(found: GuardMeasured) -> None:
    told = json.loads(msgspec.json.encode(document(found)))
    assert told["schema"] == 1
    assert (told["texts"], told["system"]) == (19, found.run.info.spec.system.model)
    assert {row["detector"] for row in told["rates"]} == {"", "bombs", "mails", "slow"}
    assert told["over_blocking"][0]["by"] == {"bombs": 1}
    assert {row["evasion"] for row in told["evasions"]} >= {"base64", "zero_width"}
    assert set(told["latency_ms"]) == {"n", "p50", "p95", "p99", "most"}
