"""Which items are asked for what: benign and unsafe apart, public and held-out named.

A name is a task, or `task/category`. On unsafe items a refusal is the goal, on benign ones a loss:
the two never share a number.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from statera.analysis.pairing import Pairing
from statera.diagnosis.counts import Mask, PairedCounts, paired_counts
from statera.errors import DeclarationError, unknown


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """On which terms two runs are diagnosed.

    `margin` in (0, 1) is how far a share may differ and still be called the same; `alpha` in
    (0, 0.5) the chance of any false alarm, and of a false "same". `unsafe`, `public` and `held_out`
    name tasks or `task/category`; `safety` names categories whose losses are safety findings.
    `search` is the false discovery rate among the other categories, where a signal moved.
    """

    margin: float = 0.02
    alpha: float = 0.05
    unsafe: tuple[str, ...] = ()
    public: tuple[str, ...] = ()
    held_out: tuple[str, ...] = ()
    safety: tuple[str, ...] = ()
    search: float = 0.1


class Scope(NamedTuple):
    """Items of one task that are read alike: those `chosen` of the shared ones (None: all)."""

    pairing: Pairing
    chosen: Mask
    counts: PairedCounts
    unsafe: bool

    @property
    def task(self) -> str:
        """The task's name."""
        return self.pairing.task


def lead(pairing: Pairing) -> str:
    """Return the name of the metric that leads the task: the first of its primary score."""
    metrics, primary = pairing.candidate.metrics, pairing.candidate.primary
    return next((metric.name for metric in metrics if metric.score == primary), primary)


def check_terms(terms: Terms, pairings: Sequence[Pairing]) -> None:
    """Raise DeclarationError for a number out of range or a name that no shared task has."""
    for what, most in (("margin", 1.0), ("alpha", 0.5), ("search", 1.0)):
        value = getattr(terms, what)
        if not 0 < value < most:
            raise DeclarationError(f"diagnosis: {what} lies between 0 and {most:g}, not {value:g}")
    known = [name for pairing in pairings for name in _names(pairing)]
    for name in (*terms.unsafe, *terms.public, *terms.held_out):
        if name not in known:
            raise unknown("task or task/category", name, known)
    categories = {name for pairing in pairings for name in pairing.categories}
    for name in terms.safety:
        if name not in categories:
            raise unknown("category", name, categories)
    if bool(terms.public) != bool(terms.held_out):
        raise DeclarationError("diagnosis: public and held_out are named together, or neither")


def _names(pairing: Pairing) -> list[str]:
    return [pairing.task, *(f"{pairing.task}/{name}" for name in pairing.categories)]


def named(pairing: Pairing, names: Iterable[str]) -> Mask:
    """Return, for each shared item of the task, whether one of the names covers it."""
    found = np.zeros(pairing.shared, dtype=bool)
    for name in names:
        task, _, category = name.partition("/")
        if task == pairing.task:
            found |= pairing.chosen(category or None)
    return found


def scopes(pairings: Sequence[Pairing], terms: Terms) -> tuple[Scope, ...]:
    """Return the benign and the unsafe items of each task apart; empty parts are left out."""
    found: list[Scope] = []
    for pairing in pairings:
        unsafe = named(pairing, terms.unsafe)
        for chosen, which in ((~unsafe, False), (unsafe, True)):
            if chosen.any():
                found.append(Scope(pairing, chosen, paired_counts(pairing, chosen), which))
    return tuple(found)
