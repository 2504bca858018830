"""The page: one HTML file that says what was decided, what was measured, and what to read.

page(Content(candidate=subject, base=other, comparison=comparison, ruling=ruling))

It needs no network and runs no script; it reads well on paper, in the dark and on a telephone.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from markupsafe import Markup

from statera.analysis.comparison import Comparison
from statera.analysis.frame import Frame
from statera.analysis.health import Health, not_told
from statera.analysis.instrument import shown_model
from statera.records.scores import OUTCOMES, Outcome
from statera.report import numbers, plaintext
from statera.report.content import Command, Content, Subject
from statera.report.outcomebars import NAMES, key, outcome_bar, parts
from statera.report.panels import panels
from statera.report.renderer import render
from statera.report.rules import decision
from statera.report.scorelevels import levels
from statera.report.story import headlines, methods
from statera.report.why import why

_SHORT = 8
_NOT_ANSWERED = {
    "infra_error": "infra errors",
    "truncated": "truncated",
    "refused": "refused",
    "unparsed": "unparsed",
    "empty": "empty replies",
}


class RunNote(NamedTuple):
    """A run as it is named on the page."""

    word: str
    id: str
    tags: str
    suite: str
    model: str
    status: str
    made: str
    health: str
    warnings: tuple[str, ...]


class Bar(NamedTuple):
    """The outcomes of one run's trials of one task."""

    whose: str
    drawing: Markup
    trials: str
    said: str


class Legend(NamedTuple):
    """What a hatch means."""

    name: str
    drawing: Markup


def page(content: Content) -> str:
    """Return the whole page as text."""
    subjects = _subjects(content)
    return render(
        title=_title(content),
        runs=[_note(word, subject) for word, subject in subjects],
        decision=None if content.ruling is None else decision(content.ruling),
        why=None if content.diagnosis is None else why(content.diagnosis),
        headlines=headlines(content),
        card=None if content.scorecard is None else levels(content.scorecard),
        tasks=panels(content),
        bars=_bars(subjects),
        legend=[Legend(NAMES[outcome], key(outcome)) for outcome in _seen(subjects)],
        differs=None if content.comparison is None else _differs(content.comparison),
        left_out=[] if content.comparison is None else _left_out(content.comparison),
        specimens=content.specimens,
        methods=methods(content),
        commands=[Command(*map(plaintext.passage, command)) for command in content.commands],
    )


Named = tuple[str, Subject]


def _subjects(content: Content) -> list[Named]:
    found = [("candidate", content.candidate)]
    return found if content.base is None else [*found, ("base", content.base)]


def _title(content: Content) -> str:
    run = _name(content.candidate)
    return run if content.base is None else f"{run} against {_name(content.base)}"


def _name(subject: Subject) -> str:
    tags = ", ".join(map(plaintext.name, subject.info.tags))
    return tags or f"run {subject.info.id[:_SHORT]}"


def _note(word: str, subject: Subject) -> RunNote:
    info = subject.info
    reason = f": {plaintext.name(info.reason)}" if info.reason else ""
    return RunNote(
        word=word,
        id=info.id[:_SHORT],
        tags=", ".join(map(plaintext.name, info.tags)),
        suite=plaintext.name(info.spec.suite),
        model=plaintext.name(shown_model(info)),
        status=f"{info.status}{reason}" if reason or info.status != "done" else "",
        made=datetime.fromtimestamp(info.updated, UTC).strftime("%Y-%m-%d %H:%M UTC"),
        health=_health(subject),
        warnings=_warnings(subject.health, info.id[:_SHORT]),
    )


def _health(subject: Subject) -> str:
    """Return `500 trials, refused 12 (2.4%)`; what never happened is not named."""
    health = subject.health
    found = [
        f"{name} {n:,} ({health.share(field):.1%})"
        for field, name in _NOT_ANSWERED.items()
        if (n := getattr(health, field))
    ]
    if subject.blind:
        found.append(f"the log {not_told(subject.blind)}")
    return ", ".join([numbers.plural(health.trials, "trial"), *(found or ["all with an answer"])])


def _warnings(health: Health, run: str) -> tuple[str, ...]:
    return tuple(warning.replace("RUN", run) for warning in health.warnings)


def _leads(subject: Subject) -> dict[str, dict[Outcome, int]]:
    """Return, by task, the outcomes under its first metric's score."""
    found: dict[str, dict[Outcome, int]] = {}
    for row in subject.metrics:
        if row.category is None:
            found.setdefault(row.metric.split("/", 1)[0], row.outcomes)
    return found


def _bars(subjects: Iterable[Named]) -> list[tuple[str, list[Bar]]]:
    """Return, by task, a bar for each run that has it."""
    found: dict[str, list[Bar]] = {}
    for word, subject in subjects:
        for task, counts in _leads(subject).items():
            found.setdefault(plaintext.name(task), []).append(_bar(word, counts, subject.blind))
    return list(found.items())


def _bar(word: str, counts: dict[Outcome, int], blind: Collection[Outcome]) -> Bar:
    said = [f"{part.name} {part.trials:,} ({part.share:.1%})" for part in parts(counts)]
    if blind:
        said.append(f"the log {not_told(blind)}")
    trials = numbers.plural(sum(counts.values()), "trial")
    return Bar(word, outcome_bar(counts, title=word), trials, " · ".join(said))


def _seen(subjects: Iterable[Named]) -> list[Outcome]:
    seen = {o for _, s in subjects for counts in _leads(s).values() for o, n in counts.items() if n}
    return [outcome for outcome in OUTCOMES if outcome in seen]


class Differing(NamedTuple):
    """One thing that is not the same in both runs; `instrument` makes the numbers doubtful."""

    what: str
    base: str
    candidate: str
    instrument: bool


def _differs(comparison: Comparison) -> list[Differing]:
    name, both = plaintext.name, ((comparison.instrument, True), (comparison.system, False))
    return [
        Differing(name(change.what), name(change.base), name(change.candidate), instrument)
        for changes, instrument in both
        for change in changes
    ]


def _left_out(comparison: Comparison) -> list[str]:
    """Return what only one run has, or was not made alike, a sentence each."""
    found = [
        f"{plaintext.name(str(change))}: not the same instrument" for change in comparison.left_out
    ]
    for pairing in comparison.pairings:
        task = plaintext.name(pairing.task)
        alone = (
            ("candidate", pairing.only_candidate, pairing.base),
            ("base", pairing.only_base, pairing.candidate),
        )
        found += [
            f"{task}: {numbers.plural(count, 'item')} of the {side} only{_stopped(other)}"
            for side, count, other in alone
            if count
        ]
    for side, names in (
        ("candidate", comparison.only_candidate),
        ("base", comparison.only_base),
    ):
        found += [f"{plaintext.name(task)}: in the {side} only" for task in names]
    return found


def _stopped(other: Frame) -> str:
    return ", as the other run stopped early" if other.early else ""
