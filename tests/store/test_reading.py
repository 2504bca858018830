import sqlite3

from statera.records.scores import Score
from statera.store.reading import PIECE
from statera.store.rows import Keyed, Scored
from statera.store.runstore import RunStore
from tests.store.made import filled, opened, scored, trial


def test_more_than_one_piece_is_read_whole_and_in_order(store: RunStore) -> None:
    count = PIECE + 1
    run = opened(store, count)
    store.write(run.id, [scored(number) for number in reversed(range(count))])
    numbers = [int(one.sample.id.rpartition("/")[2]) for one in store.trials(run.id)]
    assert numbers == list(range(count))
    assert all(len(one.scores) == 1 for one in store.trials(run.id))


def test_the_scores_of_a_trial_keep_their_order(store: RunStore) -> None:
    run = opened(store, 1)
    names = ["z", "a", "m"]
    kept = [Score(metric=name, value=0.5, outcome="right") for name in names]
    store.write(run.id, [Scored(trial(0), tuple(Keyed("k", one) for one in kept))])
    assert [row.score.metric for row in store.scores(run.id)] == names
    assert [one.metric for one in next(store.trials(run.id)).scores] == names


def test_scores_are_read_without_touching_conversations(store: RunStore) -> None:
    run = filled(store, 5)
    with sqlite3.connect(store.path) as connection:
        connection.execute("UPDATE trials SET exchanges = x'00'")
    connection.close()
    assert len(list(store.scores(run.id))) == 5
    assert store.counts(run.id).trials == 5
    assert len(store.answered(run.id, "mmlu")) == 5


def test_nothing_is_held_by_a_reader_that_was_left(store: RunStore) -> None:
    run = filled(store, 5)
    for _ in range(50):
        for rows in (store.scores(run.id), store.trials(run.id), store.samples(run.id, "mmlu")):
            next(rows)
    store.write(run.id, [scored(0)])


def test_every_key_that_is_asked_for_must_be_there(store: RunStore) -> None:
    run = filled(store, 3)
    assert list(store.unscored(run.id, "mmlu", {})) == []
    assert list(store.unscored(run.id, "mmlu", {"accuracy": "key-1"})) == []
    assert len(list(store.unscored(run.id, "mmlu", {"accuracy": "key-2"}))) == 3
    assert len(list(store.unscored(run.id, "mmlu", {"strict": "key-1"}))) == 3
    both = {"accuracy": "key-1", "strict": "key-1"}
    assert [one.sample_id for _, one in store.unscored(run.id, "mmlu", both)] == [
        "mmlu/test/0",
        "mmlu/test/1",
        "mmlu/test/2",
    ]
    assert list(store.unscored(run.id, "gsm8k", both)) == []
