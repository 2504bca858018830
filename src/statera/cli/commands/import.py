"""Take live traffic, or another tool's results, into the store: traces, lm-eval, CSV and more."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import click
import msgspec

from statera.api.trafficimport import trace_terms
from statera.cli.flags import json_flag, store_flag
from statera.cli.settings import Flag, Lines
from statera.codec.files import to_json
from statera.errors import DeclarationError
from statera.interop.importing.columnmap import HigherIs, column_map
from statera.interop.importing.detection import detect
from statera.interop.importing.formats import FORMATS, logs
from statera.interop.importing.imported import UNKNOWN_MODEL, TraceTerms, Wanted
from statera.interop.importing.intake import take_in
from statera.interop.importing.keeping import Kept
from statera.interop.importing.traces import TOOL
from statera.models.clock import SystemClock
from statera.records.contents import Content

SCHEMA = 1
_QUIET_SECONDS = 2.0
_FEW, _WIDTH = 12, 60
_FLAGS = (
    click.option(
        "--map",
        "maps",
        cls=Flag,
        type=Lines(),
        multiple=True,
        metavar="OURS=THEIRS,…|FILE.yaml",
        help="Of tables: which column is what, as in prompt=question,reply=output.",
    ),
    click.option(
        "--scale",
        cls=Flag,
        metavar="LOW..HIGH",
        help="Of tables: the range of the scores, as in 1..5; without it 0..1.",
    ),
    click.option(
        "--cut",
        cls=Flag,
        type=float,
        help="Of tables: a score from here on is right; without it, scores stay graded.",
    ),
    click.option(
        "--higher-is",
        cls=Flag,
        type=click.Choice(get_args(HigherIs)),
        help="Of tables: what more means; without it, better.",
    ),
    click.option(
        "--segment",
        cls=Flag,
        type=Lines(),
        multiple=True,
        metavar="NAME=FIELD",
        help="Of traffic: a part of the mix and its field; the first is the category.",
    ),
    click.option(
        "--unit", cls=Flag, metavar="FIELD", help="Of traffic: names the user (user, session, …)."
    ),
    click.option(
        "--share",
        cls=Flag,
        type=click.FloatRange(0, 1, min_open=True),
        default=1.0,
        help="Of traffic: keep this random share of the requests, the same every time.",
    ),
    click.option("--seed", cls=Flag, type=int, default=0, help="Draws the share."),
    click.option(
        "--redact", cls=Flag, is_flag=True, help="Of traffic: take out personal data and keys."
    ),
    click.option(
        "--content",
        cls=Flag,
        type=click.Choice(get_args(Content)),
        default="full",
        help="Of traffic: keep texts whole, as digests for good, or encrypted.",
    ),
    click.option(
        "--unit-key",
        cls=Flag,
        metavar="TEXT",
        help="Users are hashed under it; without it, under a random key in the store's folder.",
    ),
)


def _reading_flags(function: Any) -> Any:
    for option in reversed(_FLAGS):
        function = option(function)
    return function


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="[FORMAT] FILE|FOLDER…")
@click.option(
    "--format",
    "form",
    cls=Flag,
    type=click.Choice(("auto", *FORMATS)),
    default="auto",
    show_default=True,
    help="What wrote the files; without it, they are looked into.",
)
@click.option("--task", cls=Flag, metavar="NAME", help="Name of the task, instead of the log's.")
@click.option(
    "--model-name",
    cls=Flag,
    metavar="NAME",
    help="Name of the model, instead of the log's.",
)
@click.option("--tag", cls=Flag, metavar="NAME", help="A name for the run.")
@_reading_flags
@store_flag
@json_flag
def command(words: tuple[str, ...], store: str, as_json: bool, **flags: Any) -> None:
    """Take live traffic, or another tool's results, into the store.

    lm-eval (samples_*.jsonl with results_*.json beside), Inspect (.eval, .json), promptfoo (.json,
    .jsonl), Every Eval Ever, OpenAI evals, CSV and JSON lines, and our own exported .jsonl. A file
    that is broken anywhere is told by its line, and nothing of it is kept. The same file again is
    the same run.

    Live traffic (`traces`): the guard's events, OpenTelemetry's GenAI spans as JSON, JSON lines of
    `messages`. It is one run a task, to which requests that are new are added.

    \b
    statera import results/ --tag base
    statera import csv scores.csv --task support --tag candidate
    statera import ratings.tsv --map prompt=question,reply=output,score=rating --scale 1..5
    statera import traces events.jsonl --task support --segment country=metadata.country
    """
    stated, paths = _split(words)
    _check_names(flags)
    form = stated if flags["form"] == "auto" else flags["form"]
    if stated not in (None, form):
        raise DeclarationError(f"'{stated}' and --format {form}: say one of them")
    columns = column_map(
        flags["maps"], scale=flags["scale"], cut=flags["cut"], higher_is=flags["higher_is"]
    )
    form = form or ("csv" if columns.stated else detect(paths, FORMATS))
    if columns.stated and form not in ("csv", "jsonl"):
        raise DeclarationError(f"--map, --scale, --cut and --higher-is are for tables, not {form}")
    wanted = Wanted(flags["task"], flags["model_name"], _terms(form, store, flags), columns)
    found = logs(paths, wanted, form=form)
    kept = take_in(found, store, tag=flags["tag"], watch=Progress())
    if as_json:
        click.echo(to_json({"schema": SCHEMA, "runs": [shape(one) for one in kept]}))
        return
    for one in kept:
        click.echo("\n".join(told(one)))


def _terms(form: str, store: str, flags: Mapping[str, Any]) -> TraceTerms:
    """Return how traffic is read; DeclarationError for its flags where there is none."""
    names = ("segment", "unit", "share", "seed", "redact", "content", "unit_key")
    if form != TOOL:
        typed = [name for name in names if _typed(name)]
        if typed:
            raise DeclarationError(f"--{typed[0].replace('_', '-')} is for traffic, not for {form}")
        return TraceTerms()
    return trace_terms(
        store=store,
        segments=flags["segment"],
        unit=flags["unit"],
        share=flags["share"],
        seed=flags["seed"],
        redacted=flags["redact"],
        content=flags["content"],
        key=flags["unit_key"],
    )


def _typed(name: str) -> bool:
    source = click.get_current_context().get_parameter_source(name)
    return source is click.core.ParameterSource.COMMANDLINE


def _check_names(flags: Mapping[str, Any]) -> None:
    """Raise DeclarationError for a name that is stated and empty."""
    for flag in ("task", "model_name", "tag"):
        if flags[flag] is not None and not str(flags[flag]).strip():
            name = flag.replace("_", "-")
            raise DeclarationError(f"--{name}: '' is no name. Allowed: one, or leave it out")


def _split(words: Sequence[str]) -> tuple[str | None, list[Path]]:
    """Return the format that leads the words, if one does, and the paths."""
    leads = words[0] in FORMATS and (len(words) > 1 or not Path(words[0]).exists())
    paths = [Path(word) for word in (words[1:] if leads else words)]
    if not paths:
        raise DeclarationError(f"import {words[0]}: name a file or a folder")
    for path in paths:
        if not path.exists():
            raise DeclarationError(f"{path}: no such file")
    return (words[0] if leads else None), paths


class Progress:
    """How far an import is, on standard error, once it takes more than two seconds."""

    def __init__(self) -> None:
        self._clock = SystemClock()
        self._next = self._clock.monotonic() + _QUIET_SECONDS

    def __call__(self, step: str, rows: int) -> None:
        """Say `read: 41200 trials` every two seconds, at most."""
        if (now := self._clock.monotonic()) >= self._next:
            self._next = now + _QUIET_SECONDS
            click.echo(f"{step}: {rows} trials", err=True)


def told(kept: Kept) -> list[str]:
    """Return the lines for a person: what was made, what could be told apart, what to know."""
    tool = f"{kept.tool} {kept.version}".strip()
    made = "imported" if kept.new else "already here"
    metrics = [f"  {task}: {', '.join(names)}" for task, names in kept.tasks.items()]
    early = (f"  ended early: {kept.stopped}",) if kept.stopped else ()
    replies = () if kept.replies else ("  no replies in it: it cannot be scored again",)
    prompt = kept.system.body.get("prompt")
    asked = f" · prompt: {_short(str(prompt))}" if prompt else ""
    return [
        f"run {kept.run[:8]} {made} · {kept.suite} · {_model(kept)} · from {tool}{asked}",
        f"  {kept.items} items, {kept.trials} trials, {kept.replies} with a reply",
        *(metrics if len(metrics) <= _FEW else [f"  {len(metrics)} tasks"]),
        f"  {kept.apart}",
        *early,
        *replies,
        *(f"  note: {note}" for note in kept.notes),
    ]


def _model(kept: Kept) -> str:
    if kept.tool == TOOL:
        return "live traffic"
    unnamed = kept.system.model.startswith(f"{UNKNOWN_MODEL}:")
    return "model not named (--model-name)" if unnamed else kept.system.model


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _WIDTH else f"{line[:_WIDTH]}…"


def shape(kept: Kept) -> dict[str, object]:
    """Return a run of schema 1 of `import --json`."""
    return {**msgspec.structs.asdict(kept), "apart": kept.apart}
