import os
from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.store.live.backend import LiveStoreAway
from statera.store.live.database import backend_of
from statera.store.live.opening import open_live
from statera.store.live.sqlite import Sqlite
from tests.store.live.made import exposure, wants


def test_a_store_that_cannot_be_written_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = str(tmp_path / "live.sqlite")
    store = open_live(place)
    store.write([exposure(1, 10)])
    store.close()
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    fixed = open_live(place)
    assert fixed.units(wants()).unit.tolist() == [10]
    with pytest.raises(DeclarationError, match="read-only here; use a copy"):
        fixed.write([exposure(2, 11)])
    fixed.close()
    assert [path.name for path in tmp_path.iterdir()] == ["live.sqlite"]


def test_the_folder_is_made_and_what_stands_in_its_way_told(tmp_path: Path) -> None:
    open_live(str(tmp_path / "a" / "b" / "live.sqlite")).close()
    (tmp_path / "file").touch()
    with pytest.raises(LiveStoreAway, match=r"File exists|Not a directory"):
        open_live(str(tmp_path / "file" / "live.sqlite"))


def test_the_file_is_its_owners(tmp_path: Path) -> None:
    open_live(str(tmp_path / "live.sqlite")).close()
    assert (tmp_path / "live.sqlite").stat().st_mode & 0o777 == 0o600


def test_what_is_committed_outlives_a_power_cut(tmp_path: Path) -> None:
    engine = Sqlite(tmp_path / "live.sqlite").engine()
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    engine.dispose()


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    place = tmp_path / "live.sqlite"
    store = open_live(str(place))
    store.write([exposure(number, number) for number in range(2000)])
    store.close()
    data = bytearray(place.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    place.write_bytes(bytes(data))
    with pytest.raises(LiveStoreAway, match="the file is damaged"):
        open_live(str(place)).units(wants())
    assert backend_of(str(place)).fixed is False
