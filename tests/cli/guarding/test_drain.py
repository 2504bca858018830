import pytest
from click.testing import CliRunner

from statera.cli.guarding.drain import command
from statera.errors import RunStopped
from tests.report.kubernetes.inpod.test_drain import guard


def said(port: int, wait: str = "20") -> str:
    arguments = ["--control-port", str(port), "--wait", wait]
    found = CliRunner().invoke(command, arguments, standalone_mode=False)
    if found.exception is not None:
        raise found.exception
    return found.output


def test_it_says_that_everything_was_answered() -> None:
    with guard([1, 0]) as (port, asked):
        assert said(port) == "drained\n"
    assert asked[0] == "POST /control/drain"


def test_no_guard_is_no_failure() -> None:
    with guard([0]) as (port, _):
        pass
    assert said(port) == f"no guard runs at 127.0.0.1:{port}\n"


def test_an_open_reply_when_time_is_up_is() -> None:
    with guard([1]) as (port, _), pytest.raises(RunStopped, match=r"after 0\.1 s"):
        said(port, "0.1")
