"""Does an audit find what is wrong with a judge? Faults planted in scripted judges, and found.

Twelve judges with each fault, on 100 items, through the real runner and a real store. An interval
of 95 % should hold the planted size for all but a few of them.
"""

import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
from tests.audits_made import MARK, audited, holds, quality, replies, scripted, two_runs
from tests.judges_made import PAIRWISE, REFERENCE

from benchmarks.report import table
from benchmarks.setting import Setting
from statera.analysis.judgeaudit.figures import Figure
from statera.analysis.judgeaudit.kin import NET, OWN
from statera.analysis.judgeaudit.lengths import PADDED, PADDED_GRADE, SLOPE
from statera.analysis.judgeaudit.places import FIRST, FLIPS
from statera.analysis.judgeaudit.repeats import SAME
from statera.analysis.judgeaudit.verdicts import UNREAD
from statera.api.auditasks import Scope
from statera.graders.judge import Judge
from statera.graders.padding import padded
from statera.models.scriptedjudge import ScriptedJudge
from statera.store.runstore import RunStore

JUDGES, ITEMS = 12, 100
SCOPE = Scope(items=ITEMS)
FAMILIES = ("gpt-4o", "claude-3-5-sonnet")
HONEST = ScriptedJudge()


@dataclass(frozen=True)
class Fault:
    """A judge with a fault, and where the audit shows it at which size."""

    name: str
    planted: ScriptedJudge
    section: str
    figure: str
    size: float
    judge: Judge = PAIRWISE


def measure(_: Setting) -> str:
    """Return the table."""
    rows, held, shown = [], 0, 0
    for fault in faults():
        figures, states = found(fault)
        known = [figure for figure in figures if figure.low is not None]
        ends = [_mean([getattr(figure, end) or 0.0 for figure in known]) for end in ("low", "high")]
        hits = sum(holds(figure, fault.size) for figure in known)
        held, shown = held + hits, shown + len(known)
        rows.append(
            (
                fault.name,
                fault.figure,
                f"{fault.size:.3f}",
                f"{_mean([figure.value or 0.0 for figure in figures]):.3f}",
                f"{ends[0]:.3f} to {ends[1]:.3f}",
                f"{hits} of {len(known)}",
                ", ".join(f"{count} {state}" for state, count in states.items()),
            )
        )
    head = ("judge", "figure", "planted", "found, mean", "mean interval", "holds", "audits")
    return f"{table(head, rows)}\n\n{held} of {shown} intervals of 95 % hold the planted size."


def found(fault: Fault) -> tuple[list[Figure], dict[str, int]]:
    """Return the figure of each judge with the fault, and how their audits came out."""
    figures: list[Figure] = []
    states: dict[str, int] = {}
    with tempfile.TemporaryDirectory(prefix="statera-audit-") as folder:
        store = RunStore(Path(folder))
        kin = bool(fault.judge.family)
        runs = (
            two_runs(store, names=FAMILIES, mark=MARK, count=ITEMS)
            if kin
            else two_runs(store, count=ITEMS)
        )
        second = replace(fault.judge, name="second", family="google")
        for seed in range(JUDGES):
            audit = audited(
                store,
                msgspec.structs.replace(fault.planted, seed=seed),
                fault.judge,
                runs,
                seconds=[(second, scripted(HONEST))] if kin else [],
                scope=SCOPE,
            )
            figures.append(audit.section(fault.section).figure(fault.figure))
            states[audit.state] = states.get(audit.state, 0) + 1
        store.close()
    return figures, states


def faults() -> list[Fault]:
    """Return every fault with the size at which it must be seen."""
    return [*_places(), *_lengths(), *_kin(), *_others()]


def _places() -> list[Fault]:
    tied = sum(new == old for new, old in _qualities()) / ITEMS
    made = []
    for share in (0.0, 0.3, 0.6):
        judge = ScriptedJudge(prefers="first", strength=share)
        decided = share + (1 - share) * (1 - tied)
        first = (share + (1 - share) * (1 - tied) / 2) / decided
        name = f"names the first with {share:g}"
        made += [
            Fault(name, judge, "position", FLIPS, share),
            Fault(name, judge, "position", FIRST, first),
        ]
    return made


def _lengths() -> list[Fault]:
    plain = replies("new", ITEMS)
    longer = [padded(text, seed=0, prompt=f"Question {i}?") for i, text in enumerate(plain)]
    made = []
    for share in (0.3, 0.6):
        judge = ScriptedJudge(prefers="longer", strength=share)
        name = f"takes the longer with {share:g}"
        gain = _mean([_level(b) - _level(a) for a, b in zip(plain, longer, strict=True)])
        made += [
            Fault(name, judge, "verbosity", PADDED, 0.5 + share / 2),
            Fault(name, judge, "verbosity", PADDED_GRADE, share * gain, REFERENCE),
        ]
    for slope in (1.0, 2.0):
        judge = ScriptedJudge(prefers="longer", slope=slope)
        name = f"takes the longer, slope {slope:g}"
        wins = [1 / (1 + (len(b) / len(a)) ** -slope) for a, b in zip(plain, longer, strict=True)]
        made += [
            Fault(name, judge, "verbosity", SLOPE, slope),
            Fault(name, judge, "verbosity", PADDED, _mean(wins)),
        ]
    return made


def _level(text: str) -> float:
    return min(len(text.split()) // HONEST.words_per_level, 4) / 4


def _kin() -> list[Fault]:
    wins = _mean([0.5 + (new > old) / 2 - (new < old) / 2 for new, old in _qualities()])
    grade = _mean([(new - 1) / 4 for new, _ in _qualities()])
    pairs, single = (replace(judge, family="openai") for judge in (PAIRWISE, REFERENCE))
    made = []
    for share in (0.0, 0.3, 0.6):
        judge = ScriptedJudge(prefers="family", family_marker=MARK.strip(), strength=share)
        name = f"takes its own family with {share:g}"
        made += [
            Fault(name, judge, "self-enhancement", OWN, share * (1 - wins), pairs),
            Fault(name, judge, "self-enhancement", NET, share * (1 - grade), single),
        ]
    return made


def _others() -> list[Fault]:
    random, never = ScriptedJudge(prefers="random"), ScriptedJudge(prefers="never")
    again = "consistency"
    made = [
        Fault("names either at random", random, "position", FLIPS, 0.5),
        Fault("names either at random", random, again, SAME, 2 / 4**3 + 1 / 2**3),
        Fault("grades at random", random, again, SAME, 5 / 5**3, REFERENCE),
        Fault("never gives a verdict", never, "verdicts", UNREAD, 1.0, REFERENCE),
    ]
    for share in (0.05, 0.2):
        judge = ScriptedJudge(unparsed=share)
        made.append(Fault(f"gives no verdict on {share:g}", judge, "verdicts", UNREAD, share))
    for noise in (0.1, 0.3):
        same = (1 - noise) ** 3 + 4 * (noise / 4) ** 3
        judge = ScriptedJudge(noise=noise)
        made.append(Fault(f"errs on {noise:g}", judge, again, SAME, same, REFERENCE))
    for share in (0.2, 0.5, 1.0):
        judge = ScriptedJudge(prefers="constant", strength=share)
        name, section = f"gives the top grade with {share:g}", "sanity responders"
        made.append(Fault(name, judge, section, "open: off_topic", share, REFERENCE))
    return made


def _qualities() -> list[tuple[int, int]]:
    return [(quality("new", item), quality("old", item)) for item in range(ITEMS)]


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values) if values else 0.0
