from pathlib import Path

import pytest

from statera.cli.demoexperiment import GAIN, USERS, experiment, fortnight
from statera.experiment.opened import open_design
from statera.records.live import Exposure, Feedback


def test_simulated_users_show_what_was_planted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    experiment(tmp_path, 1_800_000_000.0)
    said = capsys.readouterr().out
    assert "sample ratio holds" in said
    assert "PASS demo" in said
    assert f"{USERS:,} of 12,000 planned units closed" in said
    facts = list(fortnight(open_design(tmp_path / "demo-experiment.yaml"), 0.0))
    arms = {fact.decision: fact.arm for fact in facts if isinstance(fact, Exposure)}
    solved: dict[str, list[float]] = {"base": [], "warm": []}
    for fact in facts:
        if isinstance(fact, Feedback) and fact.outcome == "solved" and fact.decision:
            solved[arms[fact.decision]].append(fact.value)
    gain = sum(solved["warm"]) / len(solved["warm"]) - sum(solved["base"]) / len(solved["base"])
    assert gain == pytest.approx(GAIN, abs=0.03)
    experiment(tmp_path, 1_800_000_000.0)
    assert f"{USERS:,} exposed" in capsys.readouterr().out
