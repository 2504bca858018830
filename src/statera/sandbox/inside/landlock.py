"""Landlock: take from this process, for good, every file that is not named here.

Interface: https://docs.kernel.org/userspace-api/landlock.html. Reading of metadata (`stat`) is not
covered by Landlock; changing it is denied by the system call filter.
"""

import ctypes
import os
import stat
import struct

from statera.sandbox.inside.syscalls import (
    LANDLOCK_ADD_RULE,
    LANDLOCK_CREATE_RULESET,
    LANDLOCK_RESTRICT_SELF,
    syscall,
)

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_MAKE_DIR, _MAKE_REG = 1 << 7, 1 << 8
_TRUNCATE = 1 << 14
_READ = _READ_FILE | _READ_DIR
_SCRATCH = _READ | _WRITE_FILE | _MAKE_DIR | _MAKE_REG | _TRUNCATE
_ON_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE
_FILESYSTEM_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}  # how many bits each version knows; then 16
_NETWORK = 3  # bind and connect over TCP, since version 4
_SCOPES = 3  # abstract unix sockets and signals, since version 6


def version() -> int:
    """Return the version of Landlock in this kernel; OSError when there is none."""
    return syscall(LANDLOCK_CREATE_RULESET, 0, 0, 1)


def restrict(readable: list[int], scratch: int) -> None:
    """Leave this process only the paths behind these descriptors: read some, write in scratch.

    Files in `scratch` can be made and changed but not removed, so that the space they take can be
    seen from outside. Needs no_new_privs. Raises OSError when the kernel has no Landlock.
    """
    known = version()
    handled = (1 << _FILESYSTEM_RIGHTS.get(known, 16)) - 1
    rules = [(fd, _READ) for fd in readable] + [(scratch, _SCRATCH)]
    ruleset = _create(known, handled)
    for fd, rights in rules:
        _allow(ruleset, fd, rights & handled)
    syscall(LANDLOCK_RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def _create(known: int, handled: int) -> int:
    attribute = struct.pack("=Q", handled)
    if known >= 4:
        attribute += struct.pack("=Q", _NETWORK)
    if known >= 6:
        attribute += struct.pack("=Q", _SCOPES)
    buffer = ctypes.create_string_buffer(attribute, len(attribute))
    return syscall(LANDLOCK_CREATE_RULESET, ctypes.addressof(buffer), len(attribute), 0)


def _allow(ruleset: int, fd: int, rights: int) -> None:
    if not stat.S_ISDIR(os.fstat(fd).st_mode):
        rights &= _ON_FILES
    rule = struct.pack("=Qi", rights, fd)
    buffer = ctypes.create_string_buffer(rule, len(rule))
    syscall(LANDLOCK_ADD_RULE, ruleset, 1, ctypes.addressof(buffer), 0)
