import msgspec

from statera.records.requests import Chat, Complete, Likelihood, Message
from statera.records.responses import ContinuationScore, Response
from statera.records.trials import Exchange, Trial


def test_the_last_response_is_graded_and_the_record_survives_json() -> None:
    exchanges = (
        Exchange(Chat(messages=(Message("user", "?"),)), Response(text="first")),
        Exchange(Complete(prompt="p"), Response(text="second")),
        Exchange(
            Likelihood(context="c", continuations=(" A",)),
            Response(likelihoods=(ContinuationScore(logprob=-1.5, greedy=True, tokens=1),)),
        ),
    )
    trial = Trial(task="t", sample_id="s", epoch=0, key="k", exchanges=exchanges, started=1.0)
    assert trial.response.likelihoods[0].logprob == -1.5
    assert msgspec.json.decode(msgspec.json.encode(trial), type=Trial) == trial
