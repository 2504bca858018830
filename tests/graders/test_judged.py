import asyncio

import msgspec
import pytest

from statera.api.judged import OnTrials
from statera.errors import DeclarationError
from statera.graders.catalogue import scoring_type
from statera.graders.judged import Judged
from statera.protocols import Tools
from statera.records.responses import Failure, Response
from statera.records.samples import Sample
from statera.records.scores import UNJUDGED, Score
from statera.records.trials import Exchange, Trial
from statera.records.verdicts import Verdict
from statera.scorers.catalogue import scoring_key
from tests.store import made

SAMPLE = Sample(id="s1", input="q")
JUDGED = Judged(judge="quality", run="r1", criterion="quality")


def graded(response: Response, verdict: Verdict | None = None, judged: Judged = JUDGED) -> Score:
    exchange = Exchange(made.asked(0), response)
    trial = Trial(task="t", sample_id="s1", epoch=0, key="k", exchanges=(exchange,), started=0.0)
    found = {} if verdict is None else {("t", "s1", 0): verdict}
    return asyncio.run(judged.grade(SAMPLE, trial, Tools(verdicts=OnTrials(found))))


def test_a_verdict_becomes_a_score() -> None:
    score = graded(
        Response(text="a reply", finish="stop"),
        Verdict(value=0.75, label="4", outcome="right", flags=("flip",)),
    )
    assert (score.metric, score.value, score.outcome) == ("quality", 0.75, "right")
    assert (score.extracted, score.flags) == ("4", ("flip",))


@pytest.mark.parametrize(
    ("verdict", "why"),
    [
        (None, "not judged"),
        (Verdict(value=None, label=None, outcome="unparsed", why="no level"), "judge: no level"),
        (Verdict(value=None, label=None, outcome="refused"), "judge: refused"),
    ],
)
def test_what_the_judge_did_not_say_is_not_held_against_the_system(
    verdict: Verdict | None, why: str
) -> None:
    score = graded(Response(text="a reply", finish="stop"), verdict)
    assert (score.value, score.outcome, score.why) == (None, "infra_error", why)
    assert score.flags == (UNJUDGED,)


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_reply_needs_no_judge(text: str) -> None:
    score = graded(Response(text=text, finish="stop"))
    assert (score.value, score.outcome, score.flags) == (None, "unparsed", ())


def test_a_filtered_reply_is_refused_and_a_lost_one_an_infrastructure_error() -> None:
    refused = graded(Response(failure=Failure(kind="refused", message="filtered")))
    assert refused.outcome == "refused"
    lost = graded(Response(failure=Failure(kind="infra", message="reset")))
    assert (lost.outcome, lost.flags) == ("infra_error", ())


def test_an_empty_reply_may_lose_a_pair() -> None:
    pairs = msgspec.structs.replace(JUDGED, against="other")
    score = graded(
        Response(text="", finish="stop"), Verdict(value=0.0, label="loss", outcome="wrong"), pairs
    )
    assert score.value == 0.0


def test_the_scoring_key_names_the_judges_run() -> None:
    keys = {
        scoring_key(judged)
        for judged in (
            JUDGED,
            msgspec.structs.replace(JUDGED, run="r2"),
            msgspec.structs.replace(JUDGED, against="b"),
            msgspec.structs.replace(JUDGED, criterion="tone"),
        )
    }
    assert len(keys) == 4


def test_it_is_stored_and_read_like_any_scorer() -> None:
    again = msgspec.convert(msgspec.to_builtins(JUDGED), scoring_type())
    assert again == JUDGED


def test_without_verdicts_it_says_what_to_do() -> None:
    exchange = Exchange(made.asked(0), Response(text="x", finish="stop"))
    trial = Trial(task="t", sample_id="s1", epoch=0, key="k", exchanges=(exchange,), started=0.0)
    with pytest.raises(DeclarationError, match="statera score RUN --judge FILE"):
        asyncio.run(JUDGED.grade(SAMPLE, trial, Tools()))
