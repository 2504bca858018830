"""Grades code by running its tests in the sandbox.

A sample brings `fields["test"]`: assertions, or a function `check(candidate)` that is then called
with `fields["entry_point"]`. `fields["prompt"]` (or the input) is the head of the function.

    - type: code
"""

import re

from statera.errors import DeclarationError
from statera.graders.solution import Solution, from_chat, from_completion, preamble
from statera.protocols import Program, Sandbox, Tools
from statera.records.requests import Complete
from statera.records.samples import Sample
from statera.records.scores import Reading, Score
from statera.records.trials import Trial
from statera.scorers.outcomes import broken, decide
from statera.scorers.rules import Rule, unread


class CodeTests(Rule, frozen=True, kw_only=True, tag="code"):
    """Right when the sample's tests run to their end against the code in the reply."""

    version = "1"
    default_metric = "pass"

    async def grade(self, sample: Sample, trial: Trial, tools: Tools) -> Score:
        """Return right or wrong by running the tests, with what they said; infra_error when the
        sandbox itself fails. DeclarationError without a sandbox or without tests."""
        sandbox, test = _needed(sample, tools)
        response = trial.response
        solution = None if broken(response) else _solution(sample, trial)
        if solution is None or (response.cut_off and not solution.whole):
            decision = decide(response, _nothing(trial, solution), False)
            return Score(
                metric=self.metric,
                value=None,
                outcome=decision.outcome,
                why=decision.why,
                flags=decision.flags,
            )
        return await self._run(solution, (sandbox, _check(sample, test)), trial)

    async def _run(self, solution: Solution, how: tuple[Sandbox, str], trial: Trial) -> Score:
        sandbox, check = how
        program = await sandbox.run(solution.program, check)
        reading = Reading(value=solution.extracted, span=solution.span)
        decision = decide(trial.response, reading, program.ok)
        return Score(
            metric=self.metric,
            value=None if program.broken else float(program.ok),
            outcome="infra_error" if program.broken else decision.outcome,
            why=_why(program),
            extracted=solution.extracted,
            span=solution.span,
            flags=decision.flags,
        )


def _needed(sample: Sample, tools: Tools) -> tuple[Sandbox, str]:
    if tools.sandbox is None:
        raise DeclarationError(f"{sample.id}: code is graded in a sandbox, and none was handed in")
    test = sample.fields.get("test")
    if not isinstance(test, str) or not test.strip():
        raise DeclarationError(f"{sample.id}: field 'test' must hold the tests of the code")
    return tools.sandbox, test


def _solution(sample: Sample, trial: Trial) -> Solution | None:
    text = trial.response.text or ""
    if isinstance(trial.exchanges[-1].request, Complete):
        return from_completion(text, _prompt(sample))
    return from_chat(text, _prompt(sample), _entry_point(sample))


def _prompt(sample: Sample) -> str:
    return str(sample.fields.get("prompt", sample.input))


def _entry_point(sample: Sample) -> str:
    """Return the name of the function to be written: the field, or the prompt's last function."""
    named = re.findall(r"^(?:async\s+)?def\s+(\w+)", _prompt(sample), re.M)
    return str(sample.fields.get("entry_point") or (named[-1] if named else ""))


def _check(sample: Sample, test: str) -> str:
    entry_point = _entry_point(sample)
    parts = [preamble(_prompt(sample), entry_point), test]
    if re.search(r"^def\s+check\s*\(", test, re.M):
        parts.append(f"check({entry_point})\n")
    return "\n".join(parts)


def _nothing(trial: Trial, solution: Solution | None) -> Reading:
    if solution is not None:
        return Reading(value=None, why="the code is cut off")
    return (
        Reading(value=None, why="no code found") if trial.response.text else unread(trial.response)
    )


def _why(program: Program) -> str:
    if program.broken:
        return f"the sandbox failed: {program.broken}"
    limit = f"{program.limit} limit: " if program.limit else ""
    return "" if program.ok else f"{limit}{program.why}"
