"""Migrations, run by Alembic inside the transaction that it is handed: all of them or none."""

from pathlib import Path

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from statera.errors import DeclarationError
from statera.store.tables import APPLICATION

FOLDER = Path(__file__).parent / "migrations"


def upgrade(connection: Connection, current: str | None, path: Path) -> None:
    """Run the migrations after revision `current` (None: a new file).

    A store from a newer statera is refused with DeclarationError.
    """
    script = ScriptDirectory(FOLDER)
    steps = list(script.walk_revisions())
    if current is not None and current not in {step.revision for step in steps}:
        raise DeclarationError(
            f"{path}: written by a newer statera (store revision {current}); upgrade statera"
        )
    context = MigrationContext.configure(connection)
    with Operations.context(context):
        for step in reversed(list(script.iterate_revisions("head", current or "base"))):
            step.module.upgrade()
    context.stamp(script, "head")
    connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION}")
