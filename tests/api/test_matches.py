"""What a ranking asks: every two, both orders, each judgement once; and what it refuses."""

import asyncio

import pytest

from statera.api.judged import judge_pairs
from statera.api.matches import Entrant, cost, play, prepare, run_entrants
from statera.api.panelbench import seated
from statera.api.ranking import leaderboards
from statera.errors import DeclarationError, RunStopped
from statera.graders.judge import JudgeFile, judge_of
from statera.models.callables import model
from statera.records.specs import RunInfo
from statera.records.verdicts import Answer
from statera.runner.execution import Limits
from statera.store.runstore import RunStore
from tests.judges_made import PAIRWISE, REFERENCE, answer, bench, scripted, stored

JUDGE = (("Reply A", "[[A]]"),)


def first_named(prompt: str) -> str:
    return "[[A]]"


def entrant(name: str, *outputs: str, first: int = 0) -> Entrant:
    answers = [answer(text, sample=f"q{first + i}") for i, text in enumerate(outputs)]
    return Entrant(name=name, answers=answers)


THREE = [entrant(name, f"{name} 0", f"{name} 1") for name in ("new", "old", "mini")]


def test_every_two_are_asked_in_both_orders(store: RunStore) -> None:
    given = bench(PAIRWISE, scripted(*JUDGE), store)
    found = prepare(given, THREE)
    assert [(match.left, match.right) for match in found.matches] == [(0, 1), (0, 2), (1, 2)]
    assert [len(match.asks) for match in found.matches] == [2, 2, 2]
    assert found.alone == {}
    assert str(cost(given, found)) == (
        "3 runs in 3 pairs: 12 judgements, 0 of them stored, 12 to ask"
    )
    assert store.runs() == []


def test_with_a_base_each_is_asked_against_it(store: RunStore) -> None:
    given = bench(PAIRWISE, scripted(*JUDGE), store)
    found = prepare(given, THREE, base="old")
    assert [(match.left, match.right) for match in found.matches] == [(0, 1), (2, 1)]


def test_what_was_judged_is_stored_and_not_asked_again(store: RunStore) -> None:
    given = bench(PAIRWISE, scripted(*JUDGE), store)
    asyncio.run(judge_pairs(given, THREE[0].answers, THREE[1].answers))
    found = prepare(given, THREE)
    assert cost(given, found).stored == 4
    first = asyncio.run(play(given, found))
    (run,) = store.runs()
    assert store.counts(run.id).trials == 12
    assert cost(given, found).stored == 12
    again = asyncio.run(play(given, prepare(given, THREE)))
    assert again == first
    assert store.counts(run.id).trials == 12
    pairs = [(match.left, match.right, pair.verdict.label) for match, pair in first.pairs]
    assert pairs[0] == (0, 1, "flip")
    assert len(pairs) == 6


def test_the_same_text_is_a_tie_that_is_not_asked_in_a_ranking(store: RunStore) -> None:
    given = bench(PAIRWISE, scripted(*JUDGE), store)
    three = [*THREE[:2], entrant("twin", "new 0", "twin 1")]
    found = prepare(given, three)
    assert cost(given, found).judgements == 8  # old against twin is asked once as old against new
    played = asyncio.run(play(given, found))
    (board,) = leaderboards(played)
    assert (board.asked, board.same, board.flips) == (6, 1, 5)
    assert cost(given, found).stored == 8


def test_a_ranking_that_was_cut_short_goes_on_where_it_was(store: RunStore) -> None:
    given = bench(PAIRWISE, scripted(*JUDGE), store)
    short = type(given)(
        judge=given.judge, model=given.model, store=store, limits=Limits(workers=1, max_requests=5)
    )
    found = prepare(short, THREE)
    with pytest.raises(RunStopped):
        asyncio.run(play(short, found))
    kept = cost(given, found)
    assert 0 < kept.stored < 12
    asyncio.run(play(given, found))
    assert cost(given, found).stored == 12


def test_replies_without_a_counterpart_are_counted(store: RunStore) -> None:
    more = [*THREE[:2], entrant("mini", "a", "b", "c")]
    found = prepare(bench(PAIRWISE, scripted(*JUDGE), store), more)
    assert found.alone == {"mini": 1}


def test_a_pair_that_shares_nothing_is_left_out_where_others_link_it(store: RunStore) -> None:
    ends = [entrant("a", "x"), entrant("b", "x", first=1), entrant("c", "x", "y")]
    found = prepare(bench(PAIRWISE, scripted(*JUDGE), store), ends)
    assert [(match.left, match.right) for match in found.matches] == [(0, 2), (1, 2)]


@pytest.mark.parametrize(
    ("entrants", "base", "told"),
    [
        (THREE[:2], None, "at least 3, got 2; two are compared: `statera judge compare"),
        (THREE[:1], None, "at least 3, got 1$"),
        ([*THREE, THREE[0]], None, "'new' is there twice"),
        (THREE, "od", "unknown base 'od'. Did you mean 'old'"),
        ([*THREE[:2], entrant("far", "z", first=9)], None, "no common scale: new, old | far"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_asked(
    store: RunStore, entrants: list[Entrant], base: str | None, told: str
) -> None:
    with pytest.raises(DeclarationError, match=told.replace("|", r"\|")):
        prepare(bench(PAIRWISE, scripted(*JUDGE), store), entrants, base=base)
    assert store.runs() == []


def test_other_questions_another_kind_of_judge_and_a_missing_reference(store: RunStore) -> None:
    other = Answer(task="open", sample_id="q0", epoch=0, prompt="Else?", output="x", unit="q0")
    three = [*THREE[:2], Entrant(name="else", answers=[other])]
    with pytest.raises(DeclarationError, match="new and else are not on the same data"):
        prepare(bench(PAIRWISE, scripted(), store), three)
    with pytest.raises(DeclarationError, match="grades single replies"):
        prepare(bench(REFERENCE, scripted(), store), THREE)
    assert store.runs() == []


def test_runs_are_read_on_the_tasks_that_all_have(store: RunStore) -> None:
    infos = [stored(store, ["a", "b"], name=name) for name in ("m1", "m2", "m3")]
    runs: dict[str, tuple[RunStore, RunInfo]] = {info.id[:4]: (store, info) for info in infos}
    assert [len(one.answers) for one in run_entrants(runs)] == [2, 2, 2]
    assert [one.info for one in run_entrants(runs)] == infos
    same = dict(list(runs.items())[:2]) | {"again": (store, infos[0])}
    with pytest.raises(DeclarationError, match="are the same run"):
        run_entrants(same)
    other = stored(store, ["a"], name="m4", task="other")
    with pytest.raises(DeclarationError, match="no task with replies in common"):
        run_entrants(runs | {"other": (store, other)})
    with pytest.raises(DeclarationError, match="Did you mean 'open'"):
        run_entrants(runs, ["opem"])


def test_a_panel_ranks_and_each_member_is_asked_once(store: RunStore) -> None:
    jury = judge_of(JudgeFile(judge="jury", kind="pairwise", models=("m1", "m2")))
    models = (model(first_named, name="m1", takes="text"), scripted(*JUDGE))
    seat = seated(bench(jury, models[0], store), models)
    found = prepare(seat, THREE)
    assert str(cost(seat, found)).endswith("24 judgements, 0 of them stored, 24 to ask")
    played = asyncio.run(play(seat, found))
    assert len(played.said) == 6
    assert played.run == seat.run_id
    assert cost(seat, found).stored == 24
    assert asyncio.run(play(seat, found)) == played
