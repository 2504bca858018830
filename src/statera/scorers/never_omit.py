"""Facts that a summary must never omit, declared in the task's file or a column of its data.

    scorers:
      - type: never_omit
        concept: penicillin allergy
        synonyms: [penicillin, PCN]
        relation: allergy            # "received penicillin" is none
        owner: medication safety
        source: note                 # the column that states it; without it, the prompt

Without `concept` each sample has its own, a list of such mappings in the column `assertions`. What
the fields mean is in `assertions.assertion`, what the failures are in `assertions.ruling`.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from statera.codec.strict import convert
from statera.errors import DeclarationError, unknown
from statera.records.responses import Response
from statera.records.samples import Sample
from statera.records.scores import TO_CONFIRM, UNDRAWN, Outcome, Score
from statera.records.trials import Trial
from statera.scorers.assertions.assertion import (
    Assertion,
    BadAssertion,
    Relation,
    Silence,
    State,
)
from statera.scorers.assertions.ruling import FAILURES, MISSING, Failure, Ruling, rulings, stated
from statera.scorers.outcomes import EMPTY_REPLY, broken
from statera.scorers.refusal import refused
from statera.scorers.rules import BadScorer, Rule

COLUMN = "assertions"
_OWN_WORDS = 0.5


def assertions_of(sample: Sample, column: str = COLUMN) -> tuple[Assertion, ...]:
    """Return the sample's own assertions; DeclarationError where there are none, or a wrong one."""
    return _read(sample.fields.get(column), f"{sample.id}: {column}")


def _read(declared: Any, where: str) -> tuple[Assertion, ...]:
    if not isinstance(declared, list) or not declared:
        raise DeclarationError(
            f"{where}: expected a list of assertions in this column, or `concept` in the scorer"
        )
    return tuple(
        convert(one, Assertion, source=f"{where}[{place}]") for place, one in enumerate(declared)
    )


def source_of(sample: Sample, assertion: Assertion) -> str:
    """Return the text that states the fact: a column, or the prompt."""
    if not assertion.source:
        return sample.input
    if (text := sample.fields.get(assertion.source)) is None:
        where = f"{sample.id}: '{assertion.concept}'"
        raise DeclarationError(f"{where}: {unknown('column', assertion.source, sample.fields)}")
    return str(text)


def lacking(sample: Sample, assertions: Iterable[Assertion]) -> str:
    """Return what the sample's source does not state of what it must, "" where all is well.

    Of a fact that must not be claimed: what the source claims.
    """
    for assertion in assertions:
        source = source_of(sample, assertion)
        if assertion.span and assertion.span[1] > len(source):
            return f"'{assertion.concept}': the span {list(assertion.span)} ends after the source"
        if not stated(assertion, source):
            place = f"the column '{assertion.source}'" if assertion.source else "the prompt"
            does = "does not state" if assertion.state == "present" else "does not bear out"
            return f"{place} {does} '{assertion.concept}'"
    return ""


class _Asserted(Rule, frozen=True, kw_only=True):
    """What scorers of assertions share: which they are of, and what becomes of each."""

    def asserted(self, sample: Sample) -> tuple[Assertion, ...]:
        """Return the assertions that are read."""
        raise NotImplementedError

    def lacks(self, sample: Sample) -> str:
        """Return what the sample does not state of what its summary must, or ""."""
        return lacking(sample, self.asserted(sample))

    def ruled(self, sample: Sample, response: Response) -> tuple[Ruling, ...]:
        """Return the rulings on a response with or without text; a refusal fails as one."""
        assertions = self.asserted(sample)
        sources = tuple(dict.fromkeys(source_of(sample, one) for one in assertions))
        text = response.text or ""
        found = _ruled(assertions, text, "\n".join(sources), response.cut_off)
        if any(one.failure in MISSING for one in found) and _declines(response, text, sources):
            return tuple(
                one._replace(failure="refusal") if one.failure in MISSING else one for one in found
            )
        return found


@lru_cache(maxsize=64)
def _ruled(
    assertions: tuple[Assertion, ...], text: str, source: str, cut_off: bool
) -> tuple[Ruling, ...]:
    return rulings(assertions, text, source, cut_off=cut_off)


def _declines(response: Response, text: str, sources: tuple[str, ...]) -> bool:
    """Return True for a refusal that is not made of the source's own words."""
    if refused(response) is None:
        return False
    words = {word.strip(".,;:()") for word in text.lower().split() if len(word) > 4}
    told = {word.strip(".,;:()") for source in sources for word in source.lower().split()}
    return not words or len(words & told) / len(words) < _OWN_WORDS


class NeverOmit(_Asserted, frozen=True, kw_only=True, tag="never_omit"):
    """Right where every assertion holds: what must be stated is, and nothing else is claimed.

    `extracted` is the gravest failure. A summary that failed because it was declined, cut off or
    empty is `refused`, `truncated` or `unparsed`, without a value. Failures of which the checks
    disagree are flagged `to_confirm`.
    """

    version = "1"
    default_metric = "never_omit"

    concept: str = ""
    synonyms: tuple[str, ...] = ()
    relation: Relation = "mention"
    state: State = "present"
    silence: Silence = "fails"
    cues: tuple[str, ...] = ()
    opposites: tuple[str, ...] = ()
    vague: tuple[str, ...] = ()
    exclusive: bool = False
    severity: str = "critical"
    owner: str = ""
    source: str = ""
    kind: str = ""
    column: str = COLUMN

    def __post_init__(self) -> None:
        if self.concept:
            self._own()
        elif self.synonyms or self.opposites or self.cues:
            raise BadScorer("scorer 'never_omit' needs `concept` beside `synonyms`")

    def _own(self) -> Assertion:
        names = [n for n in Assertion.__struct_fields__ if n in type(self).__struct_fields__]
        try:
            return Assertion(**{name: getattr(self, name) for name in names})
        except BadAssertion as error:
            raise BadScorer(f"scorer 'never_omit': {error}") from None

    def asserted(self, sample: Sample) -> tuple[Assertion, ...]:
        """Return the assertion that is declared here, or else the sample's own."""
        return (self._own(),) if self.concept else assertions_of(sample, self.column)

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return the score of the trial's last reply."""
        response = trial.response
        if plumbing := broken(response):
            return Score(metric=self.metric, value=None, outcome="infra_error", why=plumbing)
        failed = failures(self.ruled(sample, response))
        if not failed and (response.text or "").strip():
            return Score(metric=self.metric, value=1.0, outcome="right")
        outcome = _outcome(failed, response)
        return Score(
            metric=self.metric,
            value=0.0 if outcome == "wrong" else None,
            outcome=outcome,
            why=told(failed) if (response.text or "").strip() else EMPTY_REPLY,
            extracted=failed[0].failure if failed else None,
            span=failed[0].span if failed else None,
            flags=unsure(failed),
        )


class AssertionFailure(_Asserted, frozen=True, kw_only=True, tag="assertion_failure"):
    """1 where one of the failures in `of` happened to an assertion of the sample, else 0.

    `kind` reads the assertions of that kind alone; a sample without any has no such score.
    """

    version = "1"
    default_metric = "critical_omission"

    of: tuple[Failure, ...] = MISSING
    kind: str = ""
    column: str = COLUMN

    def asserted(self, sample: Sample) -> tuple[Assertion, ...]:
        """Return the sample's own assertions, all kinds together."""
        return assertions_of(sample, self.column)

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return the score of the trial's last reply."""
        response = trial.response
        if plumbing := broken(response):
            return Score(metric=self.metric, value=None, outcome="infra_error", why=plumbing)
        own = [r for r in self.ruled(sample, response) if self.kind in ("", r.assertion.kind)]
        if not own:
            why = f"no assertion of the kind {self.kind}"
            flags = (UNDRAWN,)
            return Score(metric=self.metric, value=None, outcome="unparsed", why=why, flags=flags)
        failed = [one for one in failures(own) if one.failure in self.of]
        return Score(
            metric=self.metric,
            value=float(bool(failed)),
            outcome=_outcome(failed, response) if failed else "right",
            why=told(failed),
            extracted=failed[0].failure if failed else None,
            span=failed[0].span if failed else None,
            flags=unsure(failed),
        )


def failures(found: Iterable[Ruling]) -> list[Ruling]:
    """Return the rulings that fail, the gravest first."""
    failed = [one for one in found if one.failure is not None]
    return sorted(failed, key=lambda one: FAILURES.index(one.failure or "omission"))


def told(failed: Iterable[Ruling]) -> str:
    """Return what failed in words: `penicillin allergy: omission (medication safety)`."""
    return "; ".join(
        f"{one.assertion.concept}: {one.failure}"
        + (f", {one.what}" if one.what else "")
        + (f" ({one.assertion.owner})" if one.assertion.owner else "")
        for one in failed
    )


def unsure(failed: Iterable[Ruling]) -> tuple[str, ...]:
    """Return the flag of a trial that nothing fails but what is unsure."""
    found = list(failed)
    return (TO_CONFIRM,) if found and all(one.unsure for one in found) else ()


def _outcome(failed: list[Ruling], response: Response) -> Outcome:
    """Return `wrong`, but for what failed because there is no summary, or not all of it."""
    kinds = {one.failure for one in failed}
    if not kinds:
        return "unparsed"
    if kinds == {"refusal"}:
        return "refused"
    if kinds <= {"truncation", "refusal"}:
        return "truncated"
    return "wrong" if (response.text or "").strip() else "unparsed"
