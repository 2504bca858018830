"""Audits for tests of what is decided of them and how they are shown; no judge is asked."""

from statera.analysis.audit import About, Audit, audited
from statera.analysis.judgeaudit.figures import Section, State
from statera.analysis.judgeaudit.places import places
from statera.analysis.judgeaudit.sanity import NAME as SANITY
from statera.analysis.judgeaudit.sanity import Responder, TaskState, sanity
from statera.analysis.judgeaudit.verdicts import NAME as VERDICTS
from statera.analysis.judgeaudit.verdicts import Asked, verdicts
from tests.analysis.judgeaudit.made import pairs

ABOUT = About(
    judge="fair",
    version="1",
    kind="pairwise",
    model="m",
    judge_run="0123456789abcdef",
    era=0,
    runs=("aaaaaaaabbbb", "ccccccccdddd"),
    compared="replies of a against c",
    seed=0,
    judgements=240,
    new=200,
    cost=0.0,
)


def section(name: str, state: State, *said: str, criterion: str = "", fault: str = "") -> Section:
    """Return a section without figures."""
    return Section(name=name, state=state, said=said, criterion=criterion, fault=fault)


def decided(*states: tuple[str, State], tasks: tuple[TaskState, ...] = ()) -> Audit:
    """Return the audit of sections that came out so; what is needed and not named is ok."""
    named = dict(states)
    needed = [section(name, "ok") for name in (VERDICTS, SANITY) if name not in named]
    found = [section(name, state, f"{name} is {state}") for name, state in states]
    return audited(ABOUT, [*needed, *found], tasks)


def measured(gets: float = 0.0, unread: int = 0, about: About = ABOUT, task: str = "open") -> Audit:
    """Return an audit with figures: responders get so much, so many verdicts are unread."""
    units = [f"q{i}" for i in range(20)]
    shown, tasks = sanity([Responder(task, "", "attack", units, [gets] * 20)])
    asked = [Asked(f"q{i}", i >= unread, "unparsed") for i in range(100)]
    lean = places(pairs([(1.0, 0.0)] * 10 + [(1.0, 1.0)] * 40), "compared: a against b")
    return audited(about, [verdicts(asked), shown, lean], tasks)
