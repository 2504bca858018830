import json

from tests.cli.experimenting.conftest import Experiment


def test_experiments_are_listed_with_how_they_stand(experiment: Experiment) -> None:
    assert "no live store is there" in str(experiment("list").exception)
    experiment("start", "tone.yaml")
    experiment("stop", "tone", "--why", "complaints")
    lines = experiment("list").output.splitlines()
    assert lines[0].split()[0] == "experiment"
    assert lines[1].split()[:2] == ["tone", "stopped"]
    assert lines[1].endswith("stopped: complaints")
    (found,) = json.loads(experiment("list", "--json").output)["experiments"]
    assert (found["experiment"], found["state"], found["edits"]) == ("tone", "stopped", 0)
