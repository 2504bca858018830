"""How much one program may use."""

import msgspec

_MIB = 2**20


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Bounds of one program; the defaults are far above what a benchmark's solution needs.

    `seconds` is wall time, `cpu_seconds` is for each of the two processes (code and tests),
    `memory_bytes` is address space for each, `processes` counts threads too (new processes are
    refused altogether). `output_bytes` is what is kept; a program that prints
    `flood_bytes` is ended.
    """

    seconds: float = 15.0
    cpu_seconds: int = 6
    memory_bytes: int = 512 * _MIB
    processes: int = 32
    open_files: int = 32
    file_bytes: int = 8 * _MIB
    scratch_bytes: int = 16 * _MIB
    scratch_files: int = 256
    output_bytes: int = 64 * 1024
    flood_bytes: int = _MIB
