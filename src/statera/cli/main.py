"""The `statera` command: finds the sub-command's file, runs it, turns errors into exit codes."""

import errno
import gc
import os
import sys
import traceback
from importlib import metadata
from pathlib import Path
from typing import Any

import click

from statera.cli.controls import visible
from statera.cli.folder import Folder
from statera.cli.settings import command_defaults, defaults, load_env_file
from statera.cli.usage import told
from statera.errors import StateraError, StoreError

GARBAGE = (50_000, 20, 100)
"""Collect rarely: records hold no cycles, and looking for some cost a fifth of a run's CPU."""
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
"""Our arrays are small: threads of the algebra library only wait for each other."""
PIPE_CLOSED = 128 + 13
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EIO)
_ALIASES = {"eval": "run", "ls": "tasks"}


class Commands(Folder):
    """All commands: the files of `cli/commands`."""

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Return the command, also by its other name, with what `statera.yaml` states for it."""
        typed, name = name, _ALIASES.get(name, name)
        command = super().get_command(ctx, name)
        if command is not None and (stated := (ctx.default_map or {}).get(name)):
            ctx.default_map = {typed: command_defaults(command, name, stated)}
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a reader that closes the pipe ends it as any other tool, with 141."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(PIPE_CLOSED)


def _print_version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(f"statera {metadata.version('statera')}")
        ctx.exit()


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Print the version.",
)
def cli() -> None:
    """Decide with evidence whether an LLM system may ship.

    Start with `statera run starter --model embedded`, or point it at your endpoint:
    `statera run mmlu --model http://localhost:8000/v1#NAME --limit 200`.
    """


def main() -> None:
    """Run the command line; exit codes are those of `statera.errors` and click's 2 for usage."""
    gc.set_threshold(*GARBAGE)
    for name in THREADS:
        os.environ.setdefault(name, "1")
    try:
        sys.exit(_code())
    except Exception:  # noqa: BLE001  # the outermost place: a bug of ours has its own exit code
        traceback.print_exc()
        click.echo("statera: this is a bug in statera; everything answered is kept", err=True)
        sys.exit(StateraError.exit_code)


def _code() -> int | None:
    """Run the command and return its exit code, what went wrong told in one line."""
    try:
        load_env_file(Path(".env"))
        code: int | None = cli.main(
            prog_name="statera", standalone_mode=False, default_map=defaults()
        )
        return code  # None, or what `ctx.exit` was given
    except click.Abort:
        return 130
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except click.ClickException as error:
        return _told(told(error), error.exit_code)
    except StateraError as error:
        return _told(visible(str(error)), error.exit_code)
    except OSError as error:
        if error.errno not in FULL:
            raise
        return _told(f"the output cannot be written: {error.strerror}", StoreError.exit_code)


def _told(what: str, code: int) -> int:
    click.echo(f"statera: {what}", err=True)
    return code
