import os
from pathlib import Path

import pytest

from statera.sandbox import users
from statera.sandbox.users import borrowed_user, can_change_user, own_user


@pytest.mark.skipif(not can_change_user(), reason="only root can change its user")
def test_users_are_unprivileged_and_not_shared() -> None:
    with borrowed_user() as first, borrowed_user() as second:
        assert first is not None
        assert second is not None
        assert first != second
        assert all(users.FIRST <= id < users.FIRST + users.COUNT for id in (first, second))
    with borrowed_user() as third:
        assert third == first
    assert own_user() == " + own user"


def test_without_root_the_user_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with borrowed_user() as user:
        assert user is None
    assert own_user() == ""


@pytest.mark.parametrize(
    ("capabilities", "ranges", "can"),
    [
        ("000001ffffffffff", "0 0 4294967295", True),
        ("00000000a80425fb", "0 100000 65536", True),
        ("0000000000000000", "0 0 4294967295", False),
        ("000001ffffffffff", "0 1000 1", False),
    ],
)
def test_root_is_not_always_free_to_change(
    capabilities: str, ranges: str, can: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    (tmp_path / "status").write_text(f"Name:\tx\nCapEff:\t{capabilities}\n", encoding="ascii")
    (tmp_path / "uid_map").write_text(f"  {ranges}\n", encoding="ascii")
    assert can_change_user(tmp_path) is can
    assert not can_change_user(tmp_path / "absent")
