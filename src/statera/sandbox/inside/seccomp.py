"""A system call filter: what Python needs to compute is allowed, everything else is refused.

The list says what is allowed, so a system call that nobody here has heard of is refused too. New
processes, programs, sockets, tracing, signals to others, changes of permissions and removal of
limits are all outside it. The filter is a classic BPF program
(https://docs.kernel.org/userspace-api/seccomp_filter.html) and stays until the process ends.
"""

import ctypes
import errno
import os
import struct

from statera.sandbox.inside.syscalls import PR_SET_SECCOMP, prctl

# name: its number on x86-64, on aarch64 (None: that machine has no such call)
_NUMBERS: dict[str, tuple[int | None, int | None]] = {
    "read": (0, 63),
    "write": (1, 64),
    "readv": (19, 65),
    "writev": (20, 66),
    "pread64": (17, 67),
    "pwrite64": (18, 68),
    "open": (2, None),
    "openat": (257, 56),
    "close": (3, 57),
    "stat": (4, None),
    "fstat": (5, 80),
    "lstat": (6, None),
    "newfstatat": (262, 79),
    "statx": (332, 291),
    "lseek": (8, 62),
    "mmap": (9, 222),
    "munmap": (11, 215),
    "mremap": (25, 216),
    "mprotect": (10, 226),
    "madvise": (28, 233),
    "brk": (12, 214),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "rt_sigpending": (127, 136),
    "rt_sigtimedwait": (128, 137),
    "sigaltstack": (131, 132),
    "ioctl": (16, 29),
    "access": (21, None),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "getcwd": (79, 17),
    "chdir": (80, 49),
    "fchdir": (81, 50),
    "mkdir": (83, None),
    "mkdirat": (258, 34),
    "unlink": (87, None),
    "unlinkat": (263, 35),
    "rmdir": (84, None),
    "rename": (82, None),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "getdents": (78, None),
    "getdents64": (217, 61),
    "pipe": (22, None),
    "pipe2": (293, 59),
    "select": (23, None),
    "pselect6": (270, 72),
    "poll": (7, None),
    "ppoll": (271, 73),
    "epoll_create1": (291, 20),
    "epoll_ctl": (233, 21),
    "epoll_wait": (232, None),
    "epoll_pwait": (281, 22),
    "eventfd2": (290, 19),
    "dup": (32, 23),
    "dup2": (33, None),
    "dup3": (292, 24),
    "fcntl": (72, 25),
    "flock": (73, 32),
    "fsync": (74, 82),
    "fdatasync": (75, 83),
    "ftruncate": (77, 46),
    "sendfile": (40, 71),
    "fadvise64": (221, 223),
    "umask": (95, 166),
    "sched_yield": (24, 124),
    "nanosleep": (35, 101),
    "clock_nanosleep": (230, 115),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "gettimeofday": (96, 169),
    "time": (201, None),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "getppid": (110, 173),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "getgroups": (115, 158),
    "getresuid": (118, 148),
    "getresgid": (120, 150),
    "getpgrp": (111, None),
    "getpgid": (121, 155),
    "getsid": (124, 156),
    "uname": (63, 160),
    "sysinfo": (99, 179),
    "times": (100, 153),
    "getrusage": (98, 165),
    "getrlimit": (97, 163),
    "prlimit64": (302, 261),
    "getitimer": (36, 102),
    "setitimer": (38, 103),
    "alarm": (37, None),
    "pause": (34, None),
    "futex": (202, 98),
    "set_robust_list": (273, 99),
    "get_robust_list": (274, 100),
    "set_tid_address": (218, 96),
    "rseq": (334, 293),
    "membarrier": (324, 283),
    "arch_prctl": (158, None),
    "sched_getaffinity": (204, 123),
    "sched_getparam": (143, 121),
    "sched_getscheduler": (145, 120),
    "getpriority": (140, 141),
    "getrandom": (318, 278),
    "exit": (60, 93),
    "exit_group": (231, 94),
    "wait4": (61, 260),
    "restart_syscall": (219, 128),
    "tgkill": (234, 131),
    "kill": (62, 129),
    "clone": (56, 220),
    "socketpair": (53, 199),
    "sendto": (44, 206),
    "recvfrom": (45, 207),
    "getsockname": (51, 204),
    "getsockopt": (55, 209),
    "setsockopt": (54, 208),
    "shutdown": (48, 210),
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "socket": (41, 198),
    "connect": (42, 203),
    "bind": (49, 200),
    "ptrace": (101, 117),
    "tkill": (200, 130),
}
ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

# Refused with an error that programs understand; whatever is in no list "is not implemented".
_DENIED = {
    "fork": errno.EAGAIN,
    "vfork": errno.EAGAIN,
    "execve": errno.EPERM,
    "execveat": errno.EPERM,
    "socket": errno.EACCES,
    "connect": errno.EACCES,
    "bind": errno.EACCES,
    "ptrace": errno.EPERM,
    "tkill": errno.EPERM,
}

_LOAD, _EQUAL, _GREATER_EQUAL, _AND, _RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
_ALLOW, _ERROR, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_CLONE_THREAD, _MAP_SHARED, _MAP_ANONYMOUS, _O_TMPFILE = 0x10000, 0x1, 0x20, 0o20000000
_FCNTL = (0, 1, 2, 3, 4, 5, 6, 7, 1030, 1032)  # duplicate, flags, locks, pipe size; not owners
_IOCTL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # is a terminal, size, waiting, flags

Instruction = tuple[int, int, int, int]


def filter_calls(machine: str, *, may_signal: tuple[int, ...] = ()) -> None:
    """Refuse this process everything outside the list; needs no_new_privs.

    It may send signals to itself and to the processes in `may_signal`.

    OSError when the kernel has no filters, KeyError for a machine that is not in ARCHITECTURES.
    """
    program = b"".join(
        struct.pack("=HBBI", *row) for row in assemble(machine, (os.getpid(), *may_signal))
    )
    code = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("@HP", len(program) // 8, ctypes.addressof(code))
    buffer = ctypes.create_string_buffer(header, len(header))
    prctl(PR_SET_SECCOMP, 2, ctypes.addressof(buffer))


def assemble(machine: str, signalled: tuple[int, ...]) -> list[Instruction]:
    """Return the filter for a process that may signal those ids.

    Each row is (operation, rows to skip if true, if false, value).
    """
    column, architecture = ARCHITECTURES[machine]
    program = [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),
        (_GREATER_EQUAL, 0, 1, 0x40000000),
        (_RETURN, 0, 0, _error(errno.ENOSYS)),
    ]
    conditional = _conditions(signalled)
    for name, numbers in _NUMBERS.items():
        if (number := numbers[column]) is not None:
            body = conditional.get(name) or [(_RETURN, 0, 0, _verdict(name))]
            program += [(_EQUAL, 0, len(body), number), *body]
    return [*program, (_RETURN, 0, 0, _error(errno.ENOSYS))]


def _verdict(name: str) -> int:
    return _error(_DENIED[name]) if name in _DENIED else _ALLOW


def _conditions(signalled: tuple[int, ...]) -> dict[str, list[Instruction]]:
    """Return the calls that are allowed for some arguments only."""
    return {
        "clone": _bits(0, _CLONE_THREAD, _CLONE_THREAD, errno.EAGAIN),
        "kill": _among(0, signalled, errno.EPERM),
        "tgkill": _among(0, signalled, errno.EPERM),
        "prlimit64": _among(0, (0,), errno.EPERM),
        "fcntl": _among(1, _FCNTL, errno.EPERM),
        "ioctl": _among(1, _IOCTL, errno.ENOTTY),
        "socketpair": _stream_pair(),
        "sendto": _among(4, (0,), errno.EACCES),
        "mmap": _bits(3, _MAP_SHARED | _MAP_ANONYMOUS, _MAP_SHARED, errno.EACCES, equal=False),
        "open": _bits(1, _O_TMPFILE, 0, errno.EOPNOTSUPP),
        "openat": _bits(2, _O_TMPFILE, 0, errno.EOPNOTSUPP),
    }


def _error(number: int) -> int:
    return _ERROR | number


def _argument(position: int) -> Instruction:
    """Load the low half of an argument; both machines are little-endian."""
    return (_LOAD, 0, 0, 16 + 8 * position)


def _among(position: int, values: tuple[int, ...], error: int) -> list[Instruction]:
    """Allow when the argument is one of `values` (its low half, and then the high half is 0)."""
    count = len(values)
    tests = [(_EQUAL, count - n, 0, value) for n, value in enumerate(values)]
    high = (_LOAD, 0, 0, 20 + 8 * position)
    return [
        _argument(position),
        *tests,
        (_RETURN, 0, 0, _error(error)),
        high,
        (_EQUAL, 0, 1, 0),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _error(error)),
    ]


def _bits(
    position: int, mask: int, value: int, error: int, *, equal: bool = True
) -> list[Instruction]:
    """Allow when the masked argument is `value` (or, with `equal` false, when it is not)."""
    return [
        _argument(position),
        (_AND, 0, 0, mask),
        (_EQUAL, *((0, 1) if equal else (1, 0)), value),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _error(error)),
    ]


def _stream_pair() -> list[Instruction]:
    """Allow an unnamed pair of stream sockets, which event loops wake themselves with."""
    return [
        _argument(0),
        (_EQUAL, 0, 4, 1),
        _argument(1),
        (_AND, 0, 0, 0xF),
        (_EQUAL, 0, 1, 1),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _error(errno.EACCES)),
    ]
