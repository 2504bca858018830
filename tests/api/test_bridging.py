from pathlib import Path

import pytest

from statera.api.bridging import Stores, bridged
from statera.api.decisions import decide
from statera.errors import DeclarationError
from statera.experiment.opened import open_design
from statera.gate.judging import Gate
from statera.interop.pastexperiments import PastExperiment
from statera.records.live import Exposure, Fact, Feedback
from statera.store.live.opening import LiveStore, open_live
from statera.store.runstore import RunStore
from tests.experiment import designs
from tests.gate.made import rules
from tests.runs_made import alternating, stored

DAY = 86_400.0


@pytest.fixture
def stores(tmp_path: Path, store: RunStore) -> Stores:
    return Stores(open_live(str(tmp_path / "live.sqlite")), store)


def _past(count: int) -> list[PastExperiment]:
    return [
        PastExperiment(
            experiment=f"e{number}", metric="t/accuracy", offline=0.01 * number - 0.03,
            offline_error=0.002, online=0.005 * number - 0.015, online_error=0.002,
            outcome="solved",
        )
        for number in range(count)
    ]  # fmt: skip


def _live(live: LiveStore | None, folder: Path, arms: str, *, solved: dict[str, float]) -> None:
    """Register the experiment and have 400 users of each arm report."""
    assert live is not None
    opened = open_design(designs.write(folder, arms=arms, guardrails=""))
    live.register("tone", opened.digest, opened.text, 0.0)
    facts: list[Fact] = []
    for number in range(800):
        arm = ("base", "warm")[number % 2]
        said = float((number // 2) % 100 < 100 * solved[arm])
        facts.append(
            Exposure(decision=number, experiment="tone", unit=number, arm=arm, slice=0, at=number)
        )
        facts.append(
            Feedback(id=number, at=number + 1.0, outcome="solved", value=said, decision=number)
        )
    live.write(facts)


def test_runs_rulings_and_users_meet(stores: Stores, tmp_path: Path) -> None:
    base = stored(stores.runs, alternating(50, 50), model="base")
    warm = stored(stores.runs, alternating(70, 30), model="warm")
    decide(Gate(rules({"metric": "t/accuracy", "min": 0.5})), warm)
    ruling = stores.runs.ledger.entries()[-1].hash
    arms = (
        f"[{{name: base, weight: 0.5, run: {base.info.id}}}, "
        f"{{name: warm, weight: 0.5, run: {warm.info.id}, ruling: '{ruling[:12]}'}}]"
    )
    _live(stores.live, tmp_path, arms, solved={"base": 0.3, "warm": 0.6})
    found = bridged(stores, now=5 * DAY, past=_past(6), metrics=("t/accuracy",))
    pair = found.pairs[-1]
    assert (pair.experiment, pair.arm, pair.outcome) == ("tone", "warm", "solved")
    assert pair.offline == pytest.approx(0.2)
    assert pair.online == pytest.approx(0.3)
    assert pair.offline_error > 0
    assert found.allowed[0].gate == "pass"
    assert found.allowed[0].online == "better"
    assert found.metrics[0].n == 7
    assert found.metrics[0].agreement.value == pytest.approx(6 / 7)


def test_a_ruling_that_is_not_there_is_told(stores: Stores, tmp_path: Path) -> None:
    arms = "[{name: base, weight: 0.5}, {name: warm, weight: 0.5, ruling: beef}]"
    _live(stores.live, tmp_path, arms, solved={"base": 0.3, "warm": 0.3})
    with pytest.raises(
        DeclarationError, match=r"tone: arm 'warm': no ruling .* begins with 'beef'"
    ):
        bridged(stores, now=5 * DAY)


def test_nothing_to_learn_from_and_unknown_metrics_are_told(stores: Stores) -> None:
    with pytest.raises(DeclarationError, match="no past experiment to learn from"):
        bridged(stores, now=0.0)
    with pytest.raises(DeclarationError, match="no past experiment to learn from"):
        bridged(stores, now=0.0, metrics=("t/accuracy",))
    with pytest.raises(DeclarationError, match=r"unknown metric 't/acuracy'.*'t/accuracy'"):
        bridged(stores, now=0.0, past=_past(2), metrics=("t/acuracy",))
