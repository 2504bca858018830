import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.errors import DeclarationError
from statera.interop.importing.imported import Row
from statera.interop.importing.pile import Pile
from tests.interop.importing.made import row


def _pile(*rows: Row, lead: str = "") -> Pile:
    pile = Pile(lead)
    for one in rows:
        pile.add(one)
    return pile


def test_trials_come_back_as_they_went_in() -> None:
    with _pile(row("a", {"m": 1.0}), row("b", {"m": 0.0}, outcome="wrong")) as pile:
        first, second = pile.rows("t", frozenset())
        assert first.sample.id == "a"
        assert first.exchanges == row("a", {}).exchanges
        assert second.scores[0].outcome == "wrong"
        assert (pile.trials, pile.replies) == (2, 2)
        assert pile.outcomes().counts == {"right": 1, "wrong": 1}


def test_other_metrics_join_the_trial_and_the_same_make_an_epoch() -> None:
    rows = (row("a", {"m": 1.0}), row("a", {"n": 0.0}), row("a", {"m": 0.0}), row("a", {"n": 1.0}))
    with _pile(*rows) as pile:
        found = [
            (one.epoch, {s.metric: s.value for s in one.scores})
            for one in pile.rows("t", frozenset())
        ]
    assert found == [(0, {"m": 1.0, "n": 0.0}), (1, {"m": 0.0, "n": 1.0})]


def test_the_leading_metric_is_first() -> None:
    with _pile(row("a", {"m": 1.0}), row("a", {"n": 0.0}), lead="n") as pile:
        assert pile.tasks["t"].kept == ["n", "m"]
        (one,) = pile.rows("t", frozenset())
    assert [score.metric for score in one.scores] == ["n", "m"]


def test_a_stated_epoch_cannot_be_there_twice() -> None:
    with (
        _pile(row("a", {"m": 1.0}, epoch=2)) as pile,
        pytest.raises(DeclarationError, match="log, a: sample 'a', epoch 2, is there twice"),
    ):
        pile.add(row("a", {"m": 1.0}, epoch=2))


def test_a_trial_without_scores_has_none_of_each() -> None:
    with _pile(row("a", {"m": 1.0, "n": 1.0}), row("b", {}, reply=None)) as pile:
        _, failed = pile.rows("t", frozenset())
        assert pile.replies == 1
    assert [(s.metric, s.outcome, s.value) for s in failed.scores] == [
        ("m", "infra_error", None),
        ("n", "infra_error", None),
    ]


def test_a_value_that_is_no_answer_stays_only_where_it_is_graded() -> None:
    with _pile(row("a", {"m": 0.0}, outcome="truncated")) as pile:
        (binary,) = pile.rows("t", frozenset())
        (graded,) = pile.rows("t", frozenset({"m"}))
    assert (binary.scores[0].value, graded.scores[0].value) == (None, 0.0)


def test_metrics_outside_of_the_unit_interval_are_left_out() -> None:
    with _pile(row("a", {"m": 1.0, "bleu": 31.0}), row("b", {"bleu": 2.0})) as pile:
        task = pile.tasks["t"]
        assert (task.kept, task.left_out) == (["m"], ["bleu"])
        first, second = pile.rows("t", frozenset())
    assert [score.metric for score in first.scores] == ["m"]
    assert second.scores == ()


@given(st.permutations(["a", "b", "c", "d"]))
def test_the_order_of_the_items_does_not_change_their_digest(names: list[str]) -> None:
    with _pile(*(row(name, {"m": 1.0}) for name in "abcd")) as one:
        with _pile(*(row(name, {"m": 0.0}) for name in names)) as other:
            assert one.tasks["t"].data == other.tasks["t"].data
        with _pile(*(row(name, {"m": 0.0}, asked="How?") for name in names)) as third:
            assert one.tasks["t"].data != third.tasks["t"].data


@given(st.permutations(list(range(4))))
def test_the_content_is_the_same_in_any_order(order: list[int]) -> None:
    rows = [row(name, {"m": float(n % 2)}, epoch=0) for n, name in enumerate("abcd")]
    with _pile(*rows) as one, _pile(*(rows[n] for n in order)) as other:
        assert one.content == other.content
    changed = [*rows[1:], row("a", {"m": 0.0}, epoch=0, reply="Why not?")]
    with _pile(*changed) as third:
        assert one.content != third.content


def test_items_that_change_between_trials_are_known() -> None:
    with _pile(row("a", {"m": 1.0}), row("a", {"m": 1.0}, asked="How?")) as pile:
        assert pile.tasks["t"].changed == {"a"}
        assert [sample.input for sample in pile.samples("t")] == ["Why?"]
