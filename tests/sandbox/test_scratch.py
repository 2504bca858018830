import os
from pathlib import Path

import pytest

from statera.sandbox.limits import Limits
from statera.sandbox.scratch import overfull, remove, scratch
from statera.sandbox.users import can_change_user

LIMITS = Limits(scratch_bytes=64 * 1024, scratch_files=10)


def test_the_folder_is_private_and_goes_away() -> None:
    with scratch(None) as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "a").write_text("x", encoding="utf-8")
    assert not folder.exists()


@pytest.mark.skipif(not can_change_user(), reason="only a root that may can give a folder away")
def test_the_folder_belongs_to_the_user() -> None:
    with scratch(60_600) as folder:
        assert folder.stat().st_uid == 60_600


def test_bytes_and_entries_are_counted(tmp_path: Path) -> None:
    assert not overfull(tmp_path, LIMITS)
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (inner / "small").write_bytes(bytes(4096))
    assert not overfull(tmp_path, LIMITS)
    (inner / "large").write_bytes(bytes(65 * 1024))
    assert overfull(tmp_path, LIMITS)
    assert overfull(tmp_path / "absent", LIMITS)


def test_many_entries_are_too_many(tmp_path: Path) -> None:
    for n in range(11):
        (tmp_path / str(n)).touch()
    assert overfull(tmp_path, LIMITS)


def test_links_lead_nowhere(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").write_bytes(bytes(99_999))
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path / "kept")
    assert not overfull(folder, LIMITS)
    remove(folder)
    assert not folder.exists()
    assert (tmp_path / "kept" / "file").exists()


def test_depth_costs_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    here = os.open(folder, os.O_RDONLY)
    for _ in range(1200):
        os.mkdir("d", dir_fd=here)
        deeper = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.fchmod(here, 0)
    os.close(here)
    remove(folder)
    assert not folder.exists()
