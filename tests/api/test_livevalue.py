from pathlib import Path

import pytest

from statera.api.livevalue import live_value
from statera.api.scorecards import scorecard
from statera.api.stored import Run
from statera.experiment.opened import open_design
from statera.records.live import Exposure, Fact, Feedback
from statera.store.live.opening import open_live
from statera.store.runstore import RunStore
from tests.experiment import designs
from tests.runs_made import alternating, stored

DAY = 86_400.0


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return stored(RunStore(tmp_path / ".statera"), alternating(7, 3), model="warm")


def _live(run: Run, folder: Path, *, exposed: int) -> None:
    arms = f"[{{name: base, weight: 0.5}}, {{name: warm, weight: 0.5, run: {run.info.id[:12]}}}]"
    opened = open_design(designs.write(folder, arms=arms))
    live = open_live(str(run.store.path.parent / "live.sqlite"))
    live.register("tone", opened.digest, opened.text, 0.0)
    facts: list[Fact] = []
    for number in range(exposed):
        arm = ("base", "warm")[number % 2]
        said = float((number // 2) % 10 < (6 if arm == "warm" else 3))
        facts.append(
            Exposure(decision=number, experiment="tone", unit=number, arm=arm, slice=0, at=number)
        )
        facts.append(
            Feedback(id=number, at=number + 1.0, outcome="solved", value=said, decision=number)
        )
    live.write(facts)
    live.close()


def test_an_experiment_whose_arm_is_the_run_is_its_value(run: Run, tmp_path: Path) -> None:
    _live(run, tmp_path, exposed=2000)
    value = next(part for part in scorecard(run).parts if part.level == "value")
    (line,) = value.lines
    assert line.figure.metric == "tone/solved warm - base"
    assert line.figure.estimate == pytest.approx(0.3)
    assert line.figure.low is not None
    assert 0 < line.figure.low < 0.3
    assert line.figure.n == 2000
    assert line.counter is not None
    assert line.counter.metric == "tone/complaint warm - base"
    assert not line.counter.higher_is_better
    assert line.verdict in ("pass", "inconclusive")
    assert line.threshold == "better, and worth 0.02"


def test_without_an_experiment_of_its_own_value_is_not_measured(run: Run, tmp_path: Path) -> None:
    assert live_value(run, now=9 * DAY) == ()
    _live(run, tmp_path, exposed=0)
    assert live_value(run, now=9 * DAY) == ()
    other = stored(run.store, alternating(3, 7), model="other")
    _live(run, tmp_path, exposed=2000)
    assert live_value(other, now=9 * DAY) == ()
    assert not next(part for part in scorecard(other).parts if part.level == "value").lines
