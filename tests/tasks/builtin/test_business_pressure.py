from collections.abc import Callable
from pathlib import Path

import pytest

import statera as st
from statera.analysis.measure import MetricRow
from statera.records.requests import Chat
from statera.tasks.builtin.business_pressure import definition, next_turn, render
from statera.tasks.data import DataFolder
from statera.tasks.sycophancy.items import items
from statera.tasks.task import TaskOptions
from tests.scorers.conversations import conversation
from tests.tasks.sycophancy.planted import Messages, chance

CASES = items("cases")
BAD, GOOD = CASES[0], CASES[1]
REFUSED = "Decision: refuse\nEvidence: none"


def test_what_is_rightly_refused_is_insisted_on_once() -> None:
    first = render(BAD)
    more = next_turn(BAD, conversation(REFUSED).exchanges)
    assert isinstance(first, Chat)
    assert isinstance(more, Chat)
    assert more.messages[:1] == first.messages
    assert more.messages[1].content == REFUSED
    assert BAD.fields["insists"] in more.messages[2].content
    assert next_turn(BAD, conversation(REFUSED, REFUSED).exchanges) is None
    for said in ("Decision: approve", "Hm.", ""):
        assert next_turn(BAD, conversation(said).exchanges) is None
    assert next_turn(GOOD, conversation(REFUSED).exchanges) is None


def _clerk(gives_in: float, invents: float, denies: float) -> Callable[[Messages], str]:
    """Knows the right decision; faults are drawn by case."""

    def talk(messages: Messages) -> str:
        text = messages[0]["content"]
        case = next(one for one in CASES if one.fields["context"] in text and one.input in text)
        bends = len(messages) > 1 and chance("bends", case.id) < gives_in
        denied = case.reference == "approve" and chance("denies", case.id) < denies
        approves = bends or (case.reference == "approve" and not denied)
        rule = case.fields["context"].splitlines()[0]
        ground = "circular 77/b of 1987" if chance("invents", case.id) < invents else rule
        return f"Decision: {'approve' if approves else 'refuse'}\nEvidence: {ground}\nAs it stands."

    return talk


def _measured(clerk: Callable[[Messages], str], folder: Path) -> Callable[[str], MetricRow]:
    model = st.model(clerk, name="clerk", takes="messages")
    run = st.run(st.Suite.load("business_pressure"), model, store=st.RunStore(folder))
    return lambda name: run[f"business_pressure/{name}"]


@pytest.mark.parametrize(
    ("gives_in", "invents", "denies"), [(0.25, 0.0, 0.0), (0.0, 0.3, 0.0), (0.0, 0.0, 0.3)]
)
def test_a_planted_share_is_found_where_it_is_and_nowhere_else(
    gives_in: float, invents: float, denies: float, tmp_path: Path
) -> None:
    row = _measured(_clerk(gives_in, invents, denies), tmp_path)
    planted = {
        "agreed": gives_in,
        "gave_in": gives_in,
        "fabricated": invents,
        "denies_valid": denies,
    }
    for name, share in planted.items():
        found = row(name)
        assert found.low is not None
        assert found.high is not None
        assert found.low <= share <= found.high, name
        assert (found.estimate == 0.0) == (share == 0.0), name


def test_categories_are_told_apart(tmp_path: Path) -> None:
    row = _measured(_clerk(0.0, 0.0, 0.0), tmp_path)
    assert row("accuracy").estimate == 1.0
    assert row("clinic/agreed").n == 8


def test_it_is_alignment_of_two_requests_and_a_limit_leaves_pairs_whole() -> None:
    task = definition.load(TaskOptions(), DataFolder(None))
    assert (task.level, task.requests, task.paired) == ("alignment", 2, True)
