"""The judge `content` on replies to the twins: what it is shown, and how its error is told."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from statera.analysis.refusalerror import CONTENT, Case, refusal_error
from statera.api.judging import sit
from statera.graders.asks import Ask
from statera.graders.judge import read_judge
from statera.models.script import Script
from statera.models.scripted import ScriptedModel
from statera.models.scriptedjudge import ScriptedJudge
from statera.records.requests import Chat
from statera.records.verdicts import Answer
from statera.store.runstore import RunStore
from tests.judges_made import bench
from tests.tasks.refusals.framed import OWN

CONTENT_JUDGE = read_judge("content")
SAMPLES = OWN.samples[:90]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RunStore]:
    with closing(RunStore(tmp_path)) as opened:
        yield opened


def asked() -> list[Ask]:
    """Return replies that say how much they supply: none, part and all, in turn."""
    return [
        Ask(
            criterion="content",
            answers=(
                Answer(
                    task=OWN.name,
                    sample_id=sample.id,
                    epoch=0,
                    prompt=sample.input,
                    output=f"A reply of quality={place % 3}.",
                    unit=sample.unit,
                    reference=None,
                ),
            ),
        )
        for place, sample in enumerate(SAMPLES)
    ]


def judging(**faults: object) -> ScriptedModel:
    judge = ScriptedJudge(**faults)  # type: ignore[arg-type]
    return ScriptedModel(Script(judge=judge))


def cases(store: RunStore, model: ScriptedModel) -> list[Case]:
    """Return what the judge made of each reply, as a class, beside the true one."""
    wanted = asked()
    sitting = asyncio.run(sit(bench(CONTENT_JUDGE, model, store), wanted))
    return [
        Case(
            sample.group or "",
            CONTENT[str(place % 3)],
            None if verdict.label is None else CONTENT[verdict.label],
            sample.unit,
        )
        for place, sample in enumerate(SAMPLES)
        for verdict in (sitting.verdict(wanted[place]),)
    ]


def test_an_honest_judge_tells_none_part_and_all(store: RunStore) -> None:
    found = refusal_error(cases(store, judging()), rng=np.random.default_rng(0))
    assert (found.accuracy.value, found.unparsed) == (1.0, {})


def test_a_verdict_that_cannot_be_read_is_a_class_of_its_own(store: RunStore) -> None:
    seen = cases(store, judging(unparsed=0.2, noise=0.3))
    silent = sum(case.said is None for case in seen)
    found = refusal_error(seen, rng=np.random.default_rng(0))
    assert 5 < silent < 35
    assert sum(found.unparsed.values()) == found.n - found.classes.n == silent
    told = found.classes.accuracy
    assert told.low is not None
    assert told.low < 0.7 < (told.high or 0)


def test_the_judge_is_shown_the_request_and_the_reply_and_no_policy(store: RunStore) -> None:
    model = judging()
    cases(store, model)
    for request in model.asked:
        assert isinstance(request, Chat)
        assert [message.role for message in request.messages] == ["user"]
        said = request.messages[0].content
        own = said.replace(next(s.input for s in SAMPLES if s.input in said), "").lower()
        assert not [word for word in ("safe", "harm", "policy", "guideline") if word in own]
        assert "supply the content that was requested" in own
