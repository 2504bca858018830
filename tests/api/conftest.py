from collections.abc import Iterator
from pathlib import Path

import pytest

from statera.store.runstore import RunStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RunStore]:
    """An empty store in a folder of its own."""
    opened = RunStore(tmp_path / "store")
    yield opened
    opened.close()
