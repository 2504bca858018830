import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.records.samples import Sample
from statera.store import bodies
from statera.store.database import Database
from statera.store.runstore import RunStore
from statera.store.tables import NEWEST
from statera.store.upgrade import FOLDER


def test_a_newer_store_is_refused_in_one_line(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    store.close()
    with sqlite3.connect(store.path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(DeclarationError) as caught:
        RunStore(tmp_path)
    assert str(caught.value) == (
        f"{store.path}: written by a newer statera (store revision 9999); upgrade statera"
    )


def test_a_store_that_is_up_to_date_loads_no_alembic(tmp_path: Path) -> None:
    RunStore(tmp_path).close()
    code = (
        "import sys; from statera.store.runstore import RunStore\n"
        "RunStore(sys.argv[1]).close()\n"
        "assert 'alembic' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, timeout=600)


def copied(tmp_path: Path) -> Path:
    """Return a folder with the migrations that there are, to which a test adds one."""
    folder = tmp_path / "migrations"
    shutil.copytree(FOLDER / "versions", folder / "versions", ignore=lambda *_: {"__pycache__"})
    return folder


def test_a_migration_that_fails_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copied(tmp_path)
    (folder / "versions" / "r9998_bad.py").write_text(
        f'revision = "9998"\ndown_revision = "{NEWEST}"\n'
        "from alembic import op\n"
        "def upgrade():\n"
        '    op.execute("CREATE TABLE half (x INTEGER)")\n'
        '    op.execute("CREATE TABLE half (x INTEGER)")\n'
    )
    RunStore(tmp_path / "store").close()
    monkeypatch.setattr("statera.store.upgrade.FOLDER", folder)
    monkeypatch.setattr("statera.store.database.NEWEST", "9998")
    with pytest.raises(Exception, match="table half already exists"):
        RunStore(tmp_path / "store")
    with sqlite3.connect(tmp_path / "store" / "store.sqlite") as connection:
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        version = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    connection.close()
    assert "half" not in names
    assert version == (NEWEST,)


def test_an_older_store_is_brought_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copied(tmp_path)
    (folder / "versions" / "r9998_note.py").write_text(
        f'revision = "9998"\ndown_revision = "{NEWEST}"\n'
        "import sqlalchemy as sa\n"
        "from alembic import op\n"
        "def upgrade():\n"
        '    op.add_column("runs", sa.Column("note", sa.String))\n'
    )
    RunStore(tmp_path / "store").close()
    monkeypatch.setattr("statera.store.upgrade.FOLDER", folder)
    monkeypatch.setattr("statera.store.database.NEWEST", "9998")
    RunStore(tmp_path / "store").close()
    with sqlite3.connect(tmp_path / "store" / "store.sqlite") as connection:
        columns = {row[1] for row in connection.execute("PRAGMA table_info(runs)")}
        version = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    connection.close()
    assert "note" in columns
    assert version == ("9998",)


_FIRST = """
import sys
from pathlib import Path
from statera.store import database, tables, upgrade
folder = Path(sys.argv[1])
upgrade.FOLDER, database.NEWEST = folder, "0001"
database.Database(folder / "old.sqlite").close()
"""


def test_a_store_of_the_first_release_gets_severities_and_a_ledger(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    (folder / "versions" / "r0002_ledger.py").unlink()
    subprocess.run([sys.executable, "-c", _FIRST, str(folder)], check=True, timeout=600)
    old = folder / "old.sqlite"
    with sqlite3.connect(old) as connection:
        connection.execute("INSERT INTO runs VALUES (1, 'r', 's', '{}', 'done', '', '{}', 0, 0)")
        connection.execute("INSERT INTO tasks VALUES (1, 1, 't')")
        for number, severity in ((1, "critical"), (2, None)):
            body = bodies.encode(Sample(id=f"t/{number}", input="?", severity=severity))
            connection.execute(
                "INSERT INTO samples VALUES (?, 1, ?, ?, NULL, NULL, 'u', ?)",
                (number, f"t/{number}", number, body),
            )
    connection.close()
    Database(old).close()
    with sqlite3.connect(old) as connection:
        rows = connection.execute("SELECT id, severity FROM samples ORDER BY number").fetchall()
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    connection.close()
    assert rows == [("t/1", "critical"), ("t/2", None)]
    assert {"rulings", "looks", "confirmations"} <= tables
