from sqlalchemy import Connection, inspect

from statera.store.live.database import Database, backend_of
from statera.store.live.tables import VERSION, metadata


def test_migrations_make_the_tables_as_they_are_declared(place: str) -> None:
    database = Database(backend_of(place))
    with database.reading() as connection:
        made = _described(connection)
    assert made.pop(VERSION)
    assert sorted(made) == sorted(metadata.tables)
    for name, table in metadata.tables.items():
        columns, key, indexes = made[name]
        assert columns == {column.name: bool(column.nullable) for column in table.columns}
        assert key == [column.name for column in table.primary_key.columns]
        assert indexes == sorted(str(index.name) for index in table.indexes)
    database.close()


def _described(connection: Connection) -> dict[str, tuple[dict[str, bool], list[str], list[str]]]:
    looked = inspect(connection)
    return {
        name: (
            {column["name"]: bool(column["nullable"]) for column in looked.get_columns(name)},
            looked.get_pk_constraint(name)["constrained_columns"],
            sorted(str(index["name"]) for index in looked.get_indexes(name)),
        )
        for name in looked.get_table_names()
    }
