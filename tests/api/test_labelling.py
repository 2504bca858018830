from collections import Counter

import pytest

from statera.api.answers import answers_of
from statera.api.labelling import (
    Draw,
    check_entries,
    drawn,
    pair_sheet,
    pair_things,
    single_sheet,
    single_things,
)
from statera.errors import DeclarationError
from statera.graders.judge import JudgeFile, judge_of, read_judge
from statera.interop.labels import Label
from statera.store.runstore import RunStore
from statera.web.desk import Desk
from tests.judges_made import CHECKLIST
from tests.replies_made import letters, replied

REFERENCE = read_judge("reference").criteria[0]
TONE = read_judge("tone").criteria[0]
PAIRS = read_judge("pairwise").criteria[0]
ALL = Draw()
ITEMS = [("t", f"q{i}") for i in range(50)]


def test_nothing_is_drawn_where_all_is_labelled() -> None:
    assert drawn(ITEMS, ALL) == dict.fromkeys(ITEMS)


def test_a_draw_has_its_size_its_probability_and_is_the_same_each_time() -> None:
    found = drawn(ITEMS, Draw(items=20))
    assert len(found) == 20
    assert set(found.values()) == {0.4}
    assert drawn(reversed(ITEMS), Draw(items=20)) == found
    assert set(drawn(ITEMS, Draw(items=20, seed=1))) != set(found)
    assert set(drawn(ITEMS, Draw(items=10))) < set(found)
    assert set(drawn(ITEMS, Draw(items=99)).values()) == {1.0}


def test_a_share_is_of_each_task_and_at_least_one() -> None:
    other = [("u", f"q{i}") for i in range(7)]
    found = drawn([*ITEMS, *other], Draw(share=0.1))
    assert Counter(task for task, _ in found) == {"t": 5, "u": 1}
    assert found[next(item for item in found if item[0] == "u")] == pytest.approx(1 / 7)
    assert set(drawn(ITEMS, Draw(share=0.001)).values()) == {1 / 50}
    assert set(drawn(ITEMS, Draw(share=1.0)).values()) == {1.0}


def test_every_item_is_drawn_as_often_as_its_probability_says() -> None:
    counts = Counter(
        item for seed in range(400) for item in drawn(ITEMS, Draw(items=20, seed=seed))
    )
    assert all(abs(counts[item] / 400 - 0.4) < 0.12 for item in ITEMS)  # 5 standard errors


def test_replies_to_grade_are_those_with_something_in_them(store: RunStore) -> None:
    info = replied(store, {"q0": ["one", "two"], "q1": "  ", "q2": None, "q3": "four"})
    things = single_things(answers_of(store, info), REFERENCE, Draw(items=1))
    assert len({thing.place[1] for thing in things}) == 1
    assert {thing.probability for thing in things} == {0.5}
    everything = single_things(answers_of(store, info), REFERENCE, ALL)
    assert [thing.place for thing in everything] == [
        ("support", "q0", 0),
        ("support", "q0", 1),
        ("support", "q3", 0),
    ]
    assert everything[0].reference == "ideal answer to q0"
    assert everything[0].replies == ("one",)


def test_a_pair_shows_both_replies_empty_ones_too(store: RunStore) -> None:
    one = replied(store, {"q0": "a", "q1": "", "q2": "c"})
    two = replied(store, {"q0": "A", "q1": "B"}, model="base")
    things = pair_things(answers_of(store, one), answers_of(store, two), PAIRS, ALL)
    assert [thing.replies for thing in things] == [("a", "A"), ("", "B")]


def test_what_cannot_be_labelled_is_said(store: RunStore) -> None:
    empty = replied(store, {"q0": "", "q1": None})
    with pytest.raises(DeclarationError, match="nothing to label: every reply is empty or lost"):
        single_things(answers_of(store, empty), TONE, ALL)
    bare = replied(store, letters(2), reference=False, model="bare")
    with pytest.raises(DeclarationError, match="support sample 'q0' has none"):
        single_things(answers_of(store, bare), REFERENCE, ALL)
    assert single_things(answers_of(store, bare), TONE, ALL)[0].reference is None
    full = replied(store, letters(2), model="base")
    with pytest.raises(DeclarationError, match="new and old are not on the same data: the refer"):
        pair_things(answers_of(store, full), answers_of(store, bare), PAIRS, ALL, ("new", "old"))
    with pytest.raises(DeclarationError, match="no item in common"):
        pair_things(answers_of(store, full), [], PAIRS, ALL)
    with pytest.raises(DeclarationError, match="is a checklist"):
        single_sheet(CHECKLIST.criteria[0], full)


def test_a_rubrics_levels_are_the_choices(store: RunStore) -> None:
    info = replied(store, letters(1))
    sheet = single_sheet(REFERENCE, info)
    assert [(one.value, one.key, one.hint) for one in sheet.choices] == [
        (str(level), str(level), "") for level in range(1, 6)
    ]
    assert all(one.text for one in sheet.choices)
    assert (sheet.run, sheet.against, sheet.criterion, sheet.pairs) == (info.id, "", "", False)
    assert single_sheet(REFERENCE, info, name="x").criterion == "x"


@pytest.mark.parametrize(
    ("levels", "keys"),
    [
        (range(10), "0123456789"),
        (range(1, 11), "1234567890"),
        (range(-2, 3), "12345"),
        ((0, 50, 100), "123"),
    ],
)
def test_every_level_has_a_key_of_one_stroke(
    store: RunStore, levels: tuple[int, ...], keys: str
) -> None:
    rubric = {"criterion": "How good?", "levels": {level: f"is {level}" for level in levels}}
    criterion = judge_of(JudgeFile(judge="own", rubric=rubric)).criteria[0]
    sheet = single_sheet(criterion, replied(store, letters(1)))
    assert "".join(choice.key for choice in sheet.choices) == keys
    assert all(one.hint == (one.key if one.key != one.value else "") for one in sheet.choices)


def test_a_pairs_sheet_names_both_runs_to_the_file_only(store: RunStore) -> None:
    info, other = replied(store, letters(1)), replied(store, letters(1), model="base")
    sheet = pair_sheet(PAIRS, info, other)
    assert sheet.pairs
    assert (sheet.run, sheet.against) == (info.id, other.id)
    shown = f"{sheet.title} {sheet.question} {sheet.choices}"
    assert not any(secret in shown for secret in (info.id[:8], other.id[:8], "base"))


def test_a_file_is_gone_on_with_only_by_the_same_labelling(store: RunStore) -> None:
    info = replied(store, letters(20))
    answers, sheet = answers_of(store, info), single_sheet(REFERENCE, info)
    things = single_things(answers, REFERENCE, Draw(items=5))
    entries: list[Label] = []
    desk = Desk(things, sheet, entries.append)
    desk.choose("ana", 1, "4")
    desk.skip("ana", 2)
    check_entries(entries, things, sheet)
    for other in (Draw(items=6), Draw(items=5, seed=1), ALL):
        with pytest.raises(DeclarationError, match="a label from another draw; repeat its"):
            check_entries(entries, single_things(answers, REFERENCE, other), sheet)
    with pytest.raises(DeclarationError, match="a label of other runs"):
        check_entries(entries, things, pair_sheet(PAIRS, info, info))
    foreign = [Label(id="q1", label="4", where="x.jsonl, line 1")]
    with pytest.raises(DeclarationError, match=r"x\.jsonl, line 1: .*\(none is named, not "):
        check_entries(foreign, things, sheet)
    check_entries([Label(id="q1", label="4", criterion="tone")], things, sheet)
