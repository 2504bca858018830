import json

from statera.store.live.opening import open_live
from tests.cli.experimenting.conftest import Experiment
from tests.store.live.made import exposure, said

LIVE = ".statera/live.sqlite"


def test_what_ended_goes_when_it_is_old(experiment: Experiment) -> None:
    experiment("start", "tone.yaml")
    store = open_live(LIVE)
    store.write([exposure(1, 10), said(1, 1), exposure(2, 10, experiment="other"), said(2, 99)])
    store.close()
    experiment("stop", "tone", "--end", "--why", "decided")
    told = experiment("retain", "--older-than", "90d")
    assert told.exit_code == 0, told.exception
    assert told.output == f"{LIVE}: deleted 1 feedback\n"
    found = json.loads(experiment("retain", "--older-than", "0s", "--json").output)
    assert found["deleted"]["exposures"] == found["deleted"]["feedback"] == 1
    assert "deleted nothing" in experiment("retain", "--older-than", "0s").output
    assert "tone" in experiment("list").output


def test_wrong_lengths_and_places_are_told(experiment: Experiment) -> None:
    assert "'90' is no length of time" in str(experiment("retain", "--older-than", "90").exception)
    missing = experiment("retain", "--older-than", "90d", "--live", "none.sqlite")
    assert str(missing.exception).startswith("none.sqlite: no live store is there")
