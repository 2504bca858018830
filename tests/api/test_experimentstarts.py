"""Starts, edits and ends, against a real live store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from statera.api.experimentstarts import Halt, halt, listed, start
from statera.errors import DeclarationError
from statera.experiment.opened import open_design
from statera.store.live.opening import LiveStore, open_live
from tests.experiment.designs import write

DAY = 1_796_000_000.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LiveStore]:
    found = open_live(str(tmp_path / "live.sqlite"))
    yield found
    found.close()


def test_the_first_start_is_the_pre_registration_and_again_changes_nothing(
    store: LiveStore, tmp_path: Path
) -> None:
    opened = open_design(write(tmp_path))
    first = start(store, opened, now=DAY)
    assert (first.status, first.digest, first.at) == ("started", opened.digest, DAY)
    again = start(store, opened, now=DAY + 60)
    assert (again.status, again.at, again.edits, again.state) == ("already", DAY, 0, "running")
    assert [one.text for one in store.designs("tone")] == [opened.text]
    assert [one.kind for one in store.occurrences("tone")] == ["started"]


def test_a_changed_design_is_shown_and_taken_only_as_an_edit(
    store: LiveStore, tmp_path: Path
) -> None:
    start(store, open_design(write(tmp_path)), now=DAY)
    later = open_design(write(tmp_path, primary="{outcome: solved, minimum: 0.01}"))
    shown = start(store, later, now=DAY + 60)
    assert (shown.status, shown.at, shown.edits) == ("changed", DAY, 0)
    assert shown.changes == ("primary.minimum: 0.02 -> 0.01",)
    assert "+primary: {outcome: solved, minimum: 0.01}" in shown.diff
    assert not shown.moves
    assert len(store.designs("tone")) == 1
    taken = start(store, later, now=DAY + 120, edit=True)
    assert (taken.status, taken.at, taken.edits) == ("edited", DAY + 120, 1)
    assert taken.digest == later.digest
    last = store.occurrences("tone")[-1]
    assert (last.kind, last.detail) == ("edited", "primary.minimum: 0.02 -> 0.01")
    assert start(store, later, now=DAY + 180, edit=True).status == "already"


def test_an_edited_prompt_is_an_edit_and_one_that_moves_units_says_so(
    store: LiveStore, tmp_path: Path
) -> None:
    path = write(tmp_path)
    start(store, open_design(path), now=DAY)
    (tmp_path / "warm.txt").write_text("Be hot.\n")
    shown = start(store, open_design(path), now=DAY)
    assert shown.changes == ("texts of its files",)
    assert "-# Be warm.\n+# Be hot." in shown.diff
    assert start(store, open_design(write(tmp_path, salt="new")), now=DAY).moves


def test_designs_that_share_units_do_not_start_beside_each_other(
    store: LiveStore, tmp_path: Path
) -> None:
    start(store, open_design(write(tmp_path)), now=DAY)
    other = open_design(write(tmp_path, experiment="voice"))
    with pytest.raises(DeclarationError, match="'voice' and 'tone' both set system_prompt"):
        start(store, other, now=DAY)
    halt(store, "tone", "ended", why="decided", now=DAY + 1)
    assert start(store, other, now=DAY + 2).status == "started"


def test_an_arms_policy_is_checked_at_the_start(store: LiveStore, tmp_path: Path) -> None:
    arms = "[{name: base, weight: 0.5}, {name: warm, weight: 0.5, policy: POLICY}]"
    (tmp_path / "own.yaml").write_text("name: own\ndetector: []\n")
    for policy, told in {"own.yaml": "Did you mean 'detectors'", "lihgt": "mean 'light'"}.items():
        opened = open_design(write(tmp_path, arms=arms.replace("POLICY", policy)))
        with pytest.raises(DeclarationError, match=rf"arms\[warm\].policy: .*{told}"):
            start(store, opened, now=DAY)
    assert store.names() == ()


def test_an_experiment_stops_resumes_and_ends(store: LiveStore, tmp_path: Path) -> None:
    opened = open_design(write(tmp_path))
    start(store, opened, now=DAY)
    assert halt(store, "tone", "resumed", why="x", now=DAY + 1) is None
    stopped = halt(store, "tone", "stopped", why="complaints", now=DAY + 2)
    assert stopped is not None
    assert store.state("tone") == "stopped"
    assert halt(store, "tone", "stopped", why="again", now=DAY + 3) is None
    assert start(store, opened, now=DAY + 3).state == "stopped"
    halt(store, "tone", "resumed", why="mended", now=DAY + 4)
    assert store.state("tone") == "running"
    halt(store, "tone", "ended", why="decided", now=DAY + 5)
    for again in (
        lambda: halt(store, "tone", "resumed", why="x", now=DAY + 6),
        lambda: start(store, opened, now=DAY + 6),
    ):
        with pytest.raises(DeclarationError, match="has ended"):
            again()
    assert [one.kind for one in store.occurrences("tone")] == [
        "started", "stopped", "resumed", "ended",
    ]  # fmt: skip


def test_a_stop_by_a_clock_that_is_behind_stops_all_the_same(
    store: LiveStore, tmp_path: Path
) -> None:
    start(store, open_design(write(tmp_path)), now=DAY)
    kinds: tuple[tuple[Halt, str], ...] = (
        ("stopped", "stopped"), ("resumed", "running"), ("ended", "ended"),
    )  # fmt: skip
    for kind, state in kinds:
        assert halt(store, "tone", kind, why="", now=DAY - 300)
        assert store.state("tone") == state


def test_an_unknown_name_is_told_with_the_nearest(store: LiveStore, tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="no experiment 'tone': the live store has none"):
        halt(store, "tone", "stopped", why="x", now=DAY)
    start(store, open_design(write(tmp_path)), now=DAY)
    with pytest.raises(DeclarationError, match=r"unknown experiment 'tune'. Did you mean 'tone'"):
        halt(store, "tune", "stopped", why="x", now=DAY)


def test_a_list_says_how_each_stands(store: LiveStore, tmp_path: Path) -> None:
    assert listed(store) == []
    opened = open_design(write(tmp_path))
    start(store, opened, now=DAY)
    halt(store, "tone", "stopped", why="complaints", now=DAY + 2)
    (found,) = listed(store)
    assert (found.experiment, found.state, found.started) == ("tone", "stopped", DAY)
    assert (found.edits, found.digest) == (0, opened.digest)
    assert found.last == "stopped: complaints"
