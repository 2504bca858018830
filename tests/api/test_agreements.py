import asyncio

from statera.api.agreements import agreement
from statera.api.panels import compared, graded
from statera.store.runstore import RunStore
from tests.judges_made import PAIRWISE, REFERENCE, answer, bench, stored
from tests.panels_made import judge_model, pairwise, qualities, rubric, seat

MODELS = tuple(judge_model(seed=seed, noise=0.2) for seed in range(3))
COUNT = 40


def replies(values: list[int]) -> list[str]:
    return [f"Reply {i} quality={value}" for i, value in enumerate(values)]


def test_members_of_a_panel_on_a_run(store: RunStore) -> None:
    panel = seat(rubric(), store, *MODELS)
    info = stored(store, [*replies(qualities(COUNT)), ""])
    (found,) = agreement(panel, asyncio.run(graded(panel, info)))
    assert (found.task, found.criterion, found.repeats) == ("open", "panel", False)
    assert [(r.name, r.judged, r.asked, r.flips) for r in found.raters] == [
        ("one", COUNT, COUNT, None),
        ("two", COUNT, COUNT, None),
        ("three", COUNT, COUNT, None),
    ]
    assert found.alpha.low is not None
    assert 0.2 < found.alpha.low < (found.alpha.value or 0) < 1


def test_judges_that_agree_in_all_things_have_no_disagreement(store: RunStore) -> None:
    same = tuple(judge_model(seed=seed) for seed in range(3))
    panel = seat(rubric(), store, *same)
    info = stored(store, replies(qualities(COUNT)))
    (found,) = agreement(panel, asyncio.run(graded(panel, info)))
    assert (found.alpha.value, found.fleiss.value, found.unanimous.value) == (1.0, 1.0, 1.0)
    assert found.split == 0


def test_members_of_a_panel_on_pairs(store: RunStore) -> None:
    panel = seat(pairwise(), store, *MODELS[:2], judge_model(prefers="first"))
    ours, theirs = (
        [answer(text, sample=f"q{i}") for i, text in enumerate(replies(values))]
        for values in (qualities(COUNT), [3] * COUNT)
    )
    (found,) = agreement(panel, asyncio.run(compared(panel, ours, theirs)))
    same = sum(a.output == b.output for a, b in zip(ours, theirs, strict=True))
    assert [rater.flips for rater in found.raters][2] == COUNT - same  # those were not asked
    assert len(found.cohen) == 3


def test_repeats_of_one_judge(store: RunStore) -> None:
    single = bench(REFERENCE, judge_model(noise=0.3), store, repeats=3)
    info = stored(store, replies(qualities(COUNT)))
    (found,) = agreement(single, asyncio.run(graded(single, info)))
    assert found.repeats
    assert [rater.name for rater in found.raters] == ["repeat 1", "repeat 2", "repeat 3"]
    assert found.alpha.value is not None
    assert found.alpha.value < 0.9


def test_repeats_of_one_judge_of_pairs(store: RunStore) -> None:
    single = bench(PAIRWISE, judge_model(noise=0.3), store, repeats=2)
    ours, theirs = (
        [answer(text, sample=f"q{i}") for i, text in enumerate(replies(values))]
        for values in ([5] * COUNT, [2] * COUNT)
    )
    (found,) = agreement(single, asyncio.run(compared(single, ours, theirs)))
    assert [rater.asked for rater in found.raters] == [COUNT, COUNT]
    assert all((rater.flips or 0) > 0 for rater in found.raters)


def test_a_judge_that_is_asked_once_agrees_with_nobody(store: RunStore) -> None:
    single = bench(REFERENCE, judge_model(), store)
    info = stored(store, replies([3]))
    assert agreement(single, asyncio.run(graded(single, info))) == []
