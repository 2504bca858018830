"""The arm of the request that is being answered, as an application behind the middleware asks it.

    arm = current_arm(unit=session.user)       # without `unit`: what the design says names it
    system = arm.prompt or "Be brief."         # also request.state.statera["tone"].arm()

Asking is what exposes: a request that never asks is in no analysis, and one that asks twice is in
it once. So ask where the arm makes a difference, and not before. Who takes no part gets the base.
"""

import logging
from collections.abc import Callable, Mapping
from contextvars import ContextVar, Token
from threading import Lock
from typing import NamedTuple

from statera.errors import DeclarationError, unknown
from statera.experiment.design import Arm
from statera.experiment.opened import Opened
from statera.protocols import Clock
from statera.proxy.experiments.choosing import Choice, Chooser, Left
from statera.proxy.experiments.recording import Keeps, excluded, kept
from statera.records.live import decision_number

logger = logging.getLogger("statera.guard")


class CurrentArm(NamedTuple):
    """One arm, and what it sets: see `Arm`; `prompt` is the text of its `system_prompt`.

    `assigned` is False for who takes no part and so is given the base; `decision` is the id by
    which feedback names this answer, empty then.
    """

    experiment: str
    name: str
    prompt: str
    model: str
    parameters: Mapping[str, object]
    decision: str
    assigned: bool


class Assigner(NamedTuple):
    """What requests are assigned with; `barred` says why nobody may take part now, or ""."""

    chooser: Chooser
    keeper: Keeps
    clock: Clock
    barred: Callable[[str], str]
    lock: Lock


class Asked(NamedTuple):
    """What is known where the arm is asked for.

    The request's body; the unit's name, where the application knows it; and why no arm's treatment
    would fit this request.
    """

    body: Mapping[str, object] = {}
    unit: str = ""
    unfit: str = ""


class Assigned:
    """One request; its arm is chosen, and its exposure kept, when it is first asked for."""

    def __init__(self, assigner: Assigner, headers: Mapping[bytes, bytes], decision: str) -> None:
        self._assigner, self._headers, self.decision = assigner, headers, decision
        self._found: CurrentArm | None = None
        self.choice: Choice | None = None

    def arm(self, asked: Asked | None = None) -> CurrentArm:
        """Return the arm; from any thread. What is asked first holds for the whole request."""
        with self._assigner.lock:
            if self._found is None:
                self._found = self._taken(asked or Asked())
            return self._found

    def _taken(self, asked: Asked) -> CurrentArm:
        opened = self._assigner.chooser.opened
        try:
            self.choice = self._exposed(asked)
        except Exception as error:
            logger.error("an experiment failed: %s", type(error).__name__, exc_info=error)
        if self.choice is None:
            return _told(opened, opened.design.base, "", assigned=False)
        arm = opened.design.arms[self.choice.arm]
        return _told(opened, arm, self.decision, assigned=True)

    def _exposed(self, asked: Asked) -> Choice | None:
        """Return the choice once its exposure is kept; None for who takes no part."""
        assigner, name = self._assigner, self._assigner.chooser.name
        chosen = assigner.chooser.choose(self._headers, asked.body, self.decision, asked.unit)
        if isinstance(chosen, Choice) and (why := assigner.barred(name) or asked.unfit):
            chosen = Left(name, why)
        number, now = decision_number(self.decision) or 0, assigner.clock.now()
        if isinstance(chosen, Left):
            assigner.keeper.put(excluded(chosen, self.decision, now))
            return None
        if chosen is None:
            return None
        return chosen if kept(assigner.keeper, [chosen.exposure(number, now)]) else None


_current: ContextVar[Mapping[str, Assigned]] = ContextVar("statera_arms")


def entered(assigned: Mapping[str, Assigned]) -> Token[Mapping[str, Assigned]]:
    """Make these the experiments of the request that is being answered, until `left`."""
    return _current.set(assigned)


def left(token: Token[Mapping[str, Assigned]]) -> None:
    """Undo `entered`."""
    _current.reset(token)


def current_arm(experiment: str = "", *, unit: str = "") -> CurrentArm:
    """Return the arm of the request that is being answered, and expose it.

    `experiment` is needed where several are around the application. `unit` is the unit's name where
    the application knows it, as after a login; without, it is what the design says. A request has
    one arm: the first that is asked for. DeclarationError outside a request, and for an experiment
    that is not there.
    """
    found = _current.get(None)
    if not found:
        raise DeclarationError(
            "current_arm() is asked within a request that ExperimentMiddleware passes on"
        )
    if not experiment and len(found) > 1:
        raise DeclarationError(f"several experiments are here: name one of {', '.join(found)}")
    name = experiment or next(iter(found))
    if name not in found:
        raise unknown("experiment", name, found)
    return found[name].arm(Asked(unit=unit))


def _told(opened: Opened, arm: Arm, decision: str, *, assigned: bool) -> CurrentArm:
    return CurrentArm(
        opened.design.experiment,
        arm.name,
        opened.prompts.get(arm.name, ""),
        arm.model,
        arm.parameters,
        decision,
        assigned,
    )
