"""The store from outside: what goes in comes out, once, in order, whoever else writes."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statera.errors import DeclarationError, StoreError
from statera.records.scores import Score
from statera.records.trials import Exchange, Trial
from statera.store.rows import Keyed, RunCounts, Scored
from statera.store.runstore import RunStore
from tests.store.made import (
    asked,
    failed,
    failure,
    filled,
    likelihoods,
    opened,
    reply,
    sample,
    samples,
    score,
    scored,
    spec,
    trial,
)


def test_the_file_lies_in_the_folder_which_is_made(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "a" / "b")
    assert store.path == tmp_path / "a" / "b" / "store.sqlite"
    assert store.path.is_file()
    assert store.runs() == []
    store.close()


def test_a_trial_comes_back_as_it_went_in(store: RunStore) -> None:
    run = opened(store, 3)
    given = Scored(
        trial(1, response=reply("**B**", reasoning="hm", notes=("asked again",))),
        (
            Keyed("k1", Score(metric="strict", value=0.25, outcome="right", span=(2, 3))),
            Keyed("k2", Score(metric="a", value=None, outcome="unparsed", why="no", flags=("x",))),
        ),
    )
    store.write(run.id, [given])
    (found,) = store.trials(run.id)
    assert found.sample == sample(1)
    assert found.trial == given.trial
    assert found.scores == tuple(keyed.score for keyed in given.scores)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "nul \x00 inside",
        "é 漢字 🙂 \u2028",
        "x" * 3_000_000,
    ],
    ids=["empty", "nul", "unicode", "three million characters"],
)
def test_any_text_is_kept(store: RunStore, said: str) -> None:
    run = opened(store, 1)
    found = Score(metric="m", value=0.0, outcome="wrong", extracted=said, why=said)
    store.write(run.id, [Scored(trial(0, response=reply(said)), (Keyed("k", found),))])
    (stored,) = store.trials(run.id)
    assert stored.trial.response.text == said
    assert stored.scores == (found,)


def test_half_a_surrogate_pair_does_not_stop_a_run(store: RunStore) -> None:
    run = opened(store, 1)
    found = Score(metric="m", value=0.0, outcome="wrong", extracted="\ud83d!")
    store.write(run.id, [Scored(trial(0, response=reply("ok \ud83d")), (Keyed("k", found),))])
    (stored,) = store.trials(run.id)
    assert stored.trial.response.text == "ok \ufffd"
    assert stored.scores[0].extracted == "\ufffd!"


def test_minus_infinity_is_a_log_likelihood(store: RunStore) -> None:
    run = opened(store, 1)
    plain = trial(0)
    said = likelihoods(-1.5, float("-inf"))
    kept = Trial(
        task=plain.task,
        sample_id=plain.sample_id,
        epoch=0,
        key="k",
        exchanges=(Exchange(asked(0), reply()), said),
        started=0.0,
    )
    store.write(run.id, [Scored(kept)])
    assert next(store.trials(run.id)).trial == kept


def test_samples_are_added_once_and_keep_their_order(store: RunStore) -> None:
    run = opened(store)
    store.add_samples(run.id, "mmlu", [sample(5), sample(1)])
    store.add_samples(run.id, "mmlu", (sample(n) for n in (0, 1, 3, 5)))
    store.add_samples(run.id, "mmlu", (sample(n) for n in (0, 1, 3, 5)))
    assert [one.id for one in store.samples(run.id, "mmlu")] == [
        "mmlu/test/0",
        "mmlu/test/1",
        "mmlu/test/3",
        "mmlu/test/5",
    ]


def test_a_task_that_the_run_lacks_is_named(store: RunStore) -> None:
    run = opened(store)
    with pytest.raises(DeclarationError, match=r"unknown task of the run 'mmul'.*'mmlu'"):
        store.add_samples(run.id, "mmul", samples(1))


def test_answered_leaves_out_what_plumbing_failed(store: RunStore) -> None:
    run = opened(store, 4)
    blocked = Scored(trial(3, response=failure("refused")), (Keyed("k", score("refused")),))
    store.write(run.id, [scored(0), scored(0, epoch=1), failed(1), blocked])
    assert store.answered(run.id, "mmlu") == {
        ("mmlu/test/0", 0),
        ("mmlu/test/0", 1),
        ("mmlu/test/3", 0),
    }
    assert store.answered(run.id, "gsm8k") == set()


def test_a_failed_trial_is_replaced_and_a_finished_one_never(store: RunStore) -> None:
    run = opened(store, 2)
    store.write(run.id, [failed(0), failed(1)])
    assert store.counts(run.id).outcomes == {"infra_error": 2}
    store.write(run.id, [scored(1), failed(0)])
    store.write(run.id, [failed(1)])
    late = Scored(trial(1, response=reply("C")), (Keyed("k", score("wrong", value=0.0)),))
    store.write(run.id, [late])
    stored = {one.sample.id: one for one in store.trials(run.id)}
    assert stored["mmlu/test/1"].trial == scored(1).trial
    assert stored["mmlu/test/1"].scores == (scored(1).scores[0].score,)
    assert store.counts(run.id).outcomes == {"infra_error": 1, "right": 1}


@pytest.mark.parametrize(
    ("batch", "kept"),
    [
        ([failed(0), scored(0)], "right"),
        ([scored(0), failed(0)], "right"),
        ([failed(0), failed(0)], "infra_error"),
    ],
)
def test_two_trials_of_one_place_in_a_batch(
    store: RunStore, batch: list[Scored], kept: str
) -> None:
    run = opened(store, 1)
    store.write(run.id, batch)
    outcomes = [one.scores[0].outcome for one in store.trials(run.id)]
    assert outcomes == [{"right": scored(0).scores[0].score.outcome}.get(kept, kept)]


def test_a_batch_with_an_unknown_sample_is_refused_whole(store: RunStore) -> None:
    run = opened(store, 1)
    with pytest.raises(StoreError, match=r"sample mmlu/test/9 of task mmlu was never added"):
        store.write(run.id, [scored(0), scored(9)])
    assert store.counts(run.id).trials == 0


def test_an_unknown_run_is_refused(store: RunStore) -> None:
    with pytest.raises(DeclarationError, match="no run nowhere"):
        store.write("nowhere", [scored(0)])
    with pytest.raises(DeclarationError, match="no run nowhere"):
        list(store.scores("nowhere"))


def test_trials_are_narrowed(store: RunStore) -> None:
    run = store.open_run(spec(tasks=("mmlu", "gsm8k")), tag=None, environment={}, now=1.0)
    for task in ("gsm8k", "mmlu"):
        store.add_samples(run.id, task, samples(4, task=task))
        store.write(run.id, [scored(number, task=task) for number in (3, 0, 2, 1)])
    places = [(one.trial.task, one.sample.id[-1]) for one in store.trials(run.id)]
    assert places == [(task, str(n)) for task in ("mmlu", "gsm8k") for n in range(4)]
    wrong = store.trials(run.id, outcome="wrong", task="gsm8k")
    assert [one.sample.id for one in wrong] == ["gsm8k/test/0", "gsm8k/test/3"]
    listed = ["mmlu/test/2", "nothing", *(f"x/{n}" for n in range(40_000))]
    assert [one.sample.id for one in store.trials(run.id, sample_ids=listed)] == ["mmlu/test/2"]
    assert len(list(store.trials(run.id, limit=3))) == 3
    assert list(store.trials(run.id, sample_ids=[])) == []


def test_scores_come_by_task_sample_and_epoch(store: RunStore) -> None:
    run = opened(store)
    store.add_samples(run.id, "mmlu", [sample(1, cluster="twins", group="g"), sample(0)])
    store.write(run.id, [scored(0), scored(1, epoch=1), scored(1)])
    rows = list(store.scores(run.id))
    assert [(row.sample_id, row.epoch) for row in rows] == [
        ("mmlu/test/1", 0),
        ("mmlu/test/1", 1),
        ("mmlu/test/0", 0),
    ]
    assert rows[0].unit == "twins"
    assert (rows[0].category, rows[0].group) == ("odd", "g")
    assert rows[2].unit == "mmlu/test/0"
    assert rows[2].score == scored(0).scores[0].score


def test_counts_know_what_is_unknown(store: RunStore) -> None:
    run = opened(store, 4)
    assert store.counts(run.id) == RunCounts(0, {}, None, None, None, 0, 0)
    store.write(run.id, [failed(0)])
    assert store.counts(run.id) == RunCounts(1, {"infra_error": 1}, None, None, None, 1, 0)
    store.write(run.id, [scored(1), scored(3), Scored(trial(2, response=reply(" \n")))])
    counts = store.counts(run.id)
    assert counts.outcomes == {"infra_error": 1, "right": 1, "wrong": 1}
    assert (counts.trials, counts.unpriced, counts.empty) == (4, 1, 1)
    assert (counts.prompt_tokens, counts.completion_tokens) == (60, 3)
    assert counts.cost == pytest.approx(3e-5)


def test_a_run_is_resumed_rescored_and_ended(store: RunStore) -> None:
    first = store.open_run(spec(), tag="a", environment={"sandbox": "x"}, now=10.0)
    assert (first.status, first.created, first.tags) == ("running", 10.0, ("a",))
    store.set_status(first.id, "stopped", reason="budget", now=20.0)
    assert store.find(first.id).reason == "budget"
    again = store.open_run(spec(), tag="b", environment={"sandbox": "y"}, now=30.0)
    assert again.id == first.id
    assert (again.status, again.reason, again.created, again.updated) == ("running", "", 10.0, 30.0)
    assert again.tags == ("a", "b")
    assert again.environment == {"sandbox": "x"}
    store.change_environment(first.id, lambda _: {"sandbox": "y"})
    assert store.find("a").environment == {"sandbox": "y"}
    assert store.find("a").spec == spec()


def test_what_lacks_a_key_is_scored_while_it_streams(store: RunStore) -> None:
    run = opened(store, 1200)
    store.write(run.id, [scored(number) for number in range(1200)])
    keys = {"accuracy": "key-1", "strict": "key-9"}
    assert len(list(store.unscored(run.id, "mmlu", {"accuracy": "key-1"}))) == 0
    new = Keyed("key-9", score("wrong", metric="strict", value=0.0))
    for _, found in islice(store.unscored(run.id, "mmlu", keys), 700):
        store.write_scores(run.id, [Scored(found, (new,))])
    assert len(list(store.unscored(run.id, "mmlu", keys))) == 500


def test_rescoring_replaces_by_metric_and_keeps_the_primary_first(store: RunStore) -> None:
    run = opened(store, 3)
    store.write(run.id, [scored(0), scored(1)])
    added = Keyed("k", score("right", metric="a_second"))
    store.write_scores(run.id, [Scored(trial(0), (added,))])
    stored = next(store.trials(run.id))
    assert [one.metric for one in stored.scores] == ["accuracy", "a_second"]
    assert store.counts(run.id).outcomes == {"wrong": 1, "right": 1}
    replaced = Keyed("key-2", score("right"))
    store.write_scores(run.id, [Scored(trial(0), (replaced,))])
    stored = next(store.trials(run.id))
    assert [one.metric for one in stored.scores] == ["accuracy", "a_second"]
    assert stored.scores[0] == replaced.score
    assert stored.trial == scored(0).trial
    assert store.counts(run.id).outcomes == {"right": 2}
    with pytest.raises(StoreError, match="no trial of mmlu/test/2, epoch 0, to score"):
        store.write_scores(run.id, [Scored(trial(1), (replaced,)), Scored(trial(2), (replaced,))])


@settings(max_examples=25)
@given(order=st.permutations(range(8)), cut=st.integers(1, 7), again=st.sets(st.integers(0, 7)))
def test_the_content_digest_depends_on_content_alone(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], cut: int, again: set[int]
) -> None:
    store = RunStore(tmp_path_factory.mktemp("one"))
    plain = filled(store, 8)
    expected = store.content_digest(plain.id)
    other = RunStore(tmp_path_factory.mktemp("other"))
    run = opened(other, 8)
    other.write(run.id, [failed(number) for number in order[:cut]])
    for part in (order[:cut], order[cut:], sorted(again)):
        other.write(run.id, [scored(number) for number in part])
    assert other.content_digest(run.id) == expected
    store.close()
    other.close()


def test_an_iterator_sees_one_state_and_may_be_left(store: RunStore) -> None:
    run = filled(store, 600)
    rows = store.scores(run.id)
    first = list(islice(rows, 10))
    store.add_samples(run.id, "mmlu", samples(700))
    store.write(run.id, [scored(650)])
    assert len(first) + len(list(rows)) == 600
    for _ in range(40):
        next(store.trials(run.id))
    assert store.counts(run.id).trials == 601


def test_threads_take_turns(store: RunStore) -> None:
    run = opened(store, 400)

    def write(start: int) -> None:
        for number in range(start, 400, 4):
            store.write(run.id, [scored(number)])

    threads = [threading.Thread(target=write, args=(start,)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert store.counts(run.id).trials == 400


_TWO = """
import sys
from statera.store.runstore import RunStore
from tests.store.made import filled, opened, samples, scored, spec
folder, seed = sys.argv[1], int(sys.argv[2])
store = RunStore(folder)
run = store.open_run(spec(seed=seed), tag=None, environment={}, now=1.0)
store.add_samples(run.id, "mmlu", samples(300))
for number in range(300):
    store.write(run.id, [scored(number)])
print(run.id, store.content_digest(run.id))
"""


def test_processes_write_their_runs_to_one_store(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", _TWO, str(folder), str(seed)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for seed in (1, 2, 3)
    ]
    ends = [process.communicate(timeout=600) for process in started]
    assert [process.returncode for process in started] == [0, 0, 0], ends
    store = RunStore(folder)
    assert len(store.runs()) == 3
    digests = {store.content_digest(run.id) for run in store.runs()}
    assert digests == {out.split()[1] for out, _ in ends}
    assert [store.counts(run.id).trials for run in store.runs()] == [300] * 3
    store.close()


_FLAT = """
import resource, sys
from statera.store.runstore import RunStore
from tests.store.made import opened, sample, scored
count = int(sys.argv[2])
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
store = RunStore(sys.argv[1])
run = opened(store)
store.add_samples(run.id, "mmlu", (sample(n) for n in range(count)))
before = peak()
for start in range(0, count, 500):
    store.write(run.id, [scored(n) for n in range(start, min(start + 500, count))])
written = peak() - before
lacking = store.unscored(run.id, "mmlu", {"a": "b"})
for rows in (store.scores(run.id), store.trials(run.id), lacking):
    assert sum(1 for _ in rows) == count
store.content_digest(run.id)
streamed = peak() - before
assert len(store.answered(run.id, "mmlu")) == count
print(written, streamed, peak() - before, peak())
"""


def test_memory_stays_flat(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _FLAT, str(tmp_path), "20000"]
    out = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert out.returncode == 0, out.stderr
    written, streamed, answered, _ = (float(part) for part in out.stdout.split())
    assert written < 20
    assert streamed < 25
    assert answered < 40


def test_a_grader_that_failed_is_asked_again_and_a_failed_request_is_not(store: RunStore) -> None:
    run = opened(store, 2)
    broken = Score(metric="accuracy", value=None, outcome="infra_error", why="the sandbox failed")
    store.write(
        run.id,
        [
            Scored(trial(0), (Keyed("k", broken),)),
            Scored(trial(1, response=failure("infra")), (Keyed("k", broken),)),
        ],
    )
    found = [one.sample_id for _, one in store.unscored(run.id, trial(0).task, {"accuracy": "k"})]
    assert found == [trial(0).sample_id]


def test_another_score_can_lead_every_trial(store: RunStore) -> None:
    run = opened(store, 3)
    wrong = Score(metric="strict", value=0.0, outcome="wrong")
    right = Score(metric="flexible", value=1.0, outcome="right")
    both = (Keyed("s", wrong), Keyed("f", right))
    store.write(run.id, [Scored(trial(n), both) for n in range(3)])
    assert store.counts(run.id).outcomes == {"wrong": 3}
    store.set_primary(run.id, trial(0).task, "flexible")
    assert store.counts(run.id).outcomes == {"right": 3}
    assert [s.scores[0].metric for s in store.trials(run.id)] == ["flexible"] * 3


@pytest.mark.parametrize("tag", ["latest", "a b", "a/b", "", "-x"])
def test_a_tag_is_a_name(store: RunStore, tag: str) -> None:
    with pytest.raises(DeclarationError, match=r"tag '.*': allowed are"):
        store.open_run(spec(), tag=tag, environment={}, now=1.0)


def test_the_latest_run_of_a_suite_by_the_suite_itself(store: RunStore) -> None:
    class Suite:
        name = "five"

    run = opened(store, 1)
    assert store.latest(Suite()).id == run.id


def test_what_two_add_to_the_environment_at_once_stays(tmp_path: Path) -> None:
    with closing(RunStore(tmp_path)) as one, closing(RunStore(tmp_path)) as other:
        run = one.open_run(spec(), tag="a", environment={}, now=1.0)

        def add(number: int) -> None:
            kept = one if number % 2 else other
            kept.change_environment(run.id, lambda found: found | {str(number): number})

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(add, range(40)))
        assert one.find("a").environment == {str(n): n for n in range(40)}
