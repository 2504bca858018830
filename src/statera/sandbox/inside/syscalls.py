"""System calls by number, called through the C library: what Python's `os` does not offer."""

import ctypes
import os

LANDLOCK_CREATE_RULESET = 444
LANDLOCK_ADD_RULE = 445
LANDLOCK_RESTRICT_SELF = 446

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_SET_NO_NEW_PRIVS = 38


def syscall(number: int, *arguments: int) -> int:
    """Return the result of a system call; OSError when it failed."""
    library = ctypes.CDLL(None, use_errno=True)
    result = int(library.syscall(ctypes.c_long(number), *(ctypes.c_ulong(a) for a in arguments)))
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result


def prctl(option: int, *arguments: int) -> None:
    """Change an attribute of this process; OSError when refused."""
    library = ctypes.CDLL(None, use_errno=True)
    values = (*arguments, 0, 0, 0, 0)[:4]
    if library.prctl(option, *(ctypes.c_ulong(value) for value in values)) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"prctl {option}: {os.strerror(error)}")
