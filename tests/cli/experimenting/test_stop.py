import json

import pytest

from tests.cli.experimenting.conftest import Experiment


def test_an_experiment_is_stopped_resumed_and_ended(experiment: Experiment) -> None:
    experiment("start", "tone.yaml")
    stopped = experiment("stop", "tone", "--why", "complaints [by phone]")
    assert stopped.exit_code == 0, stopped.exception
    assert stopped.output.startswith("tone stopped 2")
    assert "complaints [by phone]" in stopped.output
    assert "within seconds" in stopped.output
    assert "stopped already" in experiment("stop", "tone", "--why", "again").output
    assert "`statera experiment stop --resume`" in experiment("start", "tone.yaml").output
    resumed = json.loads(experiment("stop", "tone", "--resume", "--why", "x", "--json").output)
    assert resumed["occurrence"]["kind"] == "resumed"
    assert "running already" in experiment("stop", "tone", "--resume", "--why", "x").output
    assert "for good" in experiment("stop", "tone", "--end", "--why", "decided").output


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--why", " "], "--why: say the reason"),
        (["--why", "x", "--end", "--resume"], "one of them"),
        (["--why", "x"], "no live store is there"),
    ],
)
def test_what_cannot_be_stopped_is_told(experiment: Experiment, args: list[str], told: str) -> None:
    assert told in str(experiment("stop", "tone", *args).exception)
