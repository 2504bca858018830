from collections.abc import Iterator
from pathlib import Path

import pytest

from statera.store.live.opening import LiveStore, open_live
from tests.postgres_server import PostgresServer, postgres

__all__ = ["live", "place", "postgres"]


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The place of an empty live store, of each kind."""
    if request.param == "sqlite":
        return str(tmp_path / "live.sqlite")
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.database()


@pytest.fixture
def live(place: str) -> Iterator[LiveStore]:
    """An empty live store."""
    store = open_live(place)
    yield store
    store.close()
