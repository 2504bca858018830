"""Keeps the policy in force: opens it, reads it again when its file changes, keeps the last good.

    keeper = Keeper(source, tools, clock=clock, pool=pool, observer=observer)
    await keeper.open()                       # DeclarationError: nothing is served by a bad policy
    armed = keeper.armed                      # who takes it keeps it, whatever is read later
    why = await keeper.reload()               # "" or one line; then the old policy stays

A file is looked at by its time, size and inode where a symbolic link leads, so that a ConfigMap,
which swaps a link, is seen.
"""

import asyncio
from concurrent.futures import Executor
from pathlib import Path
from typing import NamedTuple

from msgspec import structs

from statera.codec.files import read_text
from statera.errors import DeclarationError, nearest
from statera.guard.checking import Guard, Observer
from statera.guard.opening import open_guard
from statera.guard.policy import Policy, read_policy
from statera.guard.tools import Tools
from statera.protocols import Clock
from statera.proxy.wire.routes import known_apis

TOXICITY = "toxicity"
_PATTERN = frozenset("*?[")


class Armed(NamedTuple):
    """A policy with its digest and the guard that was opened for it.

    `scoped`: it reads headers; `context`: so many messages before each at most.
    """

    policy: Policy
    guard: Guard
    digest: str
    scoped: bool
    context: int


class PolicySource(NamedTuple):
    """Which file, and what replaces the threshold of its entry `toxicity`."""

    path: Path
    toxicity_threshold: float | None = None


class Keeper:
    """The policy in force, on one event loop."""

    def __init__(
        self,
        source: PolicySource,
        tools: Tools,
        *,
        clock: Clock,
        pool: Executor,
        observer: Observer | None = None,
    ) -> None:
        self.source = source
        self.fault = self.remarks = ""
        self._tools, self._clock, self._pool = tools, clock, pool
        self._observer = observer
        self._armed: Armed | None = None
        self._reading = asyncio.Lock()
        self._seen = _signature(source.path)

    @property
    def armed(self) -> Armed:
        """The policy in force."""
        if self._armed is None:
            raise LookupError("no policy was opened")
        return self._armed

    @property
    def opened(self) -> bool:
        """True once a policy is in force, its detectors warmed up."""
        return self._armed is not None

    async def open(self) -> None:
        """Read and open the policy; DeclarationError for whatever is wrong in it."""
        self._seen = _signature(self.source.path)
        own = written(self.source)
        policy = _replaced(own, self.source)
        loop = asyncio.get_running_loop()
        guard = await loop.run_in_executor(None, self._opened, policy)
        try:
            await guard.warm()
        except Exception as error:  # noqa: BLE001 - whatever a detector raises, it is not taken
            told = error if isinstance(error, DeclarationError) else type(error).__name__
            raise DeclarationError(f"{self.source.path}: a detector cannot look: {told}") from None
        scoped = any(scope.headers for scope in policy.scopes)
        context = max((entry.context for entry in policy.detectors), default=0)
        self.remarks = remarks(own, self.source.toxicity_threshold)
        self._armed = Armed(policy, guard, policy.digest, scoped, context)

    async def reload(self) -> str:
        """Read the policy again; what is wrong with it in one line, and then the old one stays."""
        async with self._reading:
            try:
                await self.open()
            except DeclarationError as error:
                self.fault = str(error)
            else:
                self.fault = ""
            return self.fault

    def changed(self) -> bool:
        """True when the file is another than the one that was last read."""
        return _signature(self.source.path) != self._seen

    def _opened(self, policy: Policy) -> Guard:
        return open_guard(
            policy,
            self._tools,
            source=str(self.source.path),
            clock=self._clock,
            pool=self._pool,
            observer=self._observer,
        )


def written(source: PolicySource) -> Policy:
    """Return the policy as its file has it; DeclarationError for whatever is wrong in it."""
    policy = read_policy(read_text(source.path), source=str(source.path))
    _check_routes(policy, str(source.path))
    return policy


def remarks(policy: Policy, threshold: float | None) -> str:
    """Return what an operator may not expect: no detector, or a threshold that is not the file's.

    `policy` is as its file has it, `threshold` what replaces that of `toxicity`. It begins with
    "; ", or is "".
    """
    if not policy.detectors:
        return "; the policy has no detectors: nothing is checked"
    for entry in policy.detectors:
        if entry.name == TOXICITY and threshold is not None and threshold != entry.threshold:
            return (
                f"; the threshold of '{TOXICITY}' is {threshold:g}, as --toxicity-threshold or "
                f"TOXICITY_THRESHOLD says, not {entry.threshold:g} as in the file"
            )
    return ""


def _check_routes(policy: Policy, source: str) -> None:
    """DeclarationError for a scope whose `route` is none that is guarded, and no pattern."""
    known = sorted({api.routes[0] for api in known_apis().values() if api.method == "POST"})
    for number, scope in enumerate(policy.scopes):
        if scope.route not in known and not _PATTERN.intersection(scope.route):
            raise DeclarationError(
                f"{source}: scopes[{number}].route: '{scope.route}' is not guarded."
                f"{nearest(scope.route, known)} Allowed: {', '.join(known)}, or a pattern with *"
            )


def policy_of(source: PolicySource) -> Policy:
    """Return the policy of a file, with the threshold that replaces its own."""
    return _replaced(written(source), source)


def _replaced(policy: Policy, source: PolicySource) -> Policy:
    if source.toxicity_threshold is None:
        return policy
    names = [entry.name for entry in policy.detectors]
    if TOXICITY not in names:
        raise DeclarationError(
            f"{source.path}: a toxicity threshold is given and no detector is named "
            f"'{TOXICITY}'.{nearest(TOXICITY, names)}"
        )
    return structs.replace(
        policy,
        detectors=tuple(
            structs.replace(entry, threshold=source.toxicity_threshold)
            if entry.name == TOXICITY
            else entry
            for entry in policy.detectors
        ),
    )


def _signature(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
