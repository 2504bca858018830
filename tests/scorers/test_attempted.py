import pytest

from statera.metrics.catalogue import default_metrics
from statera.metrics.rates import Rate
from statera.records.responses import Response
from statera.records.samples import Sample
from statera.scorers.attempted import (
    AccuracyWhenAttempted,
    Attempted,
    Correct,
    FalseAbstention,
    Hallucination,
    Penalised,
)
from statera.scorers.rules import BadScorer, Rule
from tests.scorers.conversations import BROKEN, conversation

CITY = Sample(id="q", input="Capital of Australia?", reference="Canberra")
GAP = Sample(id="n", input="Who was the king of France in 1950?")
SCORERS: tuple[Rule, ...] = (
    Correct(),
    Attempted(),
    AccuracyWhenAttempted(),
    Hallucination(),
    Penalised(threshold=0.75),
    FalseAbstention(),
)
RIGHT, WRONG, IDK = "Answer: Canberra", "Answer: Sydney", "Answer: I don't know"
CUT = Response(text="Well, the", finish="length")


@pytest.mark.parametrize(
    ("sample", "reply", "values", "outcome"),
    [
        (CITY, RIGHT, (1, 1, 1, 0, 1, 0), "right"),
        (CITY, WRONG, (0, 1, 0, 1, -3, 0), "wrong"),
        (CITY, IDK, (None, 0, None, 0, 0, 1), "refused"),
        (CITY, "", (None, 0, None, 0, 0, 0), "unparsed"),
        (CITY, CUT, (None, 0, None, None, 0, None), "truncated"),
        (CITY, "word " * 50, (None, 0, None, None, 0, None), "unparsed"),
        (CITY, BROKEN, (None, None, None, None, None, None), "infra_error"),
        (GAP, IDK, (1, None, None, 0, 0, None), "right"),
        (GAP, WRONG, (0, None, 0, 1, -3, None), "wrong"),
        (GAP, "", (None, None, None, 0, 0, None), "unparsed"),
    ],
)
def test_three_classes_and_what_each_is_worth(
    sample: Sample, reply: str | Response, values: tuple[float | None, ...], outcome: str
) -> None:
    scores = [scorer.score(sample, conversation(reply)) for scorer in SCORERS]
    assert tuple(score.value for score in scores) == values
    assert scores[0].outcome == outcome
    for score in scores:
        assert score.value is not None or score.why


def test_what_is_bad_is_wrong_and_a_rate_of_which_less_is_better() -> None:
    assert Hallucination().score(CITY, conversation(WRONG)).outcome == "wrong"
    assert FalseAbstention().score(CITY, conversation(IDK)).outcome == "wrong"
    found = {m.name: m for m in default_metrics((Hallucination(), FalseAbstention(), Penalised()))}
    assert all(isinstance(metric, Rate) for metric in found.values())
    assert not found["hallucination"].higher_is_better
    assert found["penalised"].bounds == (-1.0, 1.0)


def test_an_answer_pays_where_its_chance_is_above_the_threshold() -> None:
    for threshold in (0.0, 0.5, 0.9):
        penalty = Penalised(threshold=threshold).lowest
        assert threshold * 1 + (1 - threshold) * penalty == pytest.approx(0.0)
    with pytest.raises(BadScorer, match="threshold: 1"):
        Penalised(threshold=1.0)
