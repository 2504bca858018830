"""The sandbox of namespaces: bubblewrap, under the same filter and limits as the plain one.

Nothing of the machine is in view but Python's library, read-only; no network, no other process, an
empty environment; the scratch folder is memory of bounded size and vanishes with the program.

As root, `setpriv` first changes to an unprivileged user id, because the process limit does not bind
root. Where that user could not walk to the interpreter (it lies under `/root`, say), an outer
bubblewrap shows the interpreter at a place where it can.
"""

import os
import platform
import shutil
import sys
from pathlib import Path
from typing import Any

from statera.sandbox import interpreter
from statera.sandbox.inside.seccomp import ARCHITECTURES
from statera.sandbox.limits import Limits
from statera.sandbox.programs import Finished
from statera.sandbox.slots import Slots
from statera.sandbox.supervision import Launch, supervise
from statera.sandbox.users import borrowed_user, can_change_user, own_user

_SCRATCH = "/scratch"
_STAGES = (Path("/mnt"), Path("/media"), Path("/srv"))
_ISOLATED = (
    "--unshare-all",
    "--unshare-user",
    "--disable-userns",
    "--die-with-parent",
    "--new-session",
    "--clearenv",
    "--cap-drop",
    "ALL",
    "--hostname",
    "sandbox",
)


class BubblewrapSandbox:
    """Runs Python in namespaces of its own."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._slots = Slots()

    @property
    def name(self) -> str:
        """By which means."""
        return f"bubblewrap + seccomp + rlimits{own_user()}"

    async def run(self, source: str, check: str = "") -> Finished:
        """Run `source`, then `check` against it from a process that `source` cannot reach."""
        return await self._slots.run(lambda: self._run(source, check))

    async def _run(self, source: str, check: str) -> Finished:
        with borrowed_user() as user:
            settings = self._settings(user)
            launch = Launch(
                command=_command(self.limits, user),
                job=lambda proof: interpreter.job(settings | {"proof": proof}, source, check),
                folder=Path("/"),
            )
            return await supervise(launch, self.limits)

    def _settings(self, user: int | None) -> dict[str, Any]:
        return {
            "limits": interpreter.resources(self.limits, own_user=user is not None),
            "user": None,
            "readable": None,
            "scratch": _SCRATCH,
            "prefix": sys.base_prefix,
            "machine": platform.machine(),
        }


def missing() -> str:
    """Return why it cannot be had here, or ""; a trial run is the real proof."""
    if sys.platform != "linux":
        return f"needs Linux, this is {sys.platform}"
    if platform.machine() not in ARCHITECTURES:
        return f"no system call filter for {platform.machine()} (has {', '.join(ARCHITECTURES)})"
    if os.geteuid() == 0 and not can_change_user():
        return "root may not change its user here, and the process limit does not bind root"
    needed = ("bwrap", "setpriv") if os.geteuid() == 0 else ("bwrap",)
    absent = [name for name in needed if shutil.which(name) is None]
    return f"not installed: {', '.join(absent)}" if absent else ""


def _command(limits: Limits, user: int | None) -> tuple[str, ...]:
    prefix = Path(sys.base_prefix)
    staged = prefix if user is None or _reachable(prefix) else _stage(prefix)
    isolated = ("bwrap", *_ISOLATED, *_binds(prefix, staged), *_scratch(limits), "--")
    changed = () if user is None else _setpriv(user)
    shown = () if staged == prefix else _shown(prefix, staged)
    return (*shown, *changed, *isolated, *interpreter.command())


def _setpriv(user: int) -> tuple[str, ...]:
    return (
        "setpriv",
        f"--reuid={user}",
        f"--regid={user}",
        "--clear-groups",
        "--no-new-privs",
        "--inh-caps=-all",
    )


def _stage(prefix: Path) -> Path:
    """Return a folder that any user may walk to and that nothing of ours is in."""
    for place in _STAGES:
        if place.is_dir() and not prefix.is_relative_to(place) and _reachable(place):
            return place
    raise FileNotFoundError(f"no user but root can walk to {prefix}, and there is no /mnt")


def _shown(prefix: Path, staged: Path) -> tuple[str, ...]:
    """Show the interpreter's folder at `staged`, keeping just the right to change the user."""
    bound = ("--dev-bind", "/", "/", "--ro-bind", str(prefix), str(staged))
    kept = ("--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID")
    return ("bwrap", *bound, *kept, "--die-with-parent", "--")


def _binds(prefix: Path, found_at: Path) -> tuple[str, ...]:
    """Bind what Python needs read-only at its usual place; `found_at` is where the prefix is."""
    words: list[str] = []
    for path in (interpreter.executable(), *interpreter.readable()):
        inside = Path(path).is_relative_to(prefix) and str(prefix) != "/usr"
        origin = found_at / Path(path).relative_to(prefix) if inside else Path(path)
        words += ("--ro-bind", str(origin), path)
    for path in interpreter.devices():
        words += ("--dev-bind", path, path)
    return tuple(words)


def _scratch(limits: Limits) -> tuple[str, ...]:
    memory = ("--size", str(limits.scratch_bytes), "--tmpfs", _SCRATCH)
    return (*memory, "--symlink", _SCRATCH, "/tmp", "--remount-ro", "/", "--chdir", _SCRATCH)


def _reachable(path: Path) -> bool:
    """Return whether any user may walk to `path`."""
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents))
