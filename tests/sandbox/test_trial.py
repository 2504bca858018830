import asyncio

import pytest

from statera.sandbox.interpreter import executable
from statera.sandbox.limits import Limits
from statera.sandbox.programs import Finished
from statera.sandbox.trial import attacked
from tests.sandbox.kinds import sandbox


class Open:
    """No sandbox at all: the same interpreter with every right."""

    name = "none"

    async def run(self, source: str, check: str = "") -> Finished:
        process = await asyncio.create_subprocess_exec(
            executable(), "-c", f"{source}\n{check}", stderr=asyncio.subprocess.PIPE
        )
        _, errors = await process.communicate()
        said = errors.decode().strip().splitlines()[-1:]
        return Finished(ok=process.returncode == 0, why=" ".join(said))


def test_what_does_not_confine_fails_its_trial(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(str(tmp_path))
    trial = asyncio.run(attacked(Open()))
    assert trial.reason == "a trial failed: AssertionError: read a file of the user"


def test_what_holds_is_timed() -> None:
    trial = asyncio.run(attacked(sandbox("landlock")))
    assert trial.reason == ""
    assert 0 < trial.seconds < 60


def test_what_cannot_start_says_why() -> None:
    class Absent(Open):
        async def run(self, source: str, check: str = "") -> Finished:
            raise FileNotFoundError(2, "No such file", "bwrap")

    assert "bwrap" in asyncio.run(attacked(Absent())).reason


def test_a_limit_that_ends_the_trial_is_told() -> None:
    limits = Limits(seconds=0.001)
    assert "time limit" in asyncio.run(attacked(sandbox("landlock", limits))).reason
