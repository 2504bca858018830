"""A judge's own run as a person reads it: how many judgements it holds, and how to read them.

Its verdicts are scores of the runs that it judged; over all of them there is no estimate.
"""

from collections.abc import Mapping

import click

from statera.api.stored import Run
from statera.cli.tables import console, plural
from statera.cli.wrapping import plain, say
from statera.records.scores import Outcome
from statera.records.specs import JUDGING, MEMBERS

_READ: tuple[Outcome, ...] = ("right", "wrong")


def judgements(run: Run) -> dict[str, dict[str, int]]:
    """Return, by criterion, the prompts that were asked, the judgements, those with a verdict.

    What has none is counted by its outcome. A panel asked nothing itself: it has none.
    """
    found = {}
    for frame in run.frames:
        counts = frame.counts(frame.primary)
        given = sum(counts.get(outcome, 0) for outcome in _READ)
        without = {name: n for name, n in counts.items() if n and name not in _READ}
        told = {"asked": len(frame), "judgements": sum(counts.values()), "verdicts": given}
        found[frame.task] = told | without
    return found


def print_judgements(run: Run) -> None:
    """Print what the run is and holds, and the commands that read it."""
    info, out = run.info, console()
    asked = info.environment["asked"][JUDGING]
    short = info.id[:8]
    click.echo(f"run {short} · the work of judge {plain(asked['name'])}")
    members: Mapping[str, str] = asked.get(MEMBERS, {})
    if members:
        sit = ", ".join(f"{name} (run {run[:8]})" for name, run in members.items())
        say(out, plain(f"a panel, which asks nothing itself; its members: {sit}"))
    for task, counts in judgements(run).items():
        say(out, plain(_line(task, counts)))
    say(out, "its verdicts are scores of the runs that it judged: statera show RUN", "dim")
    if not members:
        say(out, f"to read some: statera show {short} --outcome wrong (or right, unparsed)", "dim")


def _line(task: str, counts: Mapping[str, int]) -> str:
    rest = [f"{n} {name.replace('_', ' ')}" for name, n in list(counts.items())[3:]]
    told = ", ".join([f"{counts['verdicts']} with a verdict", *rest])
    asked = plural(counts["asked"], "prompt")
    return f"{task}: {plural(counts['judgements'], 'judgement')} of {asked}: {told}"
