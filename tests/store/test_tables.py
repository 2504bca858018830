from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from statera.store.runstore import RunStore
from statera.store.tables import NEWEST, metadata
from statera.store.upgrade import FOLDER


def test_the_migrations_leave_these_tables(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    engine = create_engine(f"sqlite:///{store.path}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == NEWEST
    engine.dispose()
    store.close()


def test_the_newest_revision_is_the_last_migration() -> None:
    assert ScriptDirectory(FOLDER).get_heads() == [NEWEST]
