import msgspec

from statera.records.labels import LABELS, Labelled, stored_labels, unlabelled
from statera.records.scores import UNJUDGED, Score
from statera.records.specs import RunInfo, RunSpec, SystemUnderTest


def info(**environment: object) -> RunInfo:
    spec = RunSpec(suite="s", system=SystemUnderTest(model="m"), tasks=(), seed=0)
    return RunInfo(
        id="r", spec=spec, status="done", created=0.0, updated=0.0, environment=environment
    )


def test_what_was_put_on_record_is_read_back() -> None:
    labelled = Labelled(
        of="reference",
        labellers=("ana", "ben"),
        probabilities={"support": {"q1": 0.5, "q2": 1.0}},
        low=1,
        high=5,
    )
    found = stored_labels(info(**{LABELS: {"reference_people": msgspec.to_builtins(labelled)}}))
    assert found == {"reference_people": labelled}


def test_a_run_that_nobody_labelled_has_none() -> None:
    assert stored_labels(info()) == {}


def test_a_score_of_people_without_a_label_is_told_from_a_failure() -> None:
    none = Score(metric="q_people", value=None, outcome="infra_error", flags=(UNJUDGED,))
    assert unlabelled(none)
    assert not unlabelled(msgspec.structs.replace(none, flags=()))
    assert not unlabelled(msgspec.structs.replace(none, metric="q"))
