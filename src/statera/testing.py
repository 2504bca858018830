"""A pytest plugin: a gate is a test. It is loaded by itself where statera is installed.

    def test_release(statera_gate):
        ruling = statera_gate("gate.yaml", run="candidate", base="released")
        assert ruling.passed, str(ruling)

    @pytest.mark.statera_gate(policy="gate.yaml", run="candidate", base="released")
    def test_release(): ...

Runs are named by id, unique prefix or tag, and read from `--statera-store` (.statera). An
inconclusive gate fails its test; with `--statera-inconclusive=skip` it is skipped, never passed.
"""

from collections.abc import Callable
from importlib import import_module
from inspect import signature
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from statera.gate.ruling import Ruling

MARKER = (
    "statera_gate(policy, run='latest', base=None, store=None, allow=False): "
    "the test passes only if this gate does"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the plugin's flags."""
    group = parser.getgroup("statera", "statera gates")
    group.addoption(
        "--statera-inconclusive",
        choices=("fail", "skip"),
        default="fail",
        help="What an inconclusive gate makes of its test (fail).",
    )
    group.addoption(
        "--statera-store", default=".statera", metavar="DIR", help="Folder of the store (.statera)."
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", MARKER)


class Asking:
    """What the fixture gives: call it with a policy, a run and a base for the ruling."""

    def __init__(self, config: pytest.Config) -> None:
        self._skips = config.getoption("--statera-inconclusive") == "skip"
        self._store: str = config.getoption("--statera-store")

    def __call__(
        self,
        policy: str,
        run: str = "latest",
        base: str | None = None,
        *,
        store: str | None = None,
        allow: bool = False,
    ) -> "Ruling":
        """Return the ruling, which is kept in the ledger like any other.

        The test is skipped where the gate is inconclusive and `--statera-inconclusive=skip`; it
        fails, in one line, for what is declared wrong.
        """
        ruling = _decided(policy, (run, base), store or self._store, allow)
        if isinstance(ruling, str):
            pytest.fail(ruling, pytrace=False)
        if self._skips and ruling.final == "inconclusive":
            pytest.skip(str(ruling))
        return ruling


def _decided(policy: str, runs: tuple[str, str | None], store: str, allow: bool) -> "Ruling | str":
    """Return the ruling, or in one line what is declared wrong."""
    error: type[Exception] = import_module("statera.errors").StateraError
    try:
        return _ruling(policy, runs, store, allow)
    except error as declared:
        return f"statera: {declared}"


def _ruling(policy: str, runs: tuple[str, str | None], store: str, allow: bool) -> "Ruling":
    """Load what decides only now: this module is imported by every test run on the machine."""
    gate = import_module("statera.gate.judging").Gate.load(policy)
    opened = import_module("statera.store.runstore").RunStore(store)
    run_type = import_module("statera.api.stored").Run
    decide: Callable[..., Ruling] = import_module("statera.api.decisions").decide
    try:
        found = [None if name is None else run_type(opened, opened.find(name)) for name in runs]
        with import_module("statera.gate.policy").naming(policy):
            return decide(gate, *found, allow=allow)
    finally:
        opened.close()


@pytest.fixture
def statera_gate(pytestconfig: pytest.Config) -> Asking:
    """Return a function of policy, run and base that returns the gate's ruling."""
    return Asking(pytestconfig)


def _unfit(asking: Asking, marker: pytest.Mark) -> str:
    """Return what is wrong with a marker's arguments, or nothing."""
    try:
        signature(asking).bind(*marker.args, **marker.kwargs)
    except TypeError as error:
        return str(error)
    return ""


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """Fail a marked test whose gate does not pass, before its body runs."""
    marker = item.get_closest_marker("statera_gate")
    if marker is not None:
        asking = Asking(item.config)
        if wrong := _unfit(asking, marker):
            pytest.fail(
                f"statera: {wrong}. The marker is {MARKER.partition(':')[0]}", pytrace=False
            )
        ruling = asking(*marker.args, **marker.kwargs)
        if not ruling.passed:
            pytest.fail(str(ruling), pytrace=False)
