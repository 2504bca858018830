"""What the outcomes of a design must be: known, measurable, with margins that can be met."""

from statera.errors import DeclarationError, unknown
from statera.experiment.design import Design
from statera.experiment.durations import seconds
from statera.experiment.outcomes import KNOWN, Outcome
from statera.experiment.places import at, wrong

ANSWERED = tuple(name for name, outcome in KNOWN.items() if outcome.source == "answer")
"""What is known of an answer without anybody saying it."""


def check_outcomes(design: Design, source: str) -> None:
    """Raise DeclarationError for the first mistake in outcomes, primary outcome and guardrails."""
    for name, outcome in design.outcomes.items():
        _check_outcome(design, name, outcome, source)
    _check_target(design, design.primary.outcome, design.primary.minimum, source, "primary.minimum")
    seen = {design.primary.outcome: "the primary outcome"}
    for number, guardrail in enumerate(design.guardrails):
        place = f"guardrails[{number}]"
        _check_target(design, guardrail.outcome, guardrail.margin, source, f"{place}.margin")
        if guardrail.outcome in seen:
            told = f"'{guardrail.outcome}' is {seen[guardrail.outcome]} already"
            raise wrong(source, f"{place}.outcome", told)
        seen[guardrail.outcome] = f"guardrails[{number}]"


def _check_outcome(design: Design, name: str, outcome: Outcome, source: str) -> None:
    place = f"outcomes.{name}"
    if outcome.low is not None and outcome.high is not None and outcome.low >= outcome.high:
        raise wrong(source, place, f"low {outcome.low:g} is not below high {outcome.high:g}")
    with at(source, place):
        if outcome.source == "answer" and name not in ANSWERED:
            raise unknown("number of an answer", name, ANSWERED)
        if outcome.source == "score":
            _check_scorer(name, design.online.scorers if design.online else ())
    _check_window(design, name, outcome, source)


def _check_scorer(name: str, scorers: tuple[str, ...]) -> None:
    """An outcome of source `score` is what the online scorer of its name says."""
    if not scorers:
        raise DeclarationError(f"no scorer reads answers, as online: {{scorers: [{name}]}}")
    if name not in scorers:
        raise unknown("online scorer", name, scorers)


def _check_window(design: Design, name: str, outcome: Outcome, source: str) -> None:
    place = f"outcomes.{name}.window" if outcome.window else "window"
    length = seconds(outcome.window or design.window, place=f"{source}: {place}")
    if length == 0 and outcome.source != "answer":
        told = f"0s is the first answer itself; '{name}' of source {outcome.source} comes later"
        raise wrong(source, place, told)


def _check_target(design: Design, name: str, least: float, source: str, place: str) -> None:
    """Check an outcome that something is asked of, and how much."""
    known = [*design.outcomes, *(one for one in KNOWN if one not in design.outcomes)]
    where, _, asked = place.rpartition(".")
    if name not in known:
        with at(source, f"{where}.outcome"):
            raise unknown("outcome", name, known)
    outcome = design.outcome(name)
    _check_window(design, name, outcome, source)
    if outcome.kind == "total" or outcome.low is None or outcome.high is None:
        return
    room = 1.0 if outcome.kind == "event" else outcome.high - outcome.low
    if least >= room:
        share = f". 2 points of a share are {asked}: 0.02" if room == 1 else ""
        raise wrong(source, place, f"{least:g}: '{name}' differs by {room:g} at most{share}")
