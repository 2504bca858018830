"""The guardrails of a running experiment, read of its live store: what the guard's monitor asks."""

from statera.analysis.experiments.guardrails import breaches
from statera.analysis.experiments.result import Contrast
from statera.api.livereading import live_units
from statera.experiment.design import Design
from statera.store.live.opening import LiveStore


def breached(store: LiveStore, design: Design, now: float) -> tuple[Contrast, ...]:
    """Return the guardrails that are surely breached at `now`, in seconds since 1970; it blocks.

    LiveStoreAway while the database cannot be reached.
    """
    return breaches(design, live_units(store, design)[0], now=now)
