import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from statera.errors import DeclarationError
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
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, timeout=60)


def test_a_migration_that_fails_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    first = (FOLDER / "versions" / "r0001_first.py").read_text()
    (folder / "versions" / "r0001_first.py").write_text(first)
    (folder / "versions" / "r0002_bad.py").write_text(
        'revision = "0002"\ndown_revision = "0001"\n'
        "from alembic import op\n"
        "def upgrade():\n"
        '    op.execute("CREATE TABLE half (x INTEGER)")\n'
        '    op.execute("CREATE TABLE half (x INTEGER)")\n'
    )
    RunStore(tmp_path / "store").close()
    monkeypatch.setattr("statera.store.upgrade.FOLDER", folder)
    monkeypatch.setattr("statera.store.database.NEWEST", "0002")
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
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    first = (FOLDER / "versions" / "r0001_first.py").read_text()
    (folder / "versions" / "r0001_first.py").write_text(first)
    (folder / "versions" / "r0002_note.py").write_text(
        'revision = "0002"\ndown_revision = "0001"\n'
        "import sqlalchemy as sa\n"
        "from alembic import op\n"
        "def upgrade():\n"
        '    op.add_column("runs", sa.Column("note", sa.String))\n'
    )
    RunStore(tmp_path / "store").close()
    monkeypatch.setattr("statera.store.upgrade.FOLDER", folder)
    monkeypatch.setattr("statera.store.database.NEWEST", "0002")
    RunStore(tmp_path / "store").close()
    with sqlite3.connect(tmp_path / "store" / "store.sqlite") as connection:
        columns = {row[1] for row in connection.execute("PRAGMA table_info(runs)")}
        version = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    connection.close()
    assert "note" in columns
    assert version == ("0002",)
