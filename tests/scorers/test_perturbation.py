import pytest

from statera.records.samples import Sample
from statera.records.scores import UNDRAWN
from statera.scorers.perturbation import (
    ORDER,
    PERTURBED,
    Changed,
    Drop,
    Moves,
    Perturbed,
    as_turned,
)
from tests.scorers.conversations import BROKEN, conversation

FIELDS = {PERTURBED: ("typos", ORDER, "negation"), ORDER: (2, 0, 1)}
PICK = Sample(id="p", input="?", choices=("x", "y", "z"), answer=1, fields=FIELDS)
A, B, C = "Answer: A", "Answer: B", "Answer: C"


@pytest.mark.parametrize(
    ("plain", "typo", "right", "drop", "changed"),
    [
        (B, B, 1.0, 0.0, 0.0),
        (B, A, 0.0, 1.0, 1.0),
        (A, B, 1.0, -1.0, 1.0),
        (A, C, 0.0, 0.0, 1.0),
        (B, "hm", 0.0, 1.0, None),
        ("hm", "hm", 0.0, None, None),
    ],
)
def test_what_a_change_costs(plain, typo, right, drop, changed) -> None:  # type: ignore[no-untyped-def]
    trial = conversation(plain, typo, B, A)
    rules = [kind(change="typos") for kind in (Perturbed, Drop, Changed)]
    assert [rule.score(PICK, trial).value for rule in rules] == [right, drop, changed]
    assert [rule.metric for rule in rules] == ["perturbed_typos", "drop_typos", "changed_typos"]


def test_after_the_move_an_option_is_known_by_what_it_says() -> None:
    assert as_turned(PICK).choices == ("z", "x", "y")
    assert as_turned(PICK).answer == 2
    moved = conversation(B, B, C, A)
    assert Perturbed(change=ORDER).score(PICK, moved).value == 1.0
    assert Changed(change=ORDER).score(PICK, moved).value == 0.0
    kept_letter = conversation(B, B, B, A)
    assert Drop(change=ORDER).score(PICK, kept_letter).value == 1.0
    assert Changed(change=ORDER).score(PICK, kept_letter).value == 1.0


def test_the_answer_must_move_with_the_meaning_where_it_was_right() -> None:
    rule = Moves(change="negation")
    assert rule.score(PICK, conversation(B, B, C, A)).value == 1.0
    stuck = rule.score(PICK, conversation(B, B, C, B))
    assert (stuck.value, stuck.outcome) == (0.0, "wrong")
    assert rule.score(PICK, conversation(A, B, C, A)).flags == (UNDRAWN,)
    assert rule.score(PICK, conversation(B, B, C, "hm")).value is None


@pytest.mark.parametrize("kind", [Perturbed, Drop, Changed, Moves])
def test_plumbing_and_what_is_not_asked_are_told(kind) -> None:  # type: ignore[no-untyped-def]
    broken = kind(change="negation").score(PICK, conversation(B, BROKEN))
    assert (broken.value, broken.outcome) == (None, "infra_error")
    spared = kind(change="casing").score(PICK, conversation(B, B, C, A))
    assert (spared.value, spared.flags) == (None, (UNDRAWN,))


def test_a_sample_says_what_it_was_asked_with() -> None:
    rule = Drop(change="option_order")
    sample = Sample(id="s", input="?", choices=("x", "y"), answer=0)
    assert rule.lacks(sample).startswith("no column `perturbed`")
    fields: dict[str, object] = {"perturbed": ["option_order"]}
    bare = Sample(id="s", input="?", choices=("x", "y"), fields=fields)
    assert rule.lacks(bare).startswith("no column `option_order`")
    whole = Sample(id="s", input="?", choices=("x", "y"), fields={**fields, "option_order": [1, 0]})
    assert rule.lacks(whole) == ""
