"""The page that `statera judge audit` prints: what an audit found of a judge, and what follows.

    audit = audited(about, sections, tasks)
    audit.state        # void, not shown, warning or ok
    audit.exit_code    # 1, 3 or 0

Void are a judge that a sanity responder beats, and one that gives no verdict on more than 10 % of
what it is asked. Biases are warnings: they are measured and reported, and the orders, the
length-controlled rate and the correction against people take account of them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from statera.analysis.judgeaudit.figures import WORST, Section, State, Warned, worst
from statera.analysis.judgeaudit.sanity import NAME as SANITY
from statera.analysis.judgeaudit.sanity import TaskState
from statera.analysis.judgeaudit.verdicts import NAME as VERDICTS

SCHEMA = 1
NEEDED = (SANITY, VERDICTS)
"""Sections without which a judge cannot be said to stand."""

EXIT: dict[State, int] = {"void": 1, "not shown": 3}


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What was audited: the judge, its model, its own run, and the runs whose replies it saw.

    `era` counts how often it had shifted before; `seed` drew the items; of `judgements` the judge
    was asked `new` ones now, and for `anchors` again; `others` were asked of other judges now. All
    that came at a `cost` in US dollars (0 where no price is known).
    """

    judge: str
    version: str
    kind: str
    model: str
    judge_run: str
    era: int
    runs: tuple[str, ...]
    compared: str
    seed: int
    judgements: int
    new: int
    anchors: int = 0
    others: int = 0
    cost: float


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """What an audit found. `tasks` say where the judge stands; `why` is empty unless it is void
    or something needed could not be shown. `earlier` holds what other audits of the judge found and
    this one did not look at as closely.
    """

    about: About
    state: State
    why: tuple[str, ...]
    tasks: tuple[TaskState, ...]
    sections: tuple[Section, ...]
    earlier: tuple[Warned, ...] = ()
    schema: int = SCHEMA

    @property
    def void(self) -> bool:
        """True when the judge cannot be used, on some task at least."""
        return self.state == "void"

    @property
    def by_state(self) -> dict[State, tuple[str, ...]]:
        """The names of the sections by how they came out, the worst first."""
        found = {
            state: tuple(dict.fromkeys(s.name for s in self.sections if s.state == state))
            for state in WORST
        }
        return {state: names for state, names in found.items() if names}

    @property
    def exit_code(self) -> int:
        """1 when void, 3 when something needed could not be shown, else 0."""
        return EXIT.get(self.state, 0)

    def section(self, name: str, criterion: str = "") -> Section:
        """Return the section of that name, of that criterion if there are several; KeyError."""
        found = [s for s in self.sections if s.name == name and criterion in ("", s.criterion)]
        if not found:
            raise KeyError(name)
        return found[0]

    @property
    def record(self) -> dict[str, object]:
        """What the judge's run keeps of it, for gates and for reports."""
        return {
            "void": self.void,
            "state": self.state,
            "why": "; ".join(self.why),
            "tasks": {task.task: msgspec.to_builtins(task) for task in self.tasks},
            "runs": list(self.about.runs),
            "judgements": self.about.judgements,
            "states": {f"{s.name} {s.criterion}".strip(): s.state for s in self.sections},
            "warnings": msgspec.to_builtins([*self.warned, *self.earlier]),
        }

    @property
    def warned(self) -> tuple[Warned, ...]:
        """The faults that it found and that are no reason to do without the judge."""
        return tuple(
            Warned(name=s.name, fault=s.fault, n=s.n, criterion=s.criterion)
            for s in self.sections
            if s.state == "warning" and s.fault
        )


def warned_earlier(record: Mapping[str, Any], sections: Sequence[Section]) -> tuple[Warned, ...]:
    """Return what the audit on record warned of and these sections do not settle.

    They do where they rest on as much, whether they warn of it again or not.
    """
    settled = {(s.name, s.criterion): s.n for s in sections if s.state != "not measured"}
    found = msgspec.convert(record.get("warnings", ()), tuple[Warned, ...])
    return tuple(one for one in found if settled.get((one.name, one.criterion), -1) < one.n)


def audited(
    about: About,
    sections: Sequence[Section],
    tasks: Sequence[TaskState],
    earlier: Sequence[Warned] = (),
) -> Audit:
    """Return the audit: the worst of its states, and what must be shown but is not is not shown.

    Sections that say the same, as those of several criteria may, are one. What was found `earlier`
    is a warning still.
    """
    measured = {s.name for s in sections if s.state != "not measured"}
    warned: list[State] = ["warning"] if earlier else []
    state = worst([*(task.state for task in tasks), *(s.state for s in sections), *warned])
    lacking = [name for name in NEEDED if name not in measured]
    if state != "void" and lacking:
        state = "not shown"
    why = [reason for task in tasks if task.state == state for reason in task.reasons]
    why += [line for s in sections if s.state == state and s.name != SANITY for line in s.said]
    why += [f"{name}: not measured" for name in lacking] if state == "not shown" else []
    stops = state in EXIT
    return Audit(
        about=about,
        state=state,
        why=tuple(why) if stops else (),
        tasks=tuple(tasks),
        sections=tuple(dict.fromkeys(sections)),
        earlier=tuple(earlier),
    )
