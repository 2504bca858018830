import pytest

from statera.api.answers import answers_of
from statera.api.auditasks import Scope, anchor_asks, drawn, flat, material, questions
from statera.errors import DeclarationError
from statera.graders.judge import Judge, JudgeFile, judge_of
from statera.graders.responders import RESPONDERS
from statera.records.verdicts import Answer
from statera.store.runstore import RunStore
from tests.judges_made import CHECKLIST, PAIRWISE, REFERENCE, bench, scripted, stored
from tests.replies_made import letters, replied

SCOPE = Scope(items=6, repeats=2, anchors=4, responders=3)
BOTH = judge_of(JudgeFile(judge="both", criteria={"tone": "tone", "right": "reference"}))
JUDGING = scripted(default="[5]")


def replies(side: str, count: int = 10) -> list[str]:
    return [f"{side} reply number {i}." for i in range(count)]


def test_replies_are_drawn_in_one_order_and_more_are_more_of_it(store: RunStore) -> None:
    answers = answers_of(store, stored(store, replies("new", 20)))
    three, ten = drawn(answers, 3, 0), drawn(answers, 10, 0)
    assert three == ten[:3]
    assert {answer.category for answer in ten} == {"even", "odd"}
    assert drawn(answers, 10, 1) != ten
    assert len(drawn(answers, 100, 0)) == 20


def test_each_task_gives_its_items_in_turn(store: RunStore) -> None:
    info = replied(store, letters(8), tasks=("one", "two"))
    chosen = drawn(answers_of(store, info, ("one", "two")), 3, 0)
    assert [answer.task for answer in chosen] == ["one", "two"] * 3


def test_of_several_epochs_the_first_reply_is_looked_at(store: RunStore) -> None:
    info = replied(store, {"q0": ["first", "second"], "q1": ["first", "first"]})
    found = material(bench(REFERENCE, JUDGING, store), info, None, SCOPE)
    assert {answer.output for answer in found.candidate} == {"first"}


def test_two_runs_are_paired_by_question(store: RunStore) -> None:
    new, old = (stored(store, replies(side), name=side) for side in ("new", "old"))
    found = material(bench(PAIRWISE, JUDGING, store), new, old, SCOPE)
    assert len(found.pairs) == len(found.candidate) == len(found.other) == 6
    assert all(a.place == b.place for a, b in found.pairs)
    assert {b.output.split()[0] for _, b in found.pairs} == {"old"}
    assert found.compared == f"replies of {new.id[:8]} against {old.id[:8]}"


def test_one_run_stands_against_its_own_other_epochs(store: RunStore) -> None:
    said = {"q0": ["a", "b"], "q1": ["same", "same"], "q2": ["c", "d"]}
    found = material(bench(PAIRWISE, JUDGING, store), replied(store, said), None, SCOPE)
    assert sorted((a.output, b.output) for a, b in found.pairs) == [("b", "a"), ("d", "c")]
    assert "different epochs" in found.compared


def test_one_run_with_one_reply_a_question_has_only_padded_ones(store: RunStore) -> None:
    found = material(bench(PAIRWISE, JUDGING, store), stored(store, replies("new")), None, SCOPE)
    assert found.pairs == []
    assert "lengthened" in found.compared
    asked = questions(PAIRWISE, found, SCOPE, 0)
    assert asked.main == []
    assert asked.repeated == asked.padded[: SCOPE.anchors]


def test_empty_replies_are_not_looked_at_and_only_empty_ones_are_an_error(store: RunStore) -> None:
    made = bench(REFERENCE, JUDGING, store)
    found = material(made, stored(store, ["x", "", "y", " "], name="some"), None, SCOPE)
    assert sorted(answer.output for answer in found.candidate) == ["x", "y"]
    with pytest.raises(DeclarationError, match="no reply that is not empty: nothing to judge"):
        material(made, stored(store, ["", " "], name="none"), None, SCOPE)


def test_runs_on_different_data_or_without_a_common_task_are_refused(store: RunStore) -> None:
    made = bench(PAIRWISE, JUDGING, store)
    new = stored(store, replies("new"), name="new")
    with pytest.raises(DeclarationError, match="have no task with replies in common"):
        material(made, new, stored(store, replies("old"), name="old", task="other"), SCOPE)
    one = replied(store, letters(3), model="one")
    two = replied(store, letters(3), model="two", reference=False)
    with pytest.raises(DeclarationError, match="not on the same data"):
        material(made, one, two, SCOPE)


@pytest.mark.parametrize(
    ("judge", "criteria"), [(REFERENCE, 1), (CHECKLIST, 1), (BOTH, 2)], ids=["rubric", "list", "2"]
)
def test_a_judge_of_single_replies_grades_each_beside_what_deserves_nothing(
    store: RunStore, judge: Judge, criteria: int
) -> None:
    new, old = (stored(store, replies(side), name=side) for side in ("new", "old"))
    found = material(bench(judge, JUDGING, store), new, old, SCOPE)
    asked = questions(judge, found, SCOPE, 0)
    sizes = [len(part) for part in (asked.main, asked.others, asked.padded)]
    assert sizes == [6 * criteria] * 3
    assert len(asked.repeated) == 4 * criteria
    assert len(asked.beside) == 3 * criteria
    assert list(asked.responders) == list(RESPONDERS)
    assert all(len(units) == 3 * criteria for units in asked.responders.values())
    plain, longer = (flat(part) for part in (asked.main, asked.padded))
    for one, other in zip(plain, longer, strict=True):
        assert one.answers[0].place == other.answers[0].place
        assert len(other.answers[0].output) > len(one.answers[0].output)


def test_a_judge_of_pairs_sees_each_pair_in_both_orders(store: RunStore) -> None:
    new, old = (stored(store, replies(side), name=side) for side in ("new", "old"))
    asked = questions(
        PAIRWISE, material(bench(PAIRWISE, JUDGING, store), new, old, SCOPE), SCOPE, 0
    )
    assert not asked.others
    assert not asked.beside
    for unit in (*asked.main, *asked.padded, *asked.responders["attack"]):
        forward, backward = unit
        assert forward.shown == backward.shown[::-1]
    assert {unit[0].answers[0].output for unit in asked.responders["empty"]} == {""}


def test_pairs_of_the_same_text_are_not_among_those_that_are_looked_at(store: RunStore) -> None:
    new = stored(store, replies("new"), name="new")
    both = zip(replies("new"), replies("old"), strict=True)
    old = stored(store, [pair[i % 4 < 2] for i, pair in enumerate(both)], name="old")
    seat = bench(PAIRWISE, JUDGING, store)
    found = material(seat, new, old, SCOPE)
    assert 0 < len(found.pairs) < len(found.candidate) == len(found.other)
    assert all(a.output != b.output for a, b in found.pairs)
    twin = stored(store, replies("new"), name="twin")
    alike = material(seat, new, twin, SCOPE)
    assert not alike.pairs
    assert alike.compared.endswith("say the same: each reply against it lengthened")
    assert questions(PAIRWISE, alike, SCOPE, 0).repeated


def test_every_judgement_is_asked_once_and_the_repeated_ones_first(store: RunStore) -> None:
    same = stored(store, ["all the same"] * 6, name="same")
    found = material(bench(REFERENCE, JUDGING, store), same, None, SCOPE)
    asked = questions(REFERENCE, found, SCOPE, 0)
    ids = [(ask.criterion, ask.id) for ask in asked.once]
    assert len(ids) == len(set(ids))
    again = [(ask.criterion, ask.id) for ask in flat(asked.repeated)]
    assert ids[: len(again)] == again


def test_anchors_of_pairs_take_turns_in_the_order_and_share_the_criteria(store: RunStore) -> None:
    new, old = (stored(store, replies(side), name=side) for side in ("new", "old"))
    pairs = questions(
        PAIRWISE, material(bench(PAIRWISE, JUDGING, store), new, old, SCOPE), SCOPE, 0
    )
    anchors = anchor_asks(pairs.repeated, 4)
    assert [ask.order for ask in anchors] == ["ab", "ba", "ab", "ba"]
    assert len({ask.answers[0].sample_id for ask in anchors}) == 4
    single = questions(BOTH, material(bench(BOTH, JUDGING, store), new, None, SCOPE), SCOPE, 0)
    kept = anchor_asks(single.repeated, 4)
    assert [ask.criterion for ask in kept] == ["tone", "tone", "right", "right"]


def test_the_same_seed_asks_the_same(store: RunStore) -> None:
    new = stored(store, replies("new"))
    made = bench(REFERENCE, JUDGING, store)

    def ids(seed: int) -> list[str]:
        found: list[Answer] = drawn(answers_of(store, new), 6, seed)
        return [answer.sample_id for answer in found]

    first, second = (questions(REFERENCE, material(made, new, None, SCOPE), SCOPE, 0),) * 2
    assert [ask.id for ask in first.once] == [ask.id for ask in second.once]
    assert ids(0) != ids(3)


def test_more_items_are_more_of_them_beside_replies_that_deserve_nothing(store: RunStore) -> None:
    assert [Scope(items=items).beside for items in (10, 100, 200, 1000)] == [20, 20, 40, 200]
    run = stored(store, replies("new", 30))
    made = bench(PAIRWISE, JUDGING, store)
    for responders, beside in ((2, 6), (10, 10), (40, 30)):
        scope = Scope(items=30, responders=responders)
        asked = questions(PAIRWISE, material(made, run, None, scope), scope, 0)
        assert {len(units) for units in asked.responders.values()} == {beside}
