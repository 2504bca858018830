"""The sandbox of plain kernel means: Landlock for files, a system call filter, resource limits.

Holds on Linux 5.13 and later, as root or not, in most containers, with no program installed. As
root it runs the code under a user id of its own, so that the process limit binds and nothing of
ours can be signalled.

The system calls are made by our own few lines (`inside.landlock`, `inside.seccomp`): in 2026 PyPI's
`landlock` has development releases only, `py-landlock` is at 0.1, and `pyseccomp` rests since 2021
and needs a C library that a bare machine lacks.

Weaker than namespaces in two ways: the *existence* and size of a file can be asked (`stat`), though
not read; and files made in the scratch folder cannot be removed by the program, because the space
they take is watched from outside.
"""

import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from statera.sandbox import interpreter
from statera.sandbox.inside import landlock
from statera.sandbox.inside.seccomp import ARCHITECTURES
from statera.sandbox.limits import Limits
from statera.sandbox.programs import Finished
from statera.sandbox.scratch import overfull, scratch
from statera.sandbox.slots import Slots
from statera.sandbox.supervision import Launch, supervise
from statera.sandbox.users import borrowed_user, own_user


class LandlockSandbox:
    """Runs Python with nothing but its standard library and a scratch folder in reach."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._slots = Slots()

    @property
    def name(self) -> str:
        """By which means, with the version of Landlock that the kernel offers."""
        return f"landlock {landlock.version()} + seccomp + rlimits{own_user()}"

    async def run(self, source: str, check: str = "") -> Finished:
        """Run `source`, then `check` against it from a process that `source` cannot reach."""
        return await self._slots.run(lambda: self._run(source, check))

    async def _run(self, source: str, check: str) -> Finished:
        with borrowed_user() as user, scratch(user) as folder:
            launch = Launch(
                command=interpreter.command(),
                job=self._job(source, check, folder, user),
                folder=folder,
                overfull=lambda: overfull(folder, self.limits),
            )
            return await supervise(launch, self.limits)

    def _job(
        self, source: str, check: str, folder: Path, user: int | None
    ) -> Callable[[int], bytes]:
        settings: dict[str, Any] = {
            "limits": interpreter.resources(self.limits, own_user=user is not None),
            "user": user,
            "readable": [*interpreter.readable(), *interpreter.devices()],
            "scratch": str(folder),
            "prefix": sys.base_prefix,
            "machine": platform.machine(),
        }
        return lambda proof: interpreter.job(settings | {"proof": proof}, source, check)


def missing() -> str:
    """Return why this kernel or machine cannot have it, or ""; a trial run is the real proof."""
    if sys.platform != "linux":
        return f"needs Linux, this is {sys.platform}"
    if platform.machine() not in ARCHITECTURES:
        return f"no system call filter for {platform.machine()} (has {', '.join(ARCHITECTURES)})"
    try:
        landlock.version()
    except OSError as error:
        return f"this kernel offers no Landlock ({os.strerror(error.errno or 0)})"
    return ""
