"""A judge as a detector: what its rubric or checklist finds bad is found.

```yaml
- name: advice
  use: judge
  with: {judge: judges/advice.yaml, model: "http://localhost:8001/v1#judge"}
  sides: [output]
  context: 1                    # the question that the reply answers
  threshold: 0.5
  timeout: 30
```

The score is 1 less the judge's verdict on its scale, so that the worst level scores 1 and the best
0; of several criteria the worst counts. A reply without a verdict is a check that was not made.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from statera.codec.canonical import digest
from statera.codec.files import YAML
from statera.errors import DeclarationError
from statera.graders.asks import Ask
from statera.graders.criterion import Criterion
from statera.graders.judge import Judge, read_judge
from statera.graders.panelfile import beside
from statera.guard.asking import Shown, UnreadableAnswer, answered, shown, worst
from statera.guard.tools import Tools
from statera.protocols import Model, View
from statera.records.guarding import Passage, Reading
from statera.records.requests import Chat
from statera.records.samples import Sample
from statera.records.trials import Exchange, Trial
from statera.records.verdicts import Answer


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A judge's file or the name of a ready one; `model` where the file names none."""

    judge: str
    model: str | None = None


class Judging:
    """Asks under every criterion about every view, and takes the worst verdict."""

    cost: Literal["await"] = "await"

    def __init__(self, judge: Judge, model: Model) -> None:
        self.digest = digest(["judge", judge.instrument, model.identity])
        self._criteria = judge.criteria
        self._model = model

    async def seek(self, passage: Passage, views: Sequence[View]) -> Reading:
        """Return the worst verdict; UnreadableAnswer or NoAnswer where there is none."""
        return await worst(
            [
                self._judge(criterion, one)
                for one in shown(passage, views)
                for criterion in self._criteria
            ]
        )

    async def _judge(self, criterion: Criterion, one: Shown) -> Reading:
        answer = Answer(
            task="guard", sample_id="", epoch=0, prompt=one.before, output=one.text, unit=""
        )
        sample = criterion.sample(Ask(criterion=criterion.name, answers=(answer,)))
        said: list[Exchange] = []
        request: Chat | None = criterion.request(sample)
        while request is not None:
            said.append(Exchange(request, await answered(self._model, request)))
            request = criterion.next_turn(sample, said)
        score = 1 - _verdict(criterion, sample, said)
        return Reading(score, criterion.name, view=one.view, beyond=not one.whole)


def detector(settings: Settings, tools: Tools) -> Judging:
    """Return the detector; DeclarationError for a judge that cannot look at one text alone."""
    own = settings.judge.endswith(YAML)
    judge = read_judge(str(tools.folder / settings.judge) if own else settings.judge)
    if judge.members or judge.pairs or judge.needs_reference:
        what = "a panel" if judge.members else "one of pairs" if judge.pairs else "with a reference"
        raise DeclarationError(
            f"with.judge: '{settings.judge}' is {what}; a guard needs one judge that looks at one "
            "text"
        )
    model = beside(settings.model, tools.folder) or judge.model
    if model is None:
        raise DeclarationError(f"with.model: judge '{settings.judge}' names no model; give one")
    return Judging(judge, tools.model(model))


def _verdict(criterion: Criterion, sample: Sample, said: Sequence[Exchange]) -> float:
    trial = Trial(
        task="guard", sample_id=sample.id, epoch=0, key="", exchanges=tuple(said), started=0.0
    )
    value = criterion.rule.score(sample, trial).value
    if value is None:
        raise UnreadableAnswer
    return value
