"""Which sandbox holds on this machine: each is tried, strongest first, and the first is taken.

>>> choose_sandbox().name                                               # doctest: +SKIP
'bubblewrap + seccomp + rlimits'
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from statera.errors import SandboxUnavailable, unknown
from statera.protocols import Sandbox
from statera.sandbox import bubblewrap, landlock, wasi
from statera.sandbox.limits import Limits
from statera.sandbox.trial import Trial, attacked


class Kind(NamedTuple):
    """A way to sandbox: `missing` says why it cannot be had ("" if it may), `make` gives it."""

    name: str
    missing: Callable[[], str]
    make: Callable[[Limits], Sandbox]
    mend: str


KINDS = (
    Kind(
        "bubblewrap",
        bubblewrap.missing,
        bubblewrap.BubblewrapSandbox,
        "install bubblewrap (`apt-get install bubblewrap`) where user namespaces are allowed",
    ),
    Kind(
        "landlock",
        landlock.missing,
        landlock.LandlockSandbox,
        "run on Linux 5.13 or later with Landlock enabled",
    ),
    Kind(
        "wasi",
        wasi.missing,
        wasi.WasiSandbox,
        "`pip install 'statera[wasi]'` and set STATERA_WASI_PYTHON to a python.wasm",
    ),
)


class Holding(NamedTuple):
    """What one kind came to: `reason` is "" when it holds; `seconds` is one program's time."""

    kind: str
    means: str
    reason: str
    seconds: float
    mend: str


def choose_sandbox(limits: Limits | None = None, kinds: Sequence[Kind] = KINDS) -> Sandbox:
    """Return the strongest sandbox that passed a trial; SandboxUnavailable says how to mend it."""
    limits = limits or Limits()
    failed = []
    for kind in kinds:
        holding = _tried(kind, limits)
        if not holding.reason:
            return kind.make(limits)
        failed.append(holding)
    raise SandboxUnavailable(mends(failed))


def mends(failed: Sequence[Holding]) -> str:
    """Return one line that says why no sandbox holds here and what to do about each."""
    reasons = [f"{holding.kind}: {holding.reason}; {holding.mend}" for holding in failed]
    return f"no sandbox holds here, so code from a model is not run. {' | '.join(reasons)}"


def kind_named(name: str) -> Kind:
    """Return the kind of that name; DeclarationError for an unknown one."""
    for kind in KINDS:
        if kind.name == name:
            return kind
    raise unknown("sandbox", name, [kind.name for kind in KINDS])


def holdings(limits: Limits | None = None, kinds: Sequence[Kind] = KINDS) -> Iterator[Holding]:
    """Yield what each kind comes to on this machine, strongest first."""
    for kind in kinds:
        yield _tried(kind, limits or Limits())


def _tried(kind: Kind, limits: Limits) -> Holding:
    if reason := kind.missing():
        return Holding(kind.name, "", reason, 0.0, kind.mend)
    sandbox = kind.make(limits)
    trial = _apart(sandbox)
    return Holding(kind.name, sandbox.name, trial.reason, trial.seconds, kind.mend)


def _apart(sandbox: Sandbox) -> Trial:
    """Run the trial in a thread of its own: the caller may have an event loop running."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(attacked(sandbox))).result()
