"""The filter's program is run here by a small interpreter of classic BPF, on made-up calls."""

import errno
import struct

import pytest

from statera.sandbox.inside.seccomp import ARCHITECTURES, Instruction, assemble

ALLOWED = 0x7FFF0000
KILLED = 0x80000000
PID = 77


def outcome(program: list[Instruction], number: int, arguments: tuple[int, ...], arch: int) -> int:
    padded = (*arguments, 0, 0, 0, 0, 0, 0)[:6]
    data = struct.pack("<iIQ6Q", number, arch, 0, *(a % 2**64 for a in padded))
    at, value = 0, 0
    while True:
        code, if_true, if_false, k = program[at]
        at += 1
        if code == 0x06:
            return k
        if code == 0x20:
            value = struct.unpack_from("<I", data, k)[0]
        elif code == 0x54:
            value &= k
        else:
            at += if_true if (value == k if code == 0x15 else value >= k) else if_false


def x86(name_number: int, *arguments: int) -> int:
    return outcome(assemble("x86_64", (PID,)), name_number, arguments, ARCHITECTURES["x86_64"][1])


def refused(number: int) -> int:
    return 0x00050000 | number


@pytest.mark.parametrize(
    ("number", "arguments", "expected"),
    [
        (0, (), ALLOWED),  # read
        (231, (), ALLOWED),  # exit_group
        (57, (), refused(errno.EAGAIN)),  # fork
        (59, (), refused(errno.EPERM)),  # execve
        (41, (2, 1, 0), refused(errno.EACCES)),  # socket
        (53, (1, 1), ALLOWED),  # socketpair: unix stream
        (53, (1, 1 | 0o2000000), ALLOWED),
        (53, (1, 2), refused(errno.EACCES)),
        (53, (2, 1), refused(errno.EACCES)),
        (44, (3, 0, 1, 0, 0, 0), ALLOWED),  # sendto without an address
        (44, (3, 0, 1, 0, 1 << 40, 16), refused(errno.EACCES)),
        (56, (0x10000,), ALLOWED),  # clone of a thread
        (56, (17,), refused(errno.EAGAIN)),
        (435, (), refused(errno.ENOSYS)),  # clone3
        (62, (PID, 9), ALLOWED),  # kill
        (62, (1, 9), refused(errno.EPERM)),
        (62, (-1, 9), refused(errno.EPERM)),
        (62, (0, 9), refused(errno.EPERM)),
        (62, (PID | 1 << 32, 9), refused(errno.EPERM)),
        (234, (PID, 1, 6), ALLOWED),  # tgkill
        (302, (0, 7), ALLOWED),  # prlimit64 of itself
        (302, (5, 7), refused(errno.EPERM)),
        (72, (3, 1030), ALLOWED),  # fcntl: duplicate
        (72, (3, 8), refused(errno.EPERM)),  # fcntl: owner
        (16, (3, 0x5421), ALLOWED),  # ioctl: non-blocking
        (16, (0, 0x5412), refused(errno.ENOTTY)),  # ioctl: type into a terminal
        (9, (0, 1, 1, 0x02), ALLOWED),  # mmap: private file
        (9, (0, 1, 1, 0x21), ALLOWED),  # shared memory without a file
        (9, (0, 1, 1, 0x01), refused(errno.EACCES)),  # shared file
        (257, (0, 0, 0o101), ALLOWED),  # openat
        (257, (0, 0, 0o20200002), refused(errno.EOPNOTSUPP)),  # openat: a file without a name
        (101, (), refused(errno.EPERM)),  # ptrace
        (9999, (), refused(errno.ENOSYS)),
        (0x40000000, (), refused(errno.ENOSYS)),
    ],
)
def test_calls(number: int, arguments: tuple[int, ...], expected: int) -> None:
    assert x86(number, *arguments) == expected


def test_another_machine_s_numbers_end_the_process() -> None:
    program = assemble("x86_64", (PID,))
    assert outcome(program, 0, (), 0x40000003) == KILLED


@pytest.mark.parametrize(
    ("number", "arguments", "expected"),
    [
        (63, (), ALLOWED),  # read
        (220, (17,), refused(errno.EAGAIN)),  # clone
        (198, (), refused(errno.EACCES)),  # socket
        (221, (), refused(errno.EPERM)),  # execve
        (57, (), ALLOWED),  # close
        (59, (), ALLOWED),  # pipe2
        (129, (1, 9), refused(errno.EPERM)),  # kill
    ],
)
def test_the_other_machine(number: int, arguments: tuple[int, ...], expected: int) -> None:
    program = assemble("aarch64", (PID,))
    assert outcome(program, number, arguments, ARCHITECTURES["aarch64"][1]) == expected


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_the_program_fits_the_kernel(machine: str) -> None:
    program = assemble(machine, (1, 2))
    assert len(program) <= 4096
    assert all(0 <= row[1] < 256 and 0 <= row[2] < 256 for row in program)
