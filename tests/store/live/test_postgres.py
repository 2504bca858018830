import psycopg
import pytest

from statera.errors import DeclarationError
from statera.store.live.backend import FactRefused, LiveStoreAway
from statera.store.live.opening import open_live
from statera.store.live.postgres import Postgres
from tests.postgres_server import PostgresServer
from tests.store.live.made import exposure, said


def test_a_store_lives_on_when_the_server_was_killed(postgres: PostgresServer) -> None:
    place = postgres.database()
    store = open_live(place)
    assert store.write([exposure(1, 10)]) == 1
    postgres.kill()
    with pytest.raises(LiveStoreAway) as told:
        store.write([exposure(2, 11)])
    assert "\n" not in str(told.value)
    postgres.start()
    assert store.write([exposure(1, 10), exposure(2, 11)]) == 1
    store.close()


def test_tables_of_others_are_left_alone(postgres: PostgresServer) -> None:
    place = postgres.database()
    with psycopg.connect(place) as connection:
        connection.execute("CREATE TABLE live_exposures (x int)")
    with pytest.raises(DeclarationError, match="a table live_exposures of another program"):
        open_live(place)


def test_who_may_not_write_is_away_and_not_refused(postgres: PostgresServer) -> None:
    place = postgres.database()
    open_live(place).close()
    with psycopg.connect(place) as connection:
        connection.execute("DROP TABLE live_feedback")
    store = open_live(place)
    with pytest.raises(LiveStoreAway, match="UndefinedTable"):
        store.write([said(1, 1)])
    store.close()


def test_text_that_it_does_not_take_is_refused(postgres: PostgresServer) -> None:
    store = open_live(postgres.database())
    with pytest.raises(FactRefused, match=r"NUL|0x00"):
        store.write([said(1, 1, outcome="a\0b")])
    store.close()


def test_a_place_that_is_no_url_is_told_without_its_password() -> None:
    with pytest.raises(DeclarationError, match=r"Allowed: postgresql://USER@HOST") as told:
        Postgres("postgresql://me:secret@host:port/x")
    assert "secret" not in str(told.value)


def test_a_place_is_shown_without_any_of_its_secrets() -> None:
    place = "postgresql://me:one@h/d?password=two&sslpassword=three&passfile=four&sslmode=require"
    assert Postgres(place).shown == "postgresql://me:***@h/d?sslmode=require"
    with pytest.raises(DeclarationError, match="%40") as told:
        Postgres("postgresql://me:on@e@h/d")
    assert "e@h" not in str(told.value)
