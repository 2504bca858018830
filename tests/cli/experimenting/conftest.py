"""The commands about experiments, in a folder of their own and in this process."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from statera.cli.main import cli as commands
from tests.experiment.designs import write

Experiment = Callable[..., Result]


@pytest.fixture
def experiment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Experiment:
    """Return a function that runs `statera experiment ARGS` beside `tone.yaml`."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path)
    return lambda *args: CliRunner().invoke(commands, ["experiment", *args])
