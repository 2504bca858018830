"""Fixtures that every test may ask for, how many workers run them, and how properties are drawn."""

import os

import hypothesis
import pytest

from tests.embedded_server import embedded, embedded_model, embedded_server

__all__ = ["embedded", "embedded_model", "embedded_server", "pytest_xdist_auto_num_workers"]


# A busy machine makes an example slow, never wrong: no example has a time limit.
hypothesis.settings.register_profile("statera", deadline=None)
hypothesis.settings.load_profile("statera")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return what `-n auto` means: a worker more than cores, as many tests wait for a server."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    return cores + 1
