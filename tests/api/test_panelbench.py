import asyncio
from dataclasses import replace

import pytest

from statera.analysis.standing import CALIBRATIONS, DRIFTED
from statera.api.judged import rubric_asks
from statera.api.panelbench import PanelBench, benches, remember_panel, seated, sit_all
from statera.errors import DeclarationError, RunStopped
from statera.records.specs import JUDGING, MEMBERS
from statera.runner.execution import Limits
from statera.store.runstore import RunStore
from tests.judges_made import REFERENCE, answer, bench
from tests.panels_made import NAMES, judge_model, judgements, pairwise, rubric, seat

MODELS = tuple(judge_model(seed=seed, noise=0.2) for seed in range(3))
ANSWERS = [answer(f"quality={i % 5 + 1} of {i}", sample=f"q{i}") for i in range(6)]


def ask(panel: PanelBench) -> list[dict[int, object]]:
    """Return what each member said of the answers."""
    asks = [rubric_asks(one, ANSWERS) for one in panel.benches]
    sittings = asyncio.run(sit_all(panel, asks))
    return [
        {place: sitting.verdict(a).label for place, a in enumerate(of)}
        for sitting, of in zip(sittings, asks, strict=True)
    ]


def test_each_member_has_a_run_of_its_own_and_is_asked_once(store: RunStore) -> None:
    panel = seat(rubric(), store, *MODELS)
    first = ask(panel)
    assert judgements(store) == {f"judge panel-{name}": 6 for name in NAMES}
    sent = [model.count for model in MODELS]
    assert ask(panel) == first
    assert sent == [model.count for model in MODELS]


def test_the_tally_counts_over_all_members(store: RunStore) -> None:
    panel = seat(rubric(), store, *MODELS)
    ask(panel)
    tally = panel.benches[0].tally
    assert (tally.done, tally.total, tally.asked) == (18, 18, 18)
    ask(panel)
    assert (tally.done, tally.total, tally.asked) == (18, 18, 18)


def test_what_was_said_before_a_limit_is_kept(store: RunStore) -> None:
    panel = seat(rubric(), store, *MODELS)
    first = replace(panel.benches[0], judge=panel.judge, limits=Limits(workers=1, max_requests=8))
    limited = seated(first, MODELS)
    assert isinstance(limited, PanelBench)
    with pytest.raises(RunStopped, match="member two: the next request would pass"):
        ask(limited)
    assert judgements(store) == {"judge panel-one": 6, "judge panel-two": 2}
    ask(panel)
    assert judgements(store) == {f"judge panel-{name}": 6 for name in NAMES}


def test_a_missing_reference_is_told_before_anybody_is_asked(store: RunStore) -> None:
    panel = seat(rubric(), store, *MODELS)
    without = [answer("quality=3", reference=None)]
    with pytest.raises(DeclarationError, match="grades against a reference"):
        asyncio.run(sit_all(panel, [rubric_asks(one, without) for one in panel.benches]))
    assert not store.runs()


def test_the_same_judge_of_the_same_model_does_not_sit_twice(store: RunStore) -> None:
    panel = rubric()
    first = bench(panel, MODELS[0], store)
    same = panel.members[0]
    with pytest.raises(DeclarationError, match="members one and two are the same judge"):
        PanelBench(panel, (bench(same, MODELS[0], store), bench(same, MODELS[0], store), first))


def test_the_panel_has_a_run_that_stands_for_it(store: RunStore) -> None:
    panel = seat(rubric(), store, *MODELS)
    ask(panel)
    info = asyncio.run(remember_panel(panel))
    assert (info.id, info.status, info.judging) == (panel.run_id, "done", True)
    assert store.counts(info.id).trials == 0
    about = info.environment["asked"][JUDGING]
    assert about[MEMBERS] == panel.members
    assert (about["combine"], about["weights"]) == ("majority", None)
    assert info.spec.suite == "judge panel"
    assert asyncio.run(remember_panel(panel)).id == info.id


def test_another_weight_way_member_or_era_is_another_panel(store: RunStore) -> None:
    one = seat(rubric(), store, *MODELS)
    mean = seat(rubric(combine="mean"), store, *MODELS)
    weighted = [
        seat(
            rubric(combine="weighted", weights=dict(zip(NAMES, weights, strict=True))),
            store,
            *MODELS,
        )
        for weights in ((1, 1, 1), (2, 1, 1))
    ]
    other = seat(rubric(), store, *MODELS[:2], judge_model(seed=9))
    ids = [panel.run_id for panel in (one, mean, *weighted, other)]
    ask(one)
    first = one.benches[0]
    first.remember(**{DRIFTED: {"why": "it says more", "at": 0.0}})
    ids.append(one.run_id)
    assert len(set(ids)) == len(ids)


def measured(panel: PanelBench, *right: int) -> None:
    """Put on record that of 100 verdicts of each member so many were right, yes and no alike."""
    for one, count in zip(panel.benches, right, strict=True):
        mean = {"value": 0.0, "variance": 0.1, "freedom": 99.0, "labels": 100, "clusters": 100}
        half = count // 2
        error = {"mean": mean | {"differ": 100 - count}, "counts": [half, 50, half, 50]}
        known = {
            "run": "r",
            "task": "t",
            "score": one.judge.name,
            "low": 1,
            "high": 5,
            "errors": {f"{one.judge.name}_good": error},
        }
        one.remember(**{CALIBRATIONS: [known]})


def test_measured_weights_are_those_of_each_members_own_record(store: RunStore) -> None:
    ask(seat(rubric(), store, *MODELS))
    panel = seat(rubric(combine="weighted"), store, *MODELS)
    with pytest.raises(DeclarationError, match=r"one is was never measured.*--member one"):
        panel.check_weights()
    measured(panel, 90, 80, 50)
    weights = panel.weights
    assert weights is not None
    assert weights[0] > weights[1] > weights[2] == 0.0
    before = panel.run_id
    measured(panel, 90, 80, 60)
    assert panel.run_id != before


def test_a_panel_of_nobody_better_than_chance_is_refused(store: RunStore) -> None:
    ask(seat(rubric(), store, *MODELS))
    panel = seat(rubric(combine="weighted"), store, *MODELS)
    measured(panel, 50, 40, 50)
    with pytest.raises(DeclarationError, match="no member is better than chance"):
        ask(panel)


def test_a_single_judge_stays_on_its_bench(store: RunStore) -> None:
    single = bench(REFERENCE, MODELS[0], store)
    assert seated(single, (MODELS[0],)) is single
    assert benches(single) == (single,)
    assert len(benches(seat(pairwise(), store, *MODELS))) == 3
