"""Every complaint of the database is one clear line, and nothing is left half-written."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from statera.errors import DeclarationError, StateraError, StoreError
from statera.store import database
from statera.store.runstore import RunStore
from tests.store.made import filled, opened, scored

ROOT = os.geteuid() == 0


def _one_line(error: StateraError, path: Path) -> str:
    text = str(error)
    assert text.startswith(f"{path}: ")
    assert "\n" not in text
    return text


def test_a_text_file_is_not_a_store(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    path.write_text("this is my diary, and no database at all\n" * 100)
    before = path.read_bytes()
    with pytest.raises(DeclarationError) as caught:
        RunStore(tmp_path)
    assert "not a statera store" in _one_line(caught.value, path)
    assert path.read_bytes() == before


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE runs (number INTEGER)")
    connection.close()
    with pytest.raises(DeclarationError) as caught:
        RunStore(tmp_path)
    assert "of another program" in _one_line(caught.value, path)
    with sqlite3.connect(path) as connection:
        found = connection.execute("SELECT name FROM sqlite_master").fetchall()
    connection.close()
    assert found == [("runs",)]


def test_a_damaged_file_says_so(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    run = filled(store, 600)
    store.close()
    with store.path.open("r+b") as file:
        for page in range(8, 60):
            file.seek(page * 4096)
            file.write(b"\xff" * 4096)
    with pytest.raises(StoreError) as caught:
        list(RunStore(tmp_path).trials(run.id))
    assert "damaged" in _one_line(caught.value, store.path)


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(StoreError) as caught:
        RunStore(tmp_path / "taken")
    _one_line(caught.value, tmp_path / "taken" / "store.sqlite")


def test_a_disk_that_fails_in_a_write_loses_nothing(tmp_path: Path) -> None:
    """Beyond a file size that the kernel allows, every write fails, as on a full disk."""
    code = (
        "import resource, sys\n"
        "from statera.errors import StoreError\n"
        "from statera.store.runstore import RunStore\n"
        "from tests.store.made import opened, scored\n"
        "store = RunStore(sys.argv[1])\n"
        "run = opened(store, 3000)\n"
        "store.write(run.id, [scored(n) for n in range(100)])\n"
        "size = max(p.stat().st_size for p in store.path.parent.iterdir()) + 30_000\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))\n"
        "try:\n"
        "    store.write(run.id, [scored(n) for n in range(100, 3000)])\n"
        "except StoreError as error:\n"
        "    print(error)\n"
        "print(store.counts(run.id).trials)\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    out = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert out.returncode == 0, out.stderr
    told, kept = out.stdout.splitlines()
    assert told.startswith(f"{tmp_path / 'store.sqlite'}: the disk failed, or is full")
    assert kept == "100"
    store = RunStore(tmp_path)
    assert store.counts(store.find("latest").id).trials == 100
    store.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = shutil.which("mount")
    if not ROOT or mount is None:
        pytest.skip("only root can mount a small file system")
    command = [mount, "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let a small file system be mounted")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_stops_with_everything_kept(small_disk: Path) -> None:
    store = RunStore(small_disk)
    run = opened(store, 400)
    store.write(run.id, [scored(number) for number in range(20)])
    ballast = small_disk / "ballast"
    free = shutil.disk_usage(small_disk).free
    ballast.write_bytes(b"x" * (free - 40_000))
    with pytest.raises(StoreError) as caught:
        store.write(run.id, [scored(number) for number in range(20, 400)])
    assert "full" in _one_line(caught.value, store.path)
    assert store.counts(run.id).trials == 20
    ballast.unlink()
    store.write(run.id, [scored(number) for number in range(20, 400)])
    assert store.counts(run.id).trials == 400
    store.close()


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A store whose file system is mounted read-only, with a run inside."""
    folder = tmp_path / "fixed"
    folder.mkdir()
    mount = shutil.which("mount")
    if not ROOT or mount is None:
        pytest.skip("only root can mount a read-only file system")
    command = [mount, "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let a small file system be mounted")
    store = RunStore(folder)
    filled(store, 10)
    store.close()
    subprocess.run([mount, "-o", "remount,ro", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_read_only_store_is_read_and_refuses_writing_in_one_line(read_only: Path) -> None:
    before = sorted(read_only.iterdir())
    store = RunStore(read_only)
    (run,) = store.runs()
    assert store.counts(run.id).trials == 10
    assert store.ledger.entries() == []
    with pytest.raises(DeclarationError) as caught:
        store.set_status(run.id, "done", now=1.0)
    assert "read-only" in _one_line(caught.value, read_only / "store.sqlite")
    store.close()
    assert sorted(read_only.iterdir()) == before


@contextmanager
def another_user() -> Iterator[None]:
    """Be, for a while, someone to whom the files do not belong."""
    if not ROOT:
        pytest.skip("only root can become another user")
    os.setresgid(65534, 65534, 0)
    os.setresuid(65534, 65534, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)
        os.setresgid(0, 0, 0)


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """A folder that every user can read."""
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name) / "a store"


def test_a_store_of_someone_else_is_read(shared_folder: Path) -> None:
    store = RunStore(shared_folder)
    run = filled(store, 3)
    store.close()
    with another_user():
        theirs = RunStore(shared_folder)
        assert theirs.counts(run.id).trials == 3
        with pytest.raises(DeclarationError, match="the store is read-only here"):
            theirs.set_status(run.id, "done", now=1.0)
        theirs.close()


def test_what_is_still_in_the_log_of_a_read_only_store_is_read(shared_folder: Path) -> None:
    store = RunStore(shared_folder)
    run = filled(store, 3)
    assert (shared_folder / "store.sqlite-wal").stat().st_size
    with another_user():
        theirs = RunStore(shared_folder)
        assert theirs.counts(run.id).trials == 3
        theirs.close()
    store.close()


def test_an_older_store_that_is_read_only_says_what_to_do(shared_folder: Path) -> None:
    RunStore(shared_folder).close()
    with sqlite3.connect(shared_folder / "store.sqlite") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    connection.close()
    with another_user(), pytest.raises(DeclarationError, match="store revision 0001, not"):
        RunStore(shared_folder)


def test_another_process_that_holds_the_store_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "WAIT_SECONDS", 0.05)
    store = RunStore(tmp_path)
    run = opened(store, 5)
    holder = sqlite3.connect(store.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError) as caught:
        store.write(run.id, [scored(1)])
    assert "another process" in _one_line(caught.value, store.path)
    holder.execute("ROLLBACK")
    holder.close()
    store.write(run.id, [scored(1)])
    assert store.counts(run.id).trials == 1
    store.close()
