"""Giving up rights, step by step and for good, before a hostile line is run.

The order matters: what must be opened is opened first, then the user is left, then files, and the
system call filter comes last because it forbids everything that the earlier steps do.
"""

import os
import resource
import sys
from typing import Any

from statera.sandbox.inside import landlock
from statera.sandbox.inside.syscalls import PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS, prctl

_PATH_ONLY = os.O_RDONLY | getattr(os, "O_PATH", 0) | os.O_CLOEXEC


def confine(settings: dict[str, Any]) -> None:
    """Leave user, files and resources as `settings` (made by the outside) say; OSError if refused.

    Keys: `limits` (seconds, bytes and counts), `user` (a uid to become, or None), `readable` and
    `scratch` (paths for Landlock; `readable` None where a mount namespace does that job),
    `prefix` (where the interpreter lives).
    """
    scratch = os.open(settings["scratch"], _PATH_ONLY)
    readable = [fd for path in settings["readable"] or () if (fd := _opened(path)) is not None]
    os.chdir(settings["scratch"])
    prefix = _opened(settings["prefix"])
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    if settings["user"] is not None:
        _become(settings["user"])
        _import_through(settings["prefix"], prefix)
    if settings["readable"] is not None:
        landlock.restrict(readable, scratch)
    for fd in (*readable, scratch):
        os.close(fd)
    bound(settings["limits"])


def bound(limits: dict[str, int]) -> None:
    """Set the resource limits of this process and its children.

    `processes` counts everything its user runs, so it is there only when that user runs nothing
    else; the system call filter forbids new processes in any case.
    """
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_CPU, limits["cpu_seconds"], grace=1)
    _limit(resource.RLIMIT_AS, limits["memory_bytes"])
    _limit(resource.RLIMIT_FSIZE, limits["file_bytes"])
    _limit(resource.RLIMIT_NOFILE, limits["open_files"])
    if "processes" in limits:
        _limit(resource.RLIMIT_NPROC, limits["processes"])


def _limit(kind: int, value: int, *, grace: int = 0) -> None:
    hard = resource.getrlimit(kind)[1]
    ceiling = value + grace if hard == resource.RLIM_INFINITY else min(value + grace, hard)
    resource.setrlimit(kind, (min(value, ceiling), ceiling))


def _opened(path: str) -> int | None:
    try:
        return os.open(path, _PATH_ONLY)
    except OSError:
        return None


def _become(user: int) -> None:
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    prctl(PR_SET_DUMPABLE, 0)


def _import_through(prefix: str, fd: int | None) -> None:
    """Keep imports working when the new user cannot walk to the interpreter's folder.

    The folder was opened before; `/proc/self/fd/N` leads to it without the walk.
    """
    if os.access(os.__file__, os.R_OK) or fd is None:
        return
    sys.path[:] = [entry.replace(prefix, f"/proc/self/fd/{fd}", 1) for entry in sys.path]
    sys.path_importer_cache.clear()
