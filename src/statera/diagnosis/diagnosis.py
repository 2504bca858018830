"""Why did it move? The one function that answers, and what it returns.

found = diagnose(st.compare(candidate, base))
for finding in found.findings:
    print(finding.cause, finding.task, finding.share)
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec
import numpy as np

from statera.analysis.comparison import Comparison
from statera.analysis.pairing import Pairing
from statera.diagnosis.caveats import caveats
from statera.diagnosis.decomposition import Decomposition, decompose
from statera.diagnosis.evidence import Signal, signals
from statera.diagnosis.places import Place, Readable, places, to_read
from statera.diagnosis.probes import Known, Probe, probes
from statera.diagnosis.scopes import Scope, Terms, check_terms, scopes
from statera.diagnosis.signature import OPEN, Finding, findings
from statera.diagnosis.slices import Slice, slices
from statera.errors import DeclarationError
from statera.records.samples import Sample

Samples = Mapping[str, Sequence[Sample]]
"""By task, the samples whose texts slices may be made of."""

Answer = Literal["explained", "undetermined", "better", "same"]


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """Why a candidate is not like its base, with everything that the answer rests on.

    `answer`: `explained` when every cause is named; `same` when every signal is shown to be the
    same; `better` when the only signals that moved are better, all others being the same;
    `undetermined` otherwise. `discordant` are samples to read, `probes` what to run next, the
    cheapest first. `caveats` say in a line each what stopping early, or the log of another tool,
    takes from all this.
    """

    candidate: str
    base: str
    answer: Answer
    findings: tuple[Finding, ...]
    signals: tuple[Signal, ...]
    decompositions: tuple[Decomposition, ...]
    places: tuple[Place, ...]
    slices: tuple[Slice, ...]
    discordant: tuple[Readable, ...]
    probes: tuple[Probe, ...]
    terms: Terms
    caveats: tuple[str, ...] = ()

    def decomposition(self, task: str) -> Decomposition | None:
        """Return the decomposition of a task's benign items, None without one."""
        return next((found for found in self.decompositions if found.task == task), None)


def diagnose(
    comparison: Comparison,
    *,
    terms: Terms | None = None,
    samples: Samples | None = None,
    limits: Mapping[str, int] | None = None,
    rng: np.random.Generator | None = None,
) -> Diagnosis:
    """Return why the candidate of a comparison moved against its base.

    Without `samples` slices are sought among the categories only. `limits` says by task how long a
    reply could be, in tokens, so that a probe can double it. `rng` (seed 0 without one) draws
    the bootstrap and the halves of the slices. DeclarationError for terms that name what is not in
    both runs, a number outside its range, or where no task's primary score was made alike.
    """
    terms, rng = terms or Terms(), rng or np.random.default_rng(0)
    pairings = tuple(pairing for pairing in comparison.pairings if pairing.led)
    if comparison.pairings and not pairings:
        told = "; ".join(map(str, comparison.left_out))
        raise DeclarationError(f"not the same instrument: {told}. --allow diagnoses, marked")
    check_terms(terms, pairings)
    parts = scopes(pairings, terms)
    seen = signals(parts, terms, rng=rng)
    split = _decompositions(parts, rng)
    causes = findings(seen, split)
    return Diagnosis(
        candidate=comparison.candidate.id,
        base=comparison.base.id,
        answer=answer(causes, seen),
        findings=causes,
        signals=seen,
        decompositions=split,
        places=places(comparison.rows, pairings, terms, moved=_any_moved(seen)),
        slices=_slices(pairings, samples or {}, terms, rng),
        discordant=to_read(pairings),
        probes=probes(Known(comparison.candidate, comparison.base, limits or {}), causes, split),
        terms=terms,
        caveats=caveats(comparison),
    )


def answer(causes: Sequence[Finding], seen: Sequence[Signal]) -> Answer:
    """Return the diagnosis in a word."""
    if causes:
        named = all(finding.status == "named" for finding in causes)
        return "explained" if named else "undetermined"
    settled = all(signal.state not in OPEN for signal in seen)
    if not seen or not settled or any(signal.worse for signal in seen):
        return "undetermined"
    return "better" if _any_moved(seen) else "same"


def _any_moved(seen: Sequence[Signal]) -> bool:
    return any(signal.moved != "none" for signal in seen)


def _decompositions(parts: Sequence[Scope], rng: np.random.Generator) -> tuple[Decomposition, ...]:
    """Return the decomposition of each task's benign items."""
    found = [
        decompose(scope.pairing, counts=scope.counts, rng=rng)
        for scope in parts
        if not scope.unsafe
    ]
    return tuple(one for one in found if one is not None)


def _slices(
    pairings: Sequence[Pairing], samples: Samples, terms: Terms, rng: np.random.Generator
) -> tuple[Slice, ...]:
    """Return the confirmed slices of every task, at alpha over all tasks (Bonferroni)."""
    alpha = terms.alpha / max(len(pairings), 1)
    return tuple(
        found
        for pairing in pairings
        for found in slices(pairing, samples.get(pairing.task, ()), alpha=alpha, rng=rng)
    )
