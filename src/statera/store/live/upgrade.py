"""Migrations of a live store, run by Alembic inside the transaction that it is handed."""

from pathlib import Path

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from statera.errors import DeclarationError
from statera.store.live.tables import VERSION

FOLDER = Path(__file__).parent / "migrations"


def upgrade(connection: Connection, current: str | None, shown: str) -> None:
    """Run the migrations after revision `current` (None: an empty database).

    A store from a newer statera is refused with DeclarationError that calls it `shown`.
    """
    script = ScriptDirectory(FOLDER)
    steps = list(script.walk_revisions())
    if current is not None and current not in {step.revision for step in steps}:
        raise DeclarationError(
            f"{shown}: written by a newer statera (live store revision {current}); upgrade statera"
        )
    context = MigrationContext.configure(connection, opts={"version_table": VERSION})
    with Operations.context(context):
        for step in reversed(list(script.iterate_revisions("head", current or "base"))):
            step.module.upgrade()
    context.stamp(script, "head")
