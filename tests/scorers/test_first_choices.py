import pytest

from statera.records.requests import Likelihood
from statera.records.responses import ContinuationScore, Failure, Response
from statera.records.samples import Sample
from statera.records.trials import Exchange, Trial
from statera.scorers.catalogue import scorer_types
from statera.scorers.first_choices import FirstChoices

SAMPLE = Sample(id="s", input="q", choices=("t", "f", "g"), answer=0, fields={"mc1": 2})


def _trial(response: Response) -> Trial:
    exchange = Exchange(Likelihood(context="q", continuations=(" t", " f", " g")), response)
    return Trial(task="t", sample_id="s", epoch=0, key="k", exchanges=(exchange,), started=0.0)


def _measured(*sums: float) -> Response:
    return Response(
        likelihoods=tuple(ContinuationScore(logprob=s, greedy=False, tokens=1) for s in sums)
    )


@pytest.mark.parametrize(
    ("sums", "outcome", "extracted"),
    [
        ((-1.0, -2.0, -0.5), "right", "0"),
        ((-2.0, -1.0, -0.5), "wrong", "1"),
        ((-1.0, -1.0, -3.0), "right", "0"),
    ],
)
def test_only_the_first_choices_are_compared(
    sums: tuple[float, ...], outcome: str, extracted: str
) -> None:
    score = FirstChoices().score(SAMPLE, _trial(_measured(*sums)))
    assert (score.metric, score.outcome, score.extracted) == ("mc1", outcome, extracted)


@pytest.mark.parametrize(
    ("sample", "response", "outcome"),
    [
        (SAMPLE, _measured(-1.0, -2.0), "unparsed"),
        (SAMPLE, Response(failure=Failure(kind="infra", message="reset")), "infra_error"),
        (Sample(id="s", input="q", choices=("t", "f", "g")), _measured(-1, -2, -3), "unparsed"),
    ],
)
def test_what_cannot_be_compared_is_not_wrong(
    sample: Sample, response: Response, outcome: str
) -> None:
    score = FirstChoices().score(sample, _trial(response))
    assert (score.value, score.outcome) == (None, outcome)
    assert score.why


def test_it_is_found_by_its_tag() -> None:
    assert scorer_types()["first_choices"] is FirstChoices
