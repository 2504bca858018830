"""Guards, decisions and labelled texts for tests of what is measured about them."""

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

from statera.analysis.guarding.sightings import Sighting
from statera.api.guardmeasure import GuardMeasured, MeasureOptions, measure_guard
from statera.guard.checking import Guard
from statera.guard.policy import Entry, Policy
from statera.guard.toolbox import Toolbox
from statera.models.clock import SystemClock
from statera.protocols import View
from statera.records.guarding import (
    Action,
    Cause,
    Decision,
    Finding,
    Mode,
    Outcome,
    Passage,
    Reading,
)
from statera.store.runstore import RunStore
from statera.strategies.policies import OpenedPolicy
from statera.tasks.guardtexts import read_texts

POLICY = """\
name: words
detectors:
  - name: bombs
    use: regex
    with: {patterns: ['\\bbombs?\\b'], label: BOMB}
    sides: [input, output]
    threshold: 0.5
  - name: mails
    use: regex
    with: {patterns: ['[a-z]+@[a-z]+\\.[a-z]+'], label: EMAIL}
    sides: [input]
    action: redact
    restore: true
"""


def policy_file(folder: Path, text: str = POLICY, *, name: str = "policy.yaml") -> Path:
    """Return the path of a policy with that text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


class Faulty:
    """Scores by a word in the text: a number, or what goes wrong."""

    digest = "faulty-1"
    cost: Literal["thread"] = "thread"

    def find(self, passage: Passage, views: Sequence[View]) -> Reading:
        """Return the score that the text's first word says."""
        word = passage.text.split()[0]
        if word == "broken":
            raise RuntimeError("no words of the text here")
        if word == "long":
            return Reading(0.0, beyond=True)
        return Reading(float(word))


def opened(policy: Policy, **detectors: object) -> OpenedPolicy:
    """Return a policy round these detectors."""
    pool = ThreadPoolExecutor(1)
    clock = SystemClock()
    guard = Guard(policy, detectors, views=lambda text: (), clock=clock, pool=pool)  # type: ignore[arg-type]
    return OpenedPolicy(guard, "0" * 12, Toolbox(Path()), pool)


def faulty_policy(**terms: object) -> OpenedPolicy:
    """Return a policy with the one detector `faulty`."""
    entry = Entry(name="faulty", use="test", **terms)  # type: ignore[arg-type]
    return opened(Policy(name="faulty", detectors=(entry,)), faulty=Faulty())


def finding(
    detector: str = "bombs",
    *,
    cause: Cause = "score",
    action: Action = "block",
    mode: Mode = "enforce",
    score: float | None = None,
) -> Finding:
    """Return a finding in an input."""
    return Finding(
        detector=detector,
        side="input",
        place="text",
        cause=cause,
        action=action,
        mode=mode,
        threshold=0.5,
        score=score,
    )


def decision(
    outcome: Outcome = "allow",
    *findings: Finding,
    scores: Mapping[str, float] | None = None,
    would: Outcome | None = None,
) -> Decision:
    """Return a decision with these findings."""
    return Decision(
        id="d",
        policy="p",
        outcome=outcome,
        would=would or outcome,
        findings=findings,
        scores=dict(scores or {}),
    )


def sighting(
    name: str,
    score: float | None,
    *,
    harmful: bool | None = None,
    source: str = "s",
    category: str | None = None,
    unit: str = "",
    detector: str = "bombs",
) -> Sighting:
    """Return a text that one detector, of threshold 0.5, gave that score; None for no check."""
    found = decision("bypassed", finding(detector, cause="failed"))
    if score is not None:
        reached = score >= 0.5
        findings = (finding(detector, score=score),) if reached else ()
        outcome: Outcome = "block" if reached else "allow"
        found = decision(outcome, *findings, scores={detector: score})
    return Sighting(
        id=name,
        source=source,
        category=category,
        unit=unit or name,
        side="input",
        truth={},
        label=harmful,
        decision=found,
        seconds=0.001,
    )


def measured(policy: Path, texts: Path, store: RunStore, **options: object) -> GuardMeasured:
    """Return what that policy makes of a file of texts."""
    terms = MeasureOptions(**options)  # type: ignore[arg-type]
    return asyncio.run(measure_guard(policy, read_texts([str(texts)]), store=store, options=terms))
