"""The demo's part on live experiments: a fortnight of simulated users, read as it came in."""

import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click

from statera.api.experimentshow import show
from statera.cli.experimenttables import print_experiment
from statera.experiment.assignment import Assignment
from statera.experiment.opened import Opened, open_design
from statera.interop.writing import write_pieces
from statera.records.live import Exposure, Fact, Feedback, identifier
from statera.store.live.opening import open_live

USERS = 12_000
GAIN = 0.08
DAY = 86_400.0
_DESIGN = """\
# Does a warmer answer help? `solved` is what users report; complaints must not rise by a point.
experiment: demo
arms:
  - {name: base, weight: 0.5}
  - {name: warm, weight: 0.5, system_prompt: demo-warm.txt}
primary: {outcome: solved, minimum: 0.03}
guardrails: [{outcome: complaint, margin: 0.01}]
planned: 12000
"""
_WARM = "Answer warmly, and end with one question that moves the user on.\n"
_TOLD = """
Does it help people? A benchmark cannot say; users can. `statera guard serve --experiment {path}`
would split them by a hash and take their feedback. Here {users:,} simulated ones stand in, whom the
warm prompt helps {gain:.0f} points more often than the base:

$ statera experiment show demo --live {live}
"""
_OPEN = """
Looking every day costs no trust: the bounds hold at all looks together. `experiment plan` says
before how many users it takes.\
"""


def experiment(store: Path, now: float) -> None:
    """Write a design and a fortnight of users, and print what `experiment show` says of them.

    The design and its live store, made anew, lie in the folder `store`; `now` in seconds since 1970
    UTC.
    """
    path, live = store / "demo-experiment.yaml", store / "demo-live.sqlite"
    write_pieces(store / "demo-warm.txt", [_WARM.encode()])
    write_pieces(path, [_DESIGN.encode()])
    for old in store.glob(f"{live.name}*"):
        old.unlink()
    opened, start = open_design(path), now - 16 * DAY
    click.echo(_TOLD.format(path=path, users=USERS, gain=100 * GAIN, live=live))
    with closing(open_live(str(live))) as kept:
        kept.register(opened.design.experiment, opened.digest, opened.text, start)
        kept.write(list(fortnight(opened, start)))
        print_experiment(show(kept, opened.design.experiment, now=now))
    click.echo(_OPEN)


def fortnight(opened: Opened, start: float) -> Iterator[Fact]:
    """Yield what the guard would have recorded of simulated users; the same every time."""
    draw, assignment = random.Random(7), Assignment(opened.design)
    for user in range(USERS):
        name, first = f"user-{user}", start + draw.uniform(0, 14 * DAY)
        place = assignment.place(name)
        assert place is not None
        arm = opened.design.arms[place.arm].name
        solves = 0.45 + (GAIN if arm == "warm" else 0.0)
        for visit in range(draw.choice((1, 1, 2, 4))):
            number, at = 4 * user + visit + 1, first + 7_000.0 * visit
            yield Exposure(
                decision=number,
                experiment=opened.design.experiment,
                unit=identifier(b"demo", "unit", name),
                arm=arm,
                slice=place.slice,
                at=at,
                design=opened.digest,
            )
            yield from _said(draw, number, at, solves)


def _said(draw: random.Random, number: int, at: float, solves: float) -> Iterator[Feedback]:
    """Yield what a user reports of one answer: at times whether it helped, seldom a complaint."""
    if draw.random() < 0.3:
        solved = float(draw.random() < solves)
        yield Feedback(id=number, at=at + 60, outcome="solved", value=solved, decision=number)
    if draw.random() < 0.01:
        yield Feedback(id=-number, at=at + 90, outcome="complaint", value=1.0, decision=number)
