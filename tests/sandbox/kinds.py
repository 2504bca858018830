"""The sandboxes that hold on this machine; tests over the others skip with the reason."""

import asyncio
from functools import cache

import pytest

from statera.protocols import Program, Sandbox
from statera.sandbox.choice import KINDS, Holding, holdings, kind_named
from statera.sandbox.limits import Limits

NAMES = [kind.name for kind in KINDS]
TIGHT = Limits(seconds=20, cpu_seconds=2, memory_bytes=256 * 2**20)


@cache
def holding(name: str) -> Holding:
    return next(holdings(kinds=(kind_named(name),)))


def sandbox(name: str, limits: Limits = TIGHT) -> Sandbox:
    if reason := holding(name).reason:
        pytest.skip(f"the sandbox {name} does not hold here: {reason}")
    return kind_named(name).make(limits)


def run(name: str, source: str, check: str = "", limits: Limits = TIGHT) -> Program:
    return asyncio.run(sandbox(name, limits).run(source, check))
