"""Where the team's shared benchmark files lie; tests that need them skip when they are absent."""

import os
from pathlib import Path

import pytest

ROOT = Path(os.environ.get("STATERA_SHARED", Path(__file__).parents[2] / "shared"))


def shared(*parts: str) -> Path:
    """Return a path under the shared folder, or skip the test with the reason."""
    path = ROOT.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"shared data absent: {'/'.join(parts)}")
    return path
