"""What the ready scorers share: how they are written in YAML, and how a whole reply is graded.

A scorer is a frozen Struct with a tag, one file each. In a task file it is

    - type: contains
      all: [aspirin, dose]
      not: true
"""

from importlib import import_module
from types import ModuleType
from typing import ClassVar, Literal, NamedTuple

import msgspec

from statera.errors import DeclarationError
from statera.records.responses import Response
from statera.records.samples import Sample
from statera.records.scores import Reading, Score
from statera.records.trials import Trial
from statera.scorers.outcomes import EMPTY_REPLY, REFUSAL, broken, decide, whole_reply
from statera.scorers.refusal import refused

FULL = 1.0
Better = Literal["higher", "lower"]


class BadScorer(DeclarationError, ValueError):
    """A scorer declared wrong. Being a ValueError too, it gets its path when read from a file."""


class Check(NamedTuple):
    """What a rule says of a reply: does it pass, how good is it in [0, 1], and why.

    `span` is the part of the reply behind `extracted`, in characters.
    """

    passed: bool
    value: float
    why: str = ""
    extracted: str | None = None
    span: tuple[int, int] | None = None


class Rule(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="type",
):
    """Any ready scorer. `metric` in YAML is the score's name; the default is the scorer's own.

    `reads_refusals` is False where no text is read, so that a new refusal detector changes nothing.
    `better` says which way its values go, where that is no matter of course, `lowest` and `highest`
    how far: a task that states no metrics then has a rate of it. `columns` are the fields that it
    reads of a sample, `listed` those of them that hold a list of texts.
    """

    version: ClassVar[str] = "1"
    graded: ClassVar[bool] = False
    reads_refusals: ClassVar[bool] = True
    lowest: ClassVar[float] = 0.0
    highest: ClassVar[float] = 1.0
    default_metric: ClassVar[str] = ""
    columns: ClassVar[tuple[str, ...]] = ()
    listed: ClassVar[tuple[str, ...]] = ()

    name: str = msgspec.field(default="", name="metric")

    @property
    def metric(self) -> str:
        """The score's name within its task."""
        return self.name or self.default_metric

    def lacks(self, sample: Sample) -> str:
        """Return what it needs and the sample does not have, or an empty text."""
        for name in self.columns:
            found = sample.fields.get(name)
            if not found:
                return f"no column `{name}`"
            if name in self.listed and not isinstance(found, list | tuple):
                return f"`{name}` is no list of texts"
        return ""

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return the score of the trial's last reply."""
        raise NotImplementedError


class ReplyRule(Rule, frozen=True, kw_only=True):
    """A scorer for which the whole reply is the answer; `not: true` turns it round."""

    invert: bool = msgspec.field(default=False, name="not")

    @property
    def metric(self) -> str:
        """The score's name within its task; `not_contains` where it is turned round."""
        return self.name or ("not_" if self.invert else "") + self.default_metric

    def check(self, reply: str, sample: Sample, response: Response) -> Check:
        """Return what the rule says of the reply; pure."""
        raise NotImplementedError

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return the score; a reply that fails because it is no answer is not wrong."""
        response = trial.response
        reply = response.text or ""
        check = self.check(reply, sample, response) if not broken(response) else Check(False, 0.0)
        if self.invert:
            check = check._replace(passed=not check.passed, value=FULL - check.value)
        return self._score(response, check)

    def _score(self, response: Response, check: Check) -> Score:
        reading = whole_reply(response, check.passed)
        decision = decide(response, reading, check.passed)
        answered = decision.outcome in ("right", "wrong")
        flags = decision.flags + (self._refusal_flags(response) if check.passed else ())
        return Score(
            metric=self.metric,
            value=check.value if answered else None,
            outcome=decision.outcome,
            why=check.why if answered else decision.why,
            extracted=check.extracted if answered else None,
            span=check.span if answered else None,
            flags=flags,
        )

    def _refusal_flags(self, response: Response) -> tuple[str, ...]:
        """A rule that asks for absence passes on a refusal: right, and marked."""
        refusal = refused(response) if self.invert else None
        return (REFUSAL, *refusal.flags) if refusal else ()


def answered(metric: str, response: Response, reading: Reading, right: bool) -> Score:
    """Return the score of a reply in which an answer was read, or not."""
    decision = decide(response, reading, right)
    graded = decision.outcome in ("right", "wrong")
    return Score(
        metric=metric,
        value=(1.0 if right else 0.0) if graded else None,
        outcome=decision.outcome,
        why=decision.why or reading.why,
        extracted=reading.value,
        span=reading.span,
        flags=decision.flags,
    )


def unread(response: Response) -> Reading:
    """Return the reading of a response without text."""
    return Reading(value=None, why=EMPTY_REPLY if response.text == "" else "no text")


def package(module: str, *, scorer: str, extra: str | None = None) -> ModuleType:
    """Return an optional package's module, or raise BadScorer with the pip command."""
    try:
        return import_module(module)
    except ImportError:
        wanted = f"statera[{extra}]" if extra else "statera"
        raise BadScorer(
            f"scorer '{scorer}' needs the package '{module.partition('.')[0]}': "
            f"pip install '{wanted}'"
        ) from None
