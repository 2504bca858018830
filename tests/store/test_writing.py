import pytest

from statera.records.responses import Response, Usage
from statera.records.trials import Exchange, Trial
from statera.store import writing
from statera.store.rows import Scored
from statera.store.runstore import RunStore
from tests.store.made import asked, failure, opened, reply, samples, scored, trial


def _conversation(*said: Response) -> Trial:
    exchanges = tuple(Exchange(asked(0), response) for response in said)
    plain = trial(0)
    return Trial(
        task=plain.task,
        sample_id=plain.sample_id,
        epoch=0,
        key=plain.key,
        exchanges=exchanges,
        started=plain.started,
    )


@pytest.mark.parametrize(
    ("said", "tokens", "cost"),
    [
        ([reply(), reply()], (40, 2), 2e-5),
        ([reply(), Response(text="B")], (20, 1), None),
        ([Response(text="B", usage=Usage(completion_tokens=3), cost=0.0)], (None, 3), 0.0),
        ([Response(text="B")], (None, None), None),
        ([Response(text="B", usage=Usage(prompt_tokens=2**64 - 1))], (2**63 - 1, None), None),
    ],
)
def test_a_conversation_is_summed_and_unknown_is_not_zero(
    store: RunStore,
    said: list[Response],
    tokens: tuple[int | None, int | None],
    cost: float | None,
) -> None:
    run = opened(store, 1)
    store.write(run.id, [Scored(_conversation(*said))])
    counts = store.counts(run.id)
    assert (counts.prompt_tokens, counts.completion_tokens) == tokens
    assert counts.cost == cost
    assert counts.unpriced == (cost is None)


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        (reply(), True),
        (reply(""), True),
        (failure("infra"), False),
        (failure("refused"), True),
        (failure("truncated"), True),
    ],
)
def test_only_plumbing_is_asked_again(said: Response, answered: bool) -> None:
    assert writing.has_answer(trial(0, response=said)) is answered


@pytest.mark.parametrize("count", [1, 3, 255, 256, 257, 600])
def test_a_batch_of_any_size(store: RunStore, count: int) -> None:
    run = opened(store, count)
    store.write(run.id, [scored(number) for number in range(count)])
    assert store.counts(run.id).trials == count
    assert len(list(store.scores(run.id))) == count


def test_an_empty_batch_is_nothing(store: RunStore) -> None:
    run = opened(store)
    store.write(run.id, [])
    store.write_scores(run.id, [])
    assert store.counts(run.id).trials == 0


def test_an_ungraded_trial_has_no_outcome_unless_plumbing_failed(store: RunStore) -> None:
    run = opened(store, 2)
    store.write(run.id, [Scored(trial(0)), Scored(trial(1, response=failure()))])
    assert store.counts(run.id).outcomes == {"infra_error": 1}
    assert store.counts(run.id).trials == 2
    found = [one.sample.id for one in store.trials(run.id, outcome="infra_error")]
    assert found == ["mmlu/test/1"]


def test_runs_do_not_see_each_other(store: RunStore) -> None:
    first, second = opened(store, 2, seed=1), opened(store, seed=2)
    store.add_samples(second.id, "mmlu", samples(2))
    store.write(first.id, [scored(0)])
    store.write(second.id, [scored(0), scored(1)])
    assert store.counts(first.id).trials == 1
    assert len(list(store.scores(second.id))) == 2
    assert store.answered(first.id, "mmlu") == {("mmlu/test/0", 0)}


def test_a_graded_copy_brings_its_scores_to_the_answer_that_is_kept(store: RunStore) -> None:
    run = opened(store, 2)
    whole = scored(0)
    store.write(run.id, [Scored(whole.trial)])
    store.write(run.id, [whole])
    assert [s.scores for s in store.trials(run.id)] == [tuple(k.score for k in whole.scores)]
    other = scored(1)
    store.write(run.id, [Scored(other.trial), other, Scored(other.trial)])
    assert [len(s.scores) for s in store.trials(run.id)] == [1, 1]
