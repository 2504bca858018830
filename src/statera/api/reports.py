"""A page about one stored run, or about two: what `st.report_page` and `statera report` do.

Path("page.html").write_text(st.report_page(candidate, baseline))
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from statera.analysis.comparison import Comparison
from statera.analysis.frame import Frame
from statera.analysis.instrument import is_imported
from statera.analysis.measure import MetricRow, estimated
from statera.analysis.pairing import Changed, Pairing
from statera.api.comparisons import compare
from statera.api.decisions import decide
from statera.api.instruments import import_command
from statera.api.scorecards import scorecard
from statera.api.stored import Run, untold
from statera.api.systems import check_system
from statera.diagnosis.commands import whole_command
from statera.diagnosis.diagnosis import Diagnosis, diagnose
from statera.gate.judging import Gate
from statera.gate.ruling import Ruling
from statera.metrics.outcomes import NO_ANSWERS
from statera.records.contents import SENSITIVE
from statera.records.scores import Outcome
from statera.report.content import Command, Content, Subject
from statera.report.page import page
from statera.report.plaintext import LONGEST
from statera.report.specimens import EXCERPT, Specimen, specimen
from statera.stats.results import LEVEL
from statera.store.rows import Stored

EACH = 3
"""Samples shown of each kind."""
_TELLING: tuple[Outcome, ...] = ("wrong", "unparsed", "refused", "truncated", "infra_error")


class Wanted(NamedTuple):
    """How two runs are compared for a page, and how many samples it shows of each kind.

    `gate` decides on them; the ruling is kept in the ledger, as any other.
    """

    gate: Gate | None = None
    level: float = LEVEL
    seed: int = 0
    allow: bool = False
    read: int = EACH


AS_USUAL = Wanted()


def report_page(
    candidate: Run,
    base: Run | None = None,
    *,
    gate: Gate | None = None,
    level: float = LEVEL,
    seed: int = 0,
    allow: bool = False,
) -> str:
    """Return one HTML page about the candidate, compared with a base where there is one.

    It is whole in itself: no script, no request. A `gate` decides, and its ruling is kept in the
    ledger. `level` in (0, 1) is the two-sided coverage of differences, `seed` is for resampling.
    DeclarationError when the runs cannot be compared, or the gate names what they do not have;
    `allow` compares even where the instrument differs, marked.
    """
    wanted = Wanted(gate, level, seed, allow)
    return page(content(candidate, base, wanted=wanted, commands=made_again(candidate, base)))


def content(
    candidate: Run,
    base: Run | None = None,
    *,
    wanted: Wanted = AS_USUAL,
    commands: Sequence[Command] = (),
) -> Content:
    """Return everything that a page shows; DeclarationError for a judge's own run."""
    runs = [candidate] if base is None else [candidate, base]
    check_system(*(run.info for run in runs))
    seen, ruling = _seen(runs), _ruling(candidate, base, wanted)
    card = scorecard(candidate, ruling)
    found = Content(
        candidate=subject(candidate, seen),
        ruling=ruling,
        commands=commands,
        scorecard=card if card.telling else None,
    )
    if base is None:
        return replace(found, specimens=_telling(candidate, wanted.read))
    comparison = compare(candidate, base, level=wanted.level, seed=wanted.seed, allow=wanted.allow)
    return replace(
        found,
        base=subject(base, seen),
        comparison=comparison,
        diagnosis=_diagnosis(comparison, wanted.seed),
        specimens=_discordant(candidate, base, comparison, wanted.read),
    )


def _diagnosis(comparison: Comparison, seed: int) -> Diagnosis | None:
    """Return the diagnosis, None where no task's primary score was made alike in both runs."""
    if not any(pairing.led for pairing in comparison.pairings):
        return None
    return diagnose(comparison, rng=np.random.default_rng(seed))


def _ruling(candidate: Run, base: Run | None, wanted: Wanted) -> Ruling | None:
    if wanted.gate is None:
        return None
    return decide(wanted.gate, candidate, base, allow=wanted.allow)


def made_again(candidate: Run, base: Run | None = None) -> list[Command]:
    """Return the commands that ask what the runs were asked.

    An imported run cannot be asked from here: its command reads the log again.
    """
    named = [("candidate", candidate)] + ([] if base is None else [("base", base)])
    return [command for word, run in named for command in _again(word, run)]


def _again(word: str, run: Run) -> list[Command]:
    if is_imported(run.info):
        told = f"The {word} was imported and cannot be run from here; this reads its log again"
        return [Command(import_command(run.info), told)]
    return [Command(whole_command(run.info, _extent(run)), f"The {word}")]


def _extent(run: Run) -> dict[str, int | str]:
    """Return how many samples a task and epochs there are answers to, as flags.

    A run of a suite's budget is made again by it, as its tasks have limits of their own.
    """
    if run.info.spec.chosen or not run.frames:
        return {}
    epochs = max(len(of) for f in run.frames for of in f.outcomes.get(f.primary, []) or [()])
    budget = run.info.environment.get("asked", {}).get("budget")
    most = max(len(frame) for frame in run.frames)
    extent: dict[str, int | str] = {"--budget": budget} if budget else {"--limit": most}
    return extent | ({"--epochs": epochs} if epochs > 1 else {})


Seen = Mapping[str, Collection[Outcome]]
"""By task, the outcomes that any trial of any of the runs has, and that every log can tell."""


def subject(run: Run, seen: Seen) -> Subject:
    """Return a run as a page shows it, with the shares of the seen outcomes beside its metrics."""
    shares = [row for frame in run.frames for row in _shares(frame, seen.get(frame.task, ()))]
    metrics = [*run.metrics, *shares]
    return Subject(run.info, metrics, run.health, _groups(run.frames), untold(run.info))


def _seen(runs: Iterable[Run]) -> Seen:
    found: dict[str, set[Outcome]] = defaultdict(set)
    blind: dict[str, set[Outcome]] = defaultdict(set)
    for run in runs:
        for frame in run.frames:
            blind[frame.task].update(frame.blind)
            if frame.primary in frame.outcomes:
                found[frame.task].update(frame.counts(frame.primary))
    return {task: outcomes - blind[task] for task, outcomes in found.items()}


def _shares(frame: Frame, outcomes: Collection[Outcome]) -> list[MetricRow]:
    """Return the shares of the outcomes without an answer that are no metric of the task."""
    own = {metric.name for metric in frame.metrics}
    return [estimated(frame, frame.metric(o)) for o in NO_ANSWERS if o in outcomes and o not in own]


def _groups(frames: Iterable[Frame]) -> dict[str, frozenset[str]]:
    return {frame.task: frozenset(frame.groups) for frame in frames}


def _telling(run: Run, each: int) -> list[Specimen]:
    """Return a few samples of every outcome that is not right."""
    tasks = [task.name for task in run.info.spec.tasks]
    return [
        specimen(outcome.replace("_", " "), [("reply", [stored])], longest=_longest(run, task))
        for task in tasks
        for outcome in _TELLING
        for stored in run.store.trials(run.info.id, task=task, outcome=outcome, limit=each)
    ]


def _longest(run: Run, task: str) -> int:
    """Return how many characters of a task's texts a page shows."""
    return EXCERPT if task in run.info.environment.get(SENSITIVE, ()) else LONGEST


def _discordant(candidate: Run, base: Run, comparison: Comparison, each: int) -> list[Specimen]:
    """Return the samples of each task that changed most, lost ones first."""
    found: list[Specimen] = []
    for pairing in comparison.pairings:
        items = _chosen(pairing, each)
        names = [item.sample_id for _, item in items]
        new, old = (_trials(run, pairing.task, names) for run in (candidate, base))
        found += [
            specimen(
                _change(word, item),
                [("candidate", new[name]), ("base", old[name])],
                longest=_longest(candidate, pairing.task),
            )
            for (word, item), name in zip(items, names, strict=True)
        ]
    return found


def _chosen(pairing: Pairing, each: int) -> list[tuple[str, Changed]]:
    if not pairing.metrics:
        return []
    lead = pairing.metrics[0]
    changed = pairing.changed(lead.name)
    worse = [c for c in changed if (c.candidate < c.base) == lead.higher_is_better]
    better = [c for c in changed if (c.candidate > c.base) == lead.higher_is_better]
    return [("lost", c) for c in worse[:each]] + [("won", c) for c in better[::-1][:each]]


def _change(word: str, item: Changed) -> str:
    return f"{word}: {item.base:g} to {item.candidate:g}"


def _trials(run: Run, task: str, names: Sequence[str]) -> Mapping[str, list[Stored]]:
    found: dict[str, list[Stored]] = defaultdict(list)
    if names:
        for stored in run.store.trials(run.info.id, task=task, sample_ids=names):
            found[stored.sample.id].append(stored)
    return found
