"""Let invited people do tasks with the model of their arm, blinded, and say how it went."""

import asyncio
import signal
from contextlib import closing as shut
from pathlib import Path
from typing import Any

import click

from statera.api import studies
from statera.api.experimentstarts import start
from statera.cli.flags import live_flag
from statera.cli.settings import Flag
from statera.errors import DeclarationError
from statera.experiment.durations import told
from statera.experiment.opened import Opened, open_design
from statera.models.clock import SystemClock
from statera.proxy.experiments.keys import is_shared, keys_of
from statera.proxy.terms import Terms
from statera.store.live.opening import LiveStore, open_live
from statera.web.studydesk import Stage, StudyDesk
from statera.web.studyjournal import Journal, journal, key_of
from statera.web.studyroom import Room, Study

try:
    from statera.web.serving import running
    from statera.web.studyapp import study_app

    MISSING = ""
except ModuleNotFoundError as missing:
    MISSING = missing.name or "starlette"

_INSTALL = "pip install 'statera[ui]'"
_PORT = 8321
_HERE = ("127.0.0.1", "localhost", "::1")
_STAGES: dict[Stage, str] = {
    "end": "all done",
    "prefer": "at the last question",
    "work": "under way",
    "agree": "not begun",
    "withdrawn": "withdrawn",
}
_OUTCOMES = ("solved", "duration", "rating", "correct", "preference")


@click.command("study")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--tasks",
    cls=Flag,
    type=click.Path(path_type=Path),
    required=True,
    metavar="TASKS.jsonl",
    help="A task a line: id, task, perhaps reference and check.",
)
@click.option(
    "--people",
    cls=Flag,
    type=click.Path(path_type=Path),
    required=True,
    metavar="PEOPLE.txt",
    help="A name a line; each gets a link of their own.",
)
@click.option(
    "--model",
    "-m",
    cls=Flag,
    required=True,
    metavar="MODEL",
    help="URL#NAME or another model, where an arm names none.",
)
@click.option(
    "--title",
    cls=Flag,
    default="User study",
    show_default=True,
    help="What people see as its name; nothing that tells the arms.",
)
@click.option(
    "--folder",
    cls=Flag,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where the conversations and the secret of the links are (.statera/study-NAME).",
)
@click.option(
    "--unit-key",
    cls=Flag,
    metavar="TEXT",
    help="Hashes names to units: the guard's, else what it keeps beside the store.",
)
@click.option("--url", cls=Flag, metavar="URL", help="By which address people reach the page.")
@click.option(
    "--port",
    cls=Flag,
    type=click.IntRange(0, 65535),
    default=_PORT,
    show_default=True,
    help="0: a free one, and other links each time.",
)
@click.option("--host", cls=Flag, default="127.0.0.1", show_default=True, help="Address.")
@click.option(
    "--seed",
    cls=Flag,
    type=int,
    default=0,
    show_default=True,
    help="For the order of the tasks, which is each person's own.",
)
@live_flag
def command(file: Path, live: str, **flags: Any) -> None:
    """Serve the study of the design in FILE until it is ended by Ctrl-C.

    Each person chats with the assistant of their arm to get each task done, says whether it is
    (`solved`), rates the help (`rating`) and in the end says what they prefer (`preference`);
    `duration` is measured, and an answer with a reference is checked (`correct`). Nothing on the
    page tells the arm. The same command goes on where it was, under the same links.

    \b
    statera experiment study tone.yaml --tasks tasks.jsonl --people people.txt --model URL#NAME
    statera experiment show tone
    """
    if MISSING:
        raise DeclarationError(f"the study's page needs '{MISSING}'; run: {_INSTALL}")
    opened = open_design(file)
    studies.check_design(opened)
    tasks, names = studies.read_tasks(flags["tasks"]), studies.read_people(flags["people"])
    asyncio.run(studies.check_models(opened, flags["model"]))
    name = opened.design.experiment
    folder = flags["folder"] or Path(".statera") / f"study-{name}"
    with shut(open_live(live)) as store, journal(folder) as kept:
        _start(store, opened, file)
        key = key_of(folder)
        unit_key = _unit_key(flags["unit_key"] or "", live, key)
        invited = studies.invitations(
            opened.design, names, key=key, unit_key=unit_key, now=SystemClock().now()
        )
        study = Study(experiment=name, digest=opened.digest, key=key, title=flags["title"])
        units = [one.person.unit for one in invited.people]
        desk = StudyDesk(units, tasks, kept.append, kept.entries, seed=flags["seed"])
        _tell(opened, invited)
        _serve(study, desk, (opened, store, kept, invited), flags)
        _sum_up(desk, units, name)


def _unit_key(given: str, live: str, own: bytes) -> bytes:
    """Return the key of the units: the guard's, or the study's own beside a shared database."""
    if not given and is_shared(live):
        return own
    return keys_of(Terms(unit_key=given), live).unit


def _start(store: LiveStore, opened: Opened, file: Path) -> None:
    """Register the design unless it is; DeclarationError for a changed, stopped or ended one."""
    found = start(store, opened, now=SystemClock().now())
    if found.status == "changed":
        raise DeclarationError(
            f"{file}: not the design that was registered; `statera experiment start {file} --edit` "
            "takes it"
        )
    state = store.state(opened.design.experiment)
    if state != "running":
        raise DeclarationError(f"{opened.design.experiment}: the experiment was {state}")


def _tell(opened: Opened, invited: studies.Invitations) -> None:
    design = opened.design
    for line in invited.left_out:
        _say(f"left out by the design: {line}")
    if not invited.people:
        raise DeclarationError(f"{opened.source}: the design takes none of the people")
    unknown = [one for one in design.read if one not in _OUTCOMES]
    if unknown:
        _say(
            f"note: a study reports {', '.join(_OUTCOMES)}; nothing here reports "
            f"{', '.join(unknown)}"
        )
    window = told(design.window_of(design.primary.outcome))
    _say(f"note: a person counts {window} after their first message; what comes later is late")


def _serve(
    study: Study,
    desk: StudyDesk,
    parts: tuple[Opened, LiveStore, Journal, studies.Invitations],
    flags: dict[str, Any],
) -> None:
    opened, store, kept, invited = parts
    models = studies.arm_models(opened, flags["model"])
    room = Room(study, desk, studies.ways(study, store, kept, models), SystemClock())
    people = [one.person for one in invited.people]
    app = study_app(room, people, studies.closing(models))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with running(app, host=flags["host"], port=flags["port"], name="statera-study",
                 lifespan="on") as address:  # fmt: skip
        try:
            base = (flags["url"] or address).rstrip("/")
            for one in invited.people:
                click.echo(f"{one.name}\t{base}/{one.person.token}/")
            _say(f"{len(people)} invited; each link is private. Ctrl-C ends the page.")
            if flags["host"] not in _HERE and not base.startswith("https://"):
                _say("Whoever has a link can read and write there; nothing is encrypted.")
            signal.pause()
        except KeyboardInterrupt:
            _say("")


def _sum_up(desk: StudyDesk, units: list[int], name: str) -> None:
    stages: list[Stage] = [desk.view(unit).stage for unit in units]
    counts = [
        f"{stages.count(stage)} {words}" for stage, words in _STAGES.items() if stage in stages
    ]
    _say(f"{', '.join(counts)}. statera experiment show {name}")


def _say(text: str) -> None:
    click.echo(text, err=True)
