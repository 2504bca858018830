import sys
from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.store.live.database import Database, backend_of


def test_places_have_their_backends(tmp_path: Path) -> None:
    assert backend_of(str(tmp_path / "x.sqlite")).shown == str(tmp_path / "x.sqlite")
    for scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        assert backend_of(f"{scheme}://a:b@h/d").shown == "postgresql://a:***@h/d"
    assert list(tmp_path.iterdir()) == []


def test_a_missing_driver_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "statera.store.live.postgres", None)
    with pytest.raises(DeclarationError, match=r"pip install 'statera\[postgres\]'"):
        backend_of("postgresql://h/d")


def test_what_fails_inside_is_undone(place: str) -> None:
    database = Database(backend_of(place))
    with pytest.raises(ZeroDivisionError):
        _delete_and_fail(database)
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM live_version").scalar() == 1
    database.close()


def _delete_and_fail(database: Database) -> None:
    with database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM live_version")
        raise ZeroDivisionError
