import msgspec
import pytest

from statera.analysis.guarding.sightings import by_source, labelled, sightings
from statera.records.guarding import Decision
from statera.records.responses import Failure, Response
from statera.records.samples import Sample
from statera.records.trials import Exchange, Trial
from statera.store.rows import Stored
from statera.tasks.guardtexts import request_of
from tests.guards_made import decision, sighting


def stored(made: Decision | None, *, epoch: int = 0, **fields: object) -> Stored:
    sample = Sample(id="1", input="x", cluster="talk", fields={"side": "output", **fields})
    reply = Response(failure=Failure(kind="infra", message="gone"))
    if made is not None:
        reply = Response(text=msgspec.json.encode(made).decode(), finish="stop", seconds=0.5)
    trial = Trial(
        task="set",
        sample_id="1",
        epoch=epoch,
        key="k",
        exchanges=(Exchange(request_of(sample), reply),),
        started=0.0,
    )
    return Stored(sample, trial, ())


def test_a_stored_trial_is_read_with_its_labels() -> None:
    made = stored(decision(scores={"bombs": 0.25}), truth={"mails": 1}, label=0)
    (found,) = sightings([made])
    assert (found.source, found.id, found.unit, found.side) == ("set", "1", "talk", "output")
    assert [found.true_of(name) for name in ("", "bombs", "mails")] == [False, False, True]
    assert (found.score("bombs"), found.score("mails"), found.seconds) == (0.25, None, 0.5)


def test_of_repeats_the_first_counts_and_without_a_decision_nothing_is_seen() -> None:
    found = list(sightings([stored(None), stored(decision(), epoch=1)]))
    assert len(found) == 1
    assert (found[0].seen(), found[0].score("bombs")) == ("failed", None)


@pytest.mark.parametrize("score", [0.1, 0.9, None])
def test_a_failed_check_has_no_score_but_is_one_of_the_texts(score: float | None) -> None:
    one = sighting("a", score, harmful=True)
    assert one.score("bombs") == score
    assert labelled([one], "bombs", harmful=True) == [one]
    assert labelled([one], "bombs", harmful=False) == []
    assert labelled([one], "leak", harmful=True) == []


def test_sources_keep_their_order() -> None:
    found = [sighting(name, 0.1, source=name[0]) for name in ("b1", "a1", "b2")]
    assert {name: len(group) for name, group in by_source(found).items()} == {"b": 2, "a": 1}
