import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands.gates import Made, make


def run_tests(folder: Path, text: str, *flags: str) -> str:
    """Return what pytest prints for a test file, with no plugin but this one."""
    (folder / "test_release.py").write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "statera.testing", "-p", "no:cacheprovider",
         "--strict-markers", "-rs", *flags, "test_release.py"],
        cwd=folder,
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


@pytest.fixture
def runs(tmp_path: Path) -> Made:
    return make(tmp_path)


FIXTURE = """
def test_good(statera_gate):
    ruling = statera_gate("gate.yaml", "{good}", "{base}")
    assert ruling.passed, str(ruling)
    assert ruling["t/refused"].verdict == "pass"

def test_bad(statera_gate):
    ruling = statera_gate("gate.yaml", "{bad}", base="{base}")
    assert ruling.passed, str(ruling)
"""

MARKED = """
import pytest

@pytest.mark.statera_gate("gate.yaml", run="{good}", base="{base}")
def test_good(): pass

@pytest.mark.statera_gate(policy="gate.yaml", run="{bad}", base="{base}")
def test_bad(): raise AssertionError("not reached")

@pytest.mark.statera_gate("critical.yaml", "{failing}")
def test_open(): pass

@pytest.mark.statera_gate("gate.yaml", "{good}")
def test_wrong(): pass
"""


def test_the_fixture_gives_a_ruling_that_reads_well(runs: Made, tmp_path: Path) -> None:
    out = run_tests(tmp_path, FIXTURE.format(**runs._asdict()))
    assert "1 failed, 1 passed" in out
    assert "release: fail (1 of 4 pass)" in out
    assert "fail t/accuracy: difference to baseline > -0.05: upper bound" in out


def test_a_marked_test_passes_only_if_its_gate_does(runs: Made, tmp_path: Path) -> None:
    out = run_tests(tmp_path, MARKED.format(**runs._asdict()))
    assert "3 failed, 1 passed" in out
    assert "not reached" not in out
    assert "1 failure waits for a person to confirm: art/0" in out
    assert "statera: rule `t/accuracy` compares with the baseline: name its run, BASE" in out


def test_inconclusive_may_be_skipped_and_is_never_passed(runs: Made, tmp_path: Path) -> None:
    out = run_tests(tmp_path, MARKED.format(**runs._asdict()), "--statera-inconclusive=skip")
    assert "2 failed, 1 passed, 1 skipped" in out
    assert "never: inconclusive (0 of 1 pass)" in out


def test_loading_the_plugin_loads_nothing_heavy() -> None:
    code = (
        "import sys, statera.testing\n"
        "heavy = [m for m in ('numpy', 'sqlalchemy', 'aiohttp') if m in sys.modules]\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=600)


WRONG = """
import pytest

@pytest.mark.statera_gate(polcy="gate.yaml")
def test_marker(): pass

@pytest.mark.statera_gate("no.yaml", run="{good}")
def test_file(): pass
"""


def test_what_is_declared_wrong_is_one_line_without_a_traceback(runs: Made, tmp_path: Path) -> None:
    told = run_tests(tmp_path, WRONG.format(**runs._asdict()))
    assert "statera: missing a required argument: 'policy'. The marker is statera_gate(" in told
    assert "2 failed" in told
    assert "Traceback" not in told
    assert "During handling" not in told
    assert told.count("statera: no.yaml") == 1
