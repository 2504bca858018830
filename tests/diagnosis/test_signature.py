from itertools import product

import msgspec
import pytest

from statera.diagnosis.evidence import Move, Signal
from statera.diagnosis.measurements import Kind
from statera.diagnosis.signature import MEANING, TABLE, Cause, Finding, findings

GOOD: tuple[Kind, ...] = ("truncated", "refused", "unparsed", "right", "solved", "quality")


def signal(kind: Kind, said: str, *, task: str = "t") -> Signal:
    """Return a signal that is `up`, `down`, `same` or `?`; `small down` both."""
    moved: Move = "up" if said.endswith("up") else "down" if said.endswith("down") else "none"
    return Signal(
        task=task,
        kind=kind,
        metric=kind,
        n=500,
        base=0.5,
        candidate=0.5,
        difference=0.0,
        low=-0.1,
        high=0.1,
        level=0.95,
        p=0.5,
        p_adjusted=0.5,
        moved=moved,
        same=said == "same" or said.startswith("small"),
        margin=0.02,
        needed=2_000,
        method="made",
    )


def caused(**moves: str) -> list[Finding]:
    said = dict.fromkeys(GOOD, "same") | moves
    return list(findings([signal(kind, said[kind]) for kind in said], ()))  # type: ignore[arg-type]


def causes(**moves: str) -> list[Cause]:
    return [finding.cause for finding in caused(**moves)]


@pytest.mark.parametrize(
    ("moves", "cause"),
    [
        ({"refused": "up"}, "safety over-correction"),
        ({"unparsed": "up"}, "format or extraction"),
        ({"truncated": "up"}, "longer answers"),
        ({"right": "down"}, "reliability"),
        ({"right": "down", "solved": "down"}, "capability regression"),
        ({"right": "down", "solved": "down", "quality": "down"}, "capability regression"),
        ({"right": "down", "solved": "small down"}, "reliability"),
        ({"right": "down", "solved": "up"}, "reliability"),
        ({"quality": "down"}, "quality regression"),
        ({"refused": "up", "right": "small down", "solved": "same"}, "safety over-correction"),
    ],
)
def test_every_row_of_the_table(moves: dict[str, str], cause: Cause) -> None:
    found = caused(**moves)
    assert found[0].cause == cause
    assert found[0].status == "named"
    assert found[0].unsettled == ()
    assert all(f.cause == "reliability" for f in found[1:])


def test_nothing_moved_or_only_for_the_better_has_no_cause() -> None:
    assert causes() == []
    assert causes(refused="down", unparsed="down", right="up", solved="up", quality="up") == []


def test_mixed_signatures_list_all_causes_safety_first() -> None:
    found = caused(truncated="up", refused="up", right="down", solved="down")
    assert [one.cause for one in found] == [
        "safety over-correction",
        "longer answers",
        "capability regression",
    ]
    assert {one.status for one in found} == {"named"}


@pytest.mark.parametrize("kind", ["truncated", "unparsed", "right", "solved", "quality"])
def test_without_power_for_a_same_the_answer_is_undetermined(kind: str) -> None:
    (found,) = caused(refused="up", **{kind: "?"})
    assert (found.cause, found.status, found.between) == (
        "safety over-correction",
        "undetermined",
        (),
    )
    assert found.unsettled == (f"{kind}: 500 items, about 2,000 to show it within 2 points",)


def test_capability_and_reliability_are_not_told_apart_without_pass_at_k() -> None:
    (found,) = caused(right="down", solved="?")
    assert found.status == "undetermined"
    assert found.between == ("reliability", "capability regression")
    once = [signal(kind, "same") for kind in ("truncated", "refused", "unparsed")]
    (found,) = findings([*once, signal("right", "down")], ())
    assert found.between == ("reliability", "capability regression")
    assert "ask each several times (--epochs)" in found.unsettled[0]


def test_harm_is_first_whatever_its_size() -> None:
    benign = [signal(kind, "up" if kind == "unparsed" else "same") for kind in GOOD]
    found = findings([*benign, signal("harm", "small up", task="unsafe")], ())
    assert [(one.cause, one.task) for one in found] == [
        ("safety regression", "unsafe"),
        ("format or extraction", "t"),
    ]
    assert [one.safety for one in found] == [True, False]


@pytest.mark.parametrize(
    ("public", "gap", "held", "status"),
    [
        ("up", "up", "same", "named"),
        ("up", "up", "down", "named"),
        ("up", "up", "?", "undetermined"),
        ("up", "up", "up", None),
        ("same", "up", "down", None),
        ("up", "?", "same", None),
    ],
)
def test_overfitting_is_a_gain_on_public_questions_only(
    public: str, gap: str, held: str, status: str | None
) -> None:
    said = (signal("public", public), signal("held-out", held), signal("gap", gap))
    assert [one.status for one in findings(said, ())] == ([status] if status else [])


def test_no_state_of_the_signals_is_claimed_twice_or_crashes() -> None:
    for states in product(("up", "down", "same", "?"), repeat=len(GOOD)):
        found = caused(**dict(zip(GOOD, states, strict=True)))
        names = [one.cause for one in found]
        assert len(names) == len(set(names))
        assert not {"reliability", "capability regression"} <= set(names)


def test_every_cause_has_words() -> None:
    assert set(MEANING) == {row.cause for row in TABLE}


def test_what_the_log_does_not_tell_leaves_a_cause_open() -> None:
    hidden = msgspec.structs.replace(signal("truncated", "?"), told=False, needed=None, low=None)
    rest = [signal("refused", "same"), signal("right", "same")]
    (found,) = findings([hidden, signal("unparsed", "up"), *rest], ())
    assert (found.cause, found.status) == ("format or extraction", "undetermined")
    assert found.unsettled == ("truncated: made",)
    assert found.between == ()
