"""What an experiment's numbers come to: pass, fail or inconclusive, with reasons in plain words.

An arm passes if it is surely better in the primary outcome and surely not worse, by more than the
margin, in every guardrail: an intersection-union test (Berger, Technometrics 24 (1982) 295-300).
It passes not where arms surely differ in who reported the primary outcome: those who did are then
no longer alike but for the arm. It fails if a guardrail is surely breached, or the primary outcome
is surely worse or surely less than the minimum. With several arms the experiment passes if one
does, and fails if all do. A pass that another reading of the same units does not share is none
(`held`).
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from msgspec.structs import replace

from statera.analysis.experiments.result import Contrast, Ratio, Result, Verdict


class Ruling(NamedTuple):
    """The answer, and why: one line each."""

    verdict: Verdict
    reasons: tuple[str, ...]


def ruled(
    ratio: Ratio,
    primary: Sequence[Contrast],
    guardrails: Sequence[Contrast],
    unequal: Mapping[str, str] = MappingProxyType({}),
) -> Ruling:
    """Return the answer that contrasts with their standings amount to.

    `unequal`: by arm, a line that says that its mean is over other people than the base's.
    """
    if ratio.failed:
        head = f"void: units are not split as designed (p {ratio.p:.2g}): nothing here may be read"
        return Ruling("inconclusive", (head, *ratio.causes))
    arms = [
        _arm(
            each,
            [one for one in guardrails if one.arm == each.arm],
            unequal.get(each.arm, ""),
            named=len(primary) > 1,
        )
        for each in primary
    ]
    return Ruling(
        _joined([each.verdict for each in arms]), sum((each.reasons for each in arms), ())
    )


def held(result: Result, others: Sequence[tuple[str, Result]]) -> Result:
    """Return a result that passes only where all other readings of its units pass too.

    `others` are named by what makes them another: as `by the design as pre-registered`. One that
    says something else is told, whichever way.
    """
    apart = [(how, other) for how, other in others if other.verdict != result.verdict]
    lines = tuple(
        f"{how} the answer is {other.verdict} ({_standings(other)})" for how, other in apart
    )
    if result.verdict != "pass" or not apart:
        return replace(result, warnings=(*lines, *result.warnings))
    head = f"no pass: {lines[0]}"
    return replace(result, verdict="inconclusive", reasons=(head, *lines[1:], *result.reasons))


def _standings(result: Result) -> str:
    """Return how each outcome stands: `solved better, complaint open`."""
    every = (*result.primary, *result.guardrails)
    several = len({each.arm for each in every}) > 1
    return ", ".join(
        f"{each.outcome}{f' of {each.arm}' if several else ''} {each.standing.replace('_', ' ')}"
        for each in every
    )


def _joined(verdicts: list[Verdict]) -> Verdict:
    if "pass" in verdicts:
        return "pass"
    return "fail" if all(each == "fail" for each in verdicts) else "inconclusive"


def _arm(primary: Contrast, guardrails: list[Contrast], unequal: str, *, named: bool) -> Ruling:
    head = f"{primary.arm}: " if named else ""
    breached = [_guardrail(each) for each in guardrails if each.standing == "breached"]
    open_ones = [
        _guardrail(each) for each in guardrails if each.standing not in ("breached", "not_worse")
    ]
    verdict: Verdict = "inconclusive"
    if breached or primary.standing in ("worse", "small"):
        verdict = "fail"
        lines = [*breached, *([] if primary.standing == "open" else [_primary(primary)])]
    elif primary.standing == "better" and unequal:
        lines = [f"no pass: {unequal}", _primary(primary), *open_ones]
    elif primary.standing == "better" and not open_ones:
        verdict = "pass"
        lines = [_primary(primary), *(_guardrail(each) for each in guardrails)]
    else:
        lines = [_primary(primary), *open_ones]
    return Ruling(verdict, tuple(head + line for line in lines))


def _primary(found: Contrast) -> str:
    words = {
        "better": "surely better",
        "worse": "surely worse",
        "small": f"the gain is surely less than the minimum of {found.limit:g}",
        "open": "not surely better, worse, or below the minimum",
    }
    return _line(found, words[found.standing])


def _guardrail(found: Contrast) -> str:
    margin = f"the margin of {found.limit:g}"
    words = {
        "breached": f"surely worse by more than {margin}",
        "worse": f"surely worse; not sure whether by more than {margin}",
        "not_worse": f"surely not worse by more than {margin}",
        "open": f"not sure whether it is worse by more than {margin}",
    }
    return _line(found, words[found.standing])


def _line(found: Contrast, words: str) -> str:
    if found.value is None or found.low is None or found.high is None:
        shown = "" if found.value is None else f", {found.value:+.3g}"
        return f"{found.outcome}: {words}{shown} ({found.why or 'no numbers'})"
    numbers = f"{found.value:+.3g} [{found.low:+.3g}, {found.high:+.3g}]"
    when = "" if found.decided_at is None else f", decided at {found.decided_at:,} units"
    why = f" ({found.why})" if found.why else ""
    return f"{found.outcome}: {words}: {numbers}{when}{why}"
