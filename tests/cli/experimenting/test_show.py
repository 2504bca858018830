import json
from pathlib import Path

from statera.errors import DeclarationError, StoreError
from statera.experiment.opened import open_design
from statera.proxy.experiments.keys import keys_of
from statera.proxy.terms import Terms
from statera.records.live import Exposure, Feedback, identifier
from statera.store.live.opening import open_live
from tests.cli.experimenting.conftest import Experiment

LIVE = ".statera/live.sqlite"


def exposed(folder: Path) -> None:
    """Expose two units of an experiment that was started."""
    digest = open_design(folder / "tone.yaml").digest
    store = open_live(str(folder / LIVE))
    for unit, arm in ((1, "base"), (2, "warm")):
        store.write([
            Exposure(decision=unit, experiment="tone", unit=unit, arm=arm, slice=0, at=1e9 + unit,
                     design=digest),
            Feedback(id=unit, at=1e9 + 9, outcome="solved", value=1.0, decision=unit),
        ])  # fmt: skip
    store.close()


def test_an_open_experiment_is_printed_written_and_ends_with_three(
    experiment: Experiment, tmp_path: Path
) -> None:
    experiment("start", "tone.yaml")
    exposed(tmp_path)
    done = experiment("show", "tone", "-o", "page.html", "--bayes", "--late")
    assert done.exit_code == 3, done.exception
    assert done.output.startswith("sample ratio holds")
    assert "INCONCLUSIVE tone · running · 2 units closed" in done.output
    page = (tmp_path / "page.html").read_text()
    assert "statera experiment show tone --bayes --late -o page.html" in page


def test_json_is_the_documented_shape(experiment: Experiment, tmp_path: Path) -> None:
    experiment("start", "tone.yaml")
    exposed(tmp_path)
    done = experiment("show", "tone", "--json")
    found = json.loads(done.stdout)
    assert done.exit_code == found["exit_code"] == 3
    assert (found["schema"], found["verdict"], found["state"]) == (1, "inconclusive", "running")
    assert found["result"]["closed"] == 2


def test_a_history_is_hashed_with_the_key_that_the_guard_keeps(
    experiment: Experiment, tmp_path: Path
) -> None:
    experiment("start", "tone.yaml")
    exposed(tmp_path)
    key = keys_of(Terms(), LIVE).unit
    store = open_live(LIVE)
    unit = identifier(key, "unit", "ana")
    store.write([Exposure(decision=9, experiment="tone", unit=unit, arm="base", slice=0, at=1e9)])
    store.close()
    (tmp_path / "past.csv").write_text("unit,solved\nana,1\n")
    assert experiment("show", "tone", "--history", "past.csv").exit_code == 3
    other = experiment("show", "tone", "--history", "past.csv", "--unit-key", "k" * 16)
    assert "knows none of the 3 units" in str(other.exception)


def test_what_cannot_be_shown_is_one_line_and_makes_no_store(
    experiment: Experiment, tmp_path: Path
) -> None:
    none = experiment("show", "tone")
    assert isinstance(none.exception, DeclarationError)
    assert "no live store is there" in str(none.exception)
    assert not (tmp_path / LIVE).exists()
    experiment("start", "tone.yaml")
    wrong = experiment("show", "tnoe")
    assert "Did you mean 'tone'?" in str(wrong.exception)
    assert "nobody was exposed yet" in str(experiment("show", "tone").exception)
    page = experiment("show", "tone", "-o", "page.txt")
    assert "a page is .html" in str(page.exception)
    away = experiment("show", "tone", "--live", "postgresql://nobody@127.0.0.1:9/none")
    assert isinstance(away.exception, StoreError)
    assert "\n" not in str(away.exception)
