from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.web.studydesk import Entry
from statera.web.studyjournal import journal, key_of


def entry(person: int, text: str = "") -> Entry:
    return Entry(person=person, kind="said", at=1.0, task="t", text=text)


def test_what_is_appended_is_there_next_time_and_nobody_else_can_read_it(tmp_path: Path) -> None:
    with journal(tmp_path / "study") as kept:
        assert kept.entries == []
        kept.append(entry(1, "ä"))
        kept.append(entry(2))
    with journal(tmp_path / "study") as kept:
        assert kept.entries == [entry(1, "ä"), entry(2)]
    assert (tmp_path / "study" / "acts.jsonl").stat().st_mode & 0o777 == 0o600


def test_a_line_that_a_kill_cut_short_is_taken_away(tmp_path: Path) -> None:
    with journal(tmp_path) as kept:
        kept.append(entry(1))
    with (tmp_path / "acts.jsonl").open("ab") as file:
        file.write(b'{"person":2,"ki')
    with journal(tmp_path) as kept:
        assert kept.entries == [entry(1)]
        kept.append(entry(3))
    with journal(tmp_path) as kept:
        assert [one.person for one in kept.entries] == [1, 3]


def test_nothing_is_left_of_a_person_who_withdrew(tmp_path: Path) -> None:
    left = Entry(person=1, kind="withdrawn", at=2.0)
    with journal(tmp_path) as kept:
        kept.append(entry(1, "private words"))
        kept.append(entry(2))
        kept.forget(left)
        kept.append(entry(2, "more"))
    with journal(tmp_path) as kept:
        assert kept.entries == [entry(2), left, entry(2, "more")]
    assert b"private" not in (tmp_path / "acts.jsonl").read_bytes()
    assert (tmp_path / "acts.jsonl").stat().st_mode & 0o777 == 0o600


def test_two_pages_do_not_share_a_folder(tmp_path: Path) -> None:
    with (
        journal(tmp_path),
        pytest.raises(DeclarationError, match="another study page"),
        journal(tmp_path),
    ):
        pass


def test_the_key_is_made_once_and_a_changed_one_is_told(tmp_path: Path) -> None:
    key = key_of(tmp_path / "a")
    assert len(key) == 32
    assert key_of(tmp_path / "a") == key
    assert key_of(tmp_path / "b") != key
    (tmp_path / "a" / "key").write_text("no hex")
    with pytest.raises(DeclarationError, match="no key of a study"):
        key_of(tmp_path / "a")
    (tmp_path / "acts.jsonl").write_text("[]\n")
    with pytest.raises(DeclarationError, match="not what a study keeps"), journal(tmp_path):
        pass
