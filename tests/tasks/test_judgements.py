from statera.graders.asks import Ask
from statera.tasks.judgements import MEMORY, judging_spec, judging_task
from tests.judges_made import REFERENCE, answer

CRITERION = REFERENCE.criteria[0]


def test_the_same_judgement_is_in_the_task_once() -> None:
    asks = [Ask(criterion="reference", answers=(answer(text),)) for text in ("a", "b", "a")]
    task = judging_task(CRITERION, asks, version="1")
    assert [sample.fields["graded"] for sample in task.samples] == [["a"], ["b"]]
    assert task.next_turn is not None


def test_a_judges_run_is_the_same_whatever_it_was_asked() -> None:
    spec = judging_spec(CRITERION, version="1")
    assert spec.data == MEMORY
    assert spec.template == CRITERION.instrument
    assert judging_spec(CRITERION, version="2") != spec
