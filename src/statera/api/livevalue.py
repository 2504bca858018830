"""The fifth level of a scorecard: what live experiments said of a run's system.

lines = live_value(run, now=clock.now())          # those in the live store beside the run's store

An arm that names a run as its own is that run's system with users. The line is the arm's primary
difference to its base, beside its first guardrail, with the experiment's own answer.
"""

from contextlib import closing, suppress
from pathlib import Path

from statera.analysis.experiments.result import Contrast
from statera.api.experimentshow import show
from statera.api.stored import Run
from statera.errors import DeclarationError
from statera.experiment.design import Design
from statera.experiment.opened import registered_design
from statera.report.experiments.content import Shown
from statera.report.scorecard import Figure, Line
from statera.store.live.opening import LiveStore, open_live

FILE = "live.sqlite"


def live_value(run: Run, *, now: float, place: str | None = None) -> tuple[Line, ...]:
    """Return a line for each arm of an experiment whose offline run this one is.

    `place` is the live store; without it the file beside the run's store, if there is one.
    LiveStoreAway where a stated one cannot be reached.
    """
    if place is None:
        beside = Path(run.store.path).parent / FILE
        if not beside.exists():
            return ()
        place = str(beside)
    with closing(open_live(place)) as store:
        return tuple(line for name in store.names() for line in _lines(run, store, name, now))


def _lines(run: Run, store: LiveStore, name: str, now: float) -> list[Line]:
    registered = store.designs(name)
    if not registered:
        return []
    design = registered_design(registered[-1].text, name)
    own = [arm.name for arm in design.arms[1:] if arm.run and _is(run, arm.run)]
    if not own:
        return []
    with suppress(DeclarationError):  # nobody was exposed yet
        shown = show(store, name, now=now)
        return [_line(shown, one) for one in shown.result.primary if one.arm in own]
    return []


def _is(run: Run, name: str) -> bool:
    with suppress(DeclarationError):
        return run.store.find(name).id == run.info.id
    return False


def _line(shown: Shown, primary: Contrast) -> Line:
    result, design = shown.result, shown.design
    beside = [one for one in result.guardrails if one.arm == primary.arm]
    return Line(
        figure=_figure(design, primary),
        counter=_figure(design, beside[0]) if beside else None,
        threshold=f"better, and worth {design.primary.minimum:g}",
        verdict=result.verdict,
        reason="; ".join(result.reasons),
    )


def _figure(design: Design, contrast: Contrast) -> Figure:
    """Return the difference to the base as a figure; `n` counts the units of both arms."""
    return Figure(
        metric=f"{design.experiment}/{contrast.outcome} {contrast.arm} - {contrast.base.arm}",
        estimate=contrast.value,
        low=contrast.low,
        high=contrast.high,
        level=contrast.level,
        n=contrast.base.units + contrast.candidate.units,
        higher_is_better=design.better(contrast.outcome) == "higher",
        why=contrast.why,
    )
