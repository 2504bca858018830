"""One thing that a judge looks at: what it is asked, on which scale, and how its reply is read.

A criterion is plain data. The judgements asked under it are samples, so that a judge's work is a
run like any other: it resumes, it is stored, and it is read again without asking.
"""

from collections.abc import Sequence
from math import inf
from typing import Any, Literal

import msgspec

from statera.codec.canonical import digest
from statera.graders.asks import Ask
from statera.graders.prompting import Kind, Shown, judge_prompt, template_version
from statera.records.requests import Chat, Message, Sampling
from statera.records.samples import Sample
from statera.records.trials import Exchange, Trial
from statera.scorers.fact_verdict import FactsVerdict
from statera.scorers.reading.facts import LABELS
from statera.scorers.scale import Scale
from statera.scorers.verdicts import ListVerdict, PairVerdict, RubricVerdict

Needs = Literal["required", "optional", "never"]
Output = Literal["auto", "text", "json"]

VerdictRule = RubricVerdict | PairVerdict | ListVerdict | FactsVerdict

PAIR_LABELS = ("A", "B", "TIE")

SHORT_TOKENS = 64
"""Room for a verdict without reasons."""

MORE = 4
"""So much more room a reply gets that was cut off before its verdict."""


class Point(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question of a checklist, answered with yes or no, and how much it counts."""

    ask: str
    weight: float = 1.0

    def __post_init__(self) -> None:
        if not self.ask.strip() or not 0 < self.weight < inf:
            raise ValueError("a point has a question and a weight above 0")


class Criterion(msgspec.Struct, frozen=True, kw_only=True):
    """A criterion as it is asked. `text` says what is looked at; `limits` holds a limit of length.

    `reference` says whether the ideal answer is shown. `template` is the source of a user's own
    prompt, or empty. `content` is False where it looks at form alone. `output` is `auto` until it
    is known what the endpoint takes, and asks for text till then.
    """

    name: str
    kind: Kind
    text: str
    scale: Scale | None = None
    points: tuple[Point, ...] = ()
    limits: str = ""
    reference: Needs = "optional"
    template: str = ""
    output: Output = "text"
    content: bool = True
    max_tokens: int = 1024
    temperature: float = 0.0

    @property
    def pairs(self) -> bool:
        """True when two replies are shown at a time."""
        return self.kind == "pairwise"

    @property
    def instrument(self) -> str:
        """The digest of all that determines how a judgement is asked and read."""
        stated = msgspec.to_builtins(self, str_keys=True)
        del stated["content"]  # says what the verdicts mean, not how they are asked for
        return digest([stated, template_version(self.kind)])

    @property
    def rule(self) -> VerdictRule:
        """What reads a reply of the judge."""
        if self.kind == "pairwise":
            return PairVerdict()
        if self.kind == "checklist":
            return ListVerdict(weights=tuple(point.weight for point in self.points))
        if self.kind == "facts":
            return FactsVerdict()
        if self.scale is None:
            raise ValueError(f"criterion {self.name}: a rubric has a scale")
        return RubricVerdict(scale=self.scale)

    def sample(self, ask: Ask) -> Sample:
        """Return the judgement as a sample of the judge's own run."""
        first = ask.answers[0]
        return Sample(
            id=ask.id,
            input=first.prompt,
            reference=None if self.reference == "never" else first.reference,
            category=first.category,
            cluster=first.unit,
            fields={"graded": list(ask.shown), "order": "ab"},
        )

    def request(self, sample: Sample) -> Chat:
        """Return the judgement as it is asked first: reasons, then the verdict."""
        return self._chat(sample, short=False, room=self.max_tokens)

    def next_turn(self, sample: Sample, said: Sequence[Exchange]) -> Chat | None:
        """Return the judgement asked once more, after a reply in which no verdict was read.

        In a shorter form; with more room where the reply was cut off.
        """
        if len(said) > 1:
            return None
        trial = Trial(
            task=self.name, sample_id=sample.id, epoch=0, key="", exchanges=tuple(said), started=0.0
        )
        if self.rule.score(sample, trial).value is not None:
            return None
        room = self.max_tokens * MORE if trial.response.cut_off else SHORT_TOKENS
        return self._chat(sample, short=True, room=room)

    def _chat(self, sample: Sample, *, short: bool, room: int) -> Chat:
        text = judge_prompt(
            self.kind,
            Shown(
                prompt=sample.input,
                answers=tuple(sample.fields["graded"]),
                reference=sample.reference,
                criterion=self.text,
                scale_text=self.scale.text() if self.scale else "",
                points=tuple(point.ask for point in self.points),
                limits=self.limits,
            ),
            short=short,
            json=self.output == "json",
            template=self.template or None,
        )
        extra = {"response_format": self._format()} if self.output == "json" else {}
        return Chat(
            messages=(Message("user", text),),
            sampling=Sampling(temperature=self.temperature, max_tokens=room, extra=extra),
        )

    def _format(self) -> dict[str, Any]:
        schema = {"name": "verdict", "strict": True, "schema": self.schema}
        return {"type": "json_schema", "json_schema": schema}

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON schema of a reply: the reasons first, then the verdict."""
        if self.scale is not None:
            return self.scale.schema()
        if self.kind == "pairwise":
            asked: dict[str, Any] = {"winner": {"type": "string", "enum": list(PAIR_LABELS)}}
        elif self.kind == "facts":
            asked = {"facts": {"type": "array", "items": _FACT}}
        else:
            answer = {"type": "string", "enum": ["yes", "no"]}
            asked = {str(number): answer for number in range(1, len(self.points) + 1)}
        properties = {"reasoning": {"type": "string"}, **asked}
        return {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }


_FACT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "fact": {"type": "string"},
        "label": {"type": "string", "enum": list(LABELS)},
    },
    "required": ["fact", "label"],
    "additionalProperties": False,
}
