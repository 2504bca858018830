import os
from pathlib import Path

import pytest

from statera.errors import StoreError
from statera.store.live import spool as module
from statera.store.live.spool import Spool, owners, taken_over
from tests.store.live.limits import largest_file


def test_what_is_appended_is_in_the_file_at_once(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.append(b"one\n")
    spool.append(b"two\n")
    (segment,) = (tmp_path / "spool").glob("*.spool")
    assert segment.read_bytes() == b"one\ntwo\n"
    assert segment.stat().st_mode & 0o777 == 0o600
    spool.sync()
    assert spool.ended() == []
    assert spool.segments() == [segment]
    assert spool.ended() == [segment]
    spool.append(b"three\n")
    assert spool.segments() == [segment]
    spool.remove(segment)
    (other,) = spool.segments()
    assert other.read_bytes() == b"three\n"
    spool.remove(other)
    assert spool.segments() == []
    spool.sync()
    spool.close()
    assert list((tmp_path / "spool").iterdir()) == []


def test_a_long_segment_is_followed_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SEGMENT_BYTES", 10)
    spool = Spool(tmp_path)
    for _ in range(5):
        spool.append(b"12345\n")
    assert [path.stat().st_size for path in spool.segments()] == [12, 12]
    spool.close()
    assert len(list(tmp_path.glob("*.spool"))) == 3


def test_a_line_is_whole_or_not_there(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.append(b"first\n")
    with largest_file(100), pytest.raises(OSError, match=r"No space|too large"):
        spool.append(b"x" * 200 + b"\n")
    spool.append(b"last\n")
    assert spool.segments()[0].read_bytes() == b"first\nlast\n"
    spool.close()


def test_a_disk_is_not_filled_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    used = os.statvfs(tmp_path)
    short = os.statvfs_result([*used[:4], used.f_blocks // 21, *used[5:]])
    monkeypatch.setattr(module, "LEAST_FREE", used.f_blocks * used.f_frsize)
    spool = Spool(tmp_path)
    spool.append(b"one\n")
    assert len(spool.segments()) == 1
    monkeypatch.setattr(os, "statvfs", lambda _: short)
    with pytest.raises(OSError, match="its disk is nearly full"):
        spool.append(b"two\n")
    monkeypatch.setattr(module, "LEAST_FREE", short.f_bavail * short.f_frsize)
    spool.append(b"three\n")
    spool.close()


def test_only_what_the_dead_left_is_taken_over(tmp_path: Path) -> None:
    alive, dead = Spool(tmp_path), Spool(tmp_path)
    alive.append(b"mine\n")
    dead.append(b"left\n")
    dead.close()
    (tmp_path / "orphan.00000000.spool").write_bytes(b"without a lock\n")
    assert owners(tmp_path) == {alive.owner, dead.owner, "orphan"}
    with taken_over(tmp_path, alive.owner) as segments:
        assert segments == []
    with taken_over(tmp_path, dead.owner) as segments:
        assert [path.read_bytes() for path in segments] == [b"left\n"]
        with taken_over(tmp_path, dead.owner) as again:
            assert again == []
    assert dead.owner in owners(tmp_path)
    for owner in (dead.owner, "orphan"):
        with taken_over(tmp_path, owner) as segments:
            segments[0].unlink()
    assert owners(tmp_path) == {alive.owner}
    with taken_over(tmp_path, dead.owner) as segments:
        assert segments == []
    alive.close()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"spool .*/file/in: Not a directory"):
        Spool(tmp_path / "file" / "in")
    assert os.listdir(tmp_path) == ["file"]
