import pytest

from statera.errors import DeclarationError
from statera.store.live.database import Database, backend_of
from statera.store.live.opening import open_live
from statera.store.live.tables import NEWEST


def test_a_store_of_a_newer_statera_is_refused(place: str) -> None:
    database = Database(backend_of(place))
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE live_version SET version_num = '9999'")
    database.close()
    with pytest.raises(DeclarationError, match=r"by a newer statera .live store revision 9999"):
        open_live(place)


def test_a_new_store_has_the_newest_revision(place: str) -> None:
    database = Database(backend_of(place))
    with database.reading() as connection:
        found = connection.exec_driver_sql("SELECT version_num FROM live_version").scalar()
    assert found == NEWEST
    database.close()
