from statera.api.answers import OUTPUTS, answers_of
from statera.api.recording import record_outputs
from statera.api.stored import Run
from statera.store.runstore import RunStore
from tests.judges_made import answer

ANSWERS = [answer(f"said {i}", sample=f"q{i}", reference=None if i else "ideal") for i in range(3)]


def test_outputs_become_a_run_whose_replies_they_are(store: RunStore) -> None:
    info = record_outputs(store, ANSWERS, name="o.jsonl", now=7.0)
    assert (info.status, info.created) == ("done", 7.0)
    assert info.spec.system.model.startswith("outputs:o.jsonl@")
    found = answers_of(store, info)
    assert [(a.task, a.sample_id, a.output, a.reference) for a in found] == [
        (OUTPUTS, "q0", "said 0", "ideal"),
        (OUTPUTS, "q1", "said 1", None),
        (OUTPUTS, "q2", "said 2", None),
    ]
    assert Run(store, info).health.trials == 3
    assert Run(store, info).metrics == []


def test_the_same_outputs_are_the_same_run_and_others_another(store: RunStore) -> None:
    first = record_outputs(store, ANSWERS, name="o.jsonl", now=7.0)
    assert record_outputs(store, ANSWERS, name="o.jsonl", now=8.0) == first
    other = [answer("else", sample=a.sample_id, reference=a.reference) for a in ANSWERS]
    second = record_outputs(store, other, name="o.jsonl", now=8.0)
    assert second.id != first.id
    assert second.spec.tasks == first.spec.tasks  # the questions are the same, so they compare


def test_a_recording_that_was_cut_off_is_completed(store: RunStore) -> None:
    info = record_outputs(store, ANSWERS, name="o.jsonl", now=7.0)
    store.set_status(info.id, "running", now=7.0)
    again = record_outputs(store, ANSWERS, name="o.jsonl", now=8.0)
    assert (again.id, again.status) == (info.id, "done")
    assert len(answers_of(store, again)) == 3
