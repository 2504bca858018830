"""Train a classifier for the guard from labelled text, and write its model card."""

import hashlib
import shlex
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from statera.cli.settings import Flag
from statera.encoders.shipped import MANIFEST
from statera.errors import DeclarationError
from statera.models.clock import SystemClock

if TYPE_CHECKING:
    from statera.encoders.training.card import Facts
    from statera.protocols import Clock

INSTALL = "pip install 'statera[train]'"


@click.command("train")
@click.argument("recipe", type=click.Path(path_type=Path))
@click.option(
    "--data",
    cls=Flag,
    type=click.Path(path_type=Path),
    multiple=True,
    required=True,
    metavar="DIR",
    help="A folder below which the recipe's files lie; may be given again.",
)
@click.option(
    "--out",
    cls=Flag,
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
    help="Where the classifier is written.",
)
@click.option("--seed", cls=Flag, type=int, default=0, show_default=True, help="Of every draw.")
@click.option(
    "--open-test",
    cls=Flag,
    is_flag=True,
    help="Examine the test sources too: at the end, with the classifier that will ship.",
)
@click.option("--force", cls=Flag, is_flag=True, help="Overwrite a classifier that is there.")
def command(recipe: Path, out: Path, force: bool, **flags: Any) -> None:
    """Train the classifier that RECIPE describes: its heads, its sources and the role of each.

    An encoder of 6 layers is fine-tuned on the training sources, made small (int8), and its scores
    are made probabilities on the development sources. What it can do is written into its card: by
    source, with intervals, and what was not reached. The same recipe, data, seed and machine give
    the same model. Thirty thousand short texts took 16 minutes on two cores that others used too.

    \b
    statera guard train training/recipe.yaml --data ../shared/data --data training/data --out mine
    statera guard check --policy policy.yaml < text      # has `with: {head: HEAD, path: mine}`

    """
    if (out / MANIFEST).exists() and not force:
        raise DeclarationError(f"{out}: holds a classifier already; --force overwrites it")
    report = Report(SystemClock())
    facts = _made(recipe, out, report, **flags)
    report.done()
    click.echo(f"{out}: model {facts.model_sha256[:12]}, {len(facts.rows)} texts learnt; card.md")


class Report:
    """Prints how the work goes on, on standard error: one line that changes, or one every 5 s."""

    def __init__(self, clock: "Clock") -> None:
        self._clock, self._terminal = clock, sys.stderr.isatty()
        self._begun, self._last, self._stage = clock.monotonic(), float("-inf"), ""

    def __call__(self, stage: str, done: int, total: int, more: str) -> None:
        """Say that `done` of `total` steps of a stage are done."""
        now = self._clock.monotonic()
        if stage != self._stage:
            self._stage, self._begun, self._last = stage, now, float("-inf")
        if now - self._last < (0.2 if self._terminal else 5.0) and done < total:
            return
        self._last = now
        left = (now - self._begun) / max(done, 1) * (total - done)
        filled = 24 * done // max(total, 1)
        bar = "━" * filled + "╺" * (24 - filled)
        line = f"{bar} {stage} {done}/{total} · {more + ' · ' if more else ''}{left:.0f} s left"
        click.echo(f"\r\x1b[2K{line}" if self._terminal else line, err=True, nl=not self._terminal)

    def done(self) -> None:
        """End the line."""
        if self._terminal:
            click.echo(err=True)


def _made(
    path: Path, out: Path, report: Report, *, data: tuple[Path, ...], seed: int, open_test: bool
) -> "Facts":
    """Train, write the folder, and return what its card tells."""
    try:
        making = import_module("statera.encoders.training.making")
        card = import_module("statera.encoders.training.card")
        rows = import_module("statera.encoders.training.rows")
    except ModuleNotFoundError as missing:
        raise DeclarationError(f"training needs '{missing.name}'; run: {INSTALL}") from None
    recipe = import_module("statera.encoders.training.recipe").read_recipe(path)
    learnt, dev = (rows.read_rows(recipe, data, [role]) for role in ("train", "dev"))
    if idle := rows.unlabelled(recipe, learnt):
        told = "no text of role train has a label of it, so that it would learn nothing"
        raise DeclarationError(f"{path}: heads: {', '.join(idle)}: {told}")
    if not dev:
        told = "to calibrate on; what is near a text of a test source is left out"
        raise DeclarationError(f"{path}: no text of role dev is left {told}")
    test = rows.read_rows(recipe, data, ["test"]) if open_test else []
    weights = making.learn(recipe, learnt, seed=seed, told=report)
    made, held = making.calibrate(weights, recipe, dev, report)
    facts: Facts = card.Facts(
        recipe=recipe,
        command=_command(path, data, out, seed, open_test),
        seed=seed,
        model_sha256=hashlib.sha256(made.model).hexdigest(),
        rows=learnt,
        left_out=rows.left_out(recipe, data),
        lines=made.lines,
        dev=held,
        test=making.examine(made, test, report) if open_test else None,
        parity=making.parity(made, recipe, dev),
        latency=making.timed(made, SystemClock()),
    )
    making.write(made, card.card(facts), out)
    return facts


def _command(recipe: Path, data: tuple[Path, ...], out: Path, seed: int, open_test: bool) -> str:
    """Return the command as it was given."""
    words = ["statera", "guard", "train", str(recipe)]
    words += [word for folder in data for word in ("--data", str(folder))]
    words += ["--out", str(out), "--seed", str(seed), *(["--open-test"] if open_test else [])]
    return shlex.join(words)
