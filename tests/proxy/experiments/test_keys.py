"""Keys: given, kept beside a store that is a file, asked for where pods share one."""

import stat
from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.proxy.experiments.keys import keys_of
from statera.proxy.terms import Terms

LONG = "a" * 32


def test_a_given_key_is_the_same_everywhere() -> None:
    keys = keys_of(Terms(unit_key=LONG), "postgresql://h/d")
    assert keys == keys_of(Terms(unit_key=LONG), "elsewhere.sqlite")
    assert keys.unit != keys.feedback
    own = keys_of(Terms(unit_key=LONG, feedback_key="b" * 32), "x")
    assert (own.unit, own.feedback) == (keys.unit, b"b" * 32)


def test_without_one_it_is_made_once_and_kept_secret(tmp_path: Path) -> None:
    live = str(tmp_path / "new" / "live.sqlite")
    keys = keys_of(Terms(), live)
    assert keys == keys_of(Terms(), live)
    file = Path(f"{live}.key")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    assert keys != keys_of(Terms(), str(tmp_path / "other.sqlite"))


def test_what_is_no_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=r"--unit-key .*pods share a database"):
        keys_of(Terms(), "postgresql://h/d")
    with pytest.raises(DeclarationError, match="--unit-key: 5 characters"):
        keys_of(Terms(unit_key="short"), "x")
    with pytest.raises(DeclarationError, match="--feedback-key: 5 characters"):
        keys_of(Terms(unit_key=LONG, feedback_key="short"), "x")
    (tmp_path / "live.key").write_text("", encoding="utf-8")
    with pytest.raises(DeclarationError, match="holds no key"):
        keys_of(Terms(), str(tmp_path / "live"))
