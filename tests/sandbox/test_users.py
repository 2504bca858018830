import os

import pytest

from statera.sandbox import users
from statera.sandbox.users import borrowed_user, own_user


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can change its user")
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
