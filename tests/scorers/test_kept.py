import pytest

from statera.records.requests import Chat, Message
from statera.records.responses import Failure, Response
from statera.records.samples import Sample
from statera.records.trials import Exchange, Trial
from statera.scorers.catalogue import scorer_types
from statera.scorers.kept import Kept


@pytest.mark.parametrize(
    ("response", "outcome", "why"),
    [
        (Response(text="The Moon is far.", finish="stop"), "unparsed", "kept for a judge"),
        (Response(text="", finish="stop"), "unparsed", "empty reply"),
        (Response(text="The Moon is", finish="length"), "truncated", "cut off at the token limit"),
        (Response(failure=Failure(kind="infra", message="reset")), "infra_error", "reset"),
        (Response(failure=Failure(kind="refused", message="filter")), "refused", "filter"),
    ],
)
def test_there_is_never_a_verdict(response: Response, outcome: str, why: str) -> None:
    exchange = Exchange(Chat(messages=(Message("user", "q"),)), response)
    trial = Trial(task="t", sample_id="s", epoch=0, key="k", exchanges=(exchange,), started=0.0)
    score = Kept().score(Sample(id="s", input="q"), trial)
    assert (score.metric, score.value, score.outcome, score.why) == ("judged", None, outcome, why)


def test_it_is_found_by_its_tag() -> None:
    assert scorer_types()["kept"] is Kept
