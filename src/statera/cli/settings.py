"""Where a flag's value comes from: flag > environment > `.env` > `statera.yaml` > default.

Every flag `--max-cost` has a twin `STATERA_MAX_COST`.
"""

import io
import math
import os
from collections.abc import Collection, Mapping, Sequence
from copy import copy
from pathlib import Path
from typing import Any

import click
from dotenv import dotenv_values
from dotenv.parser import parse_stream

from statera.codec.files import read_text
from statera.codec.strict import from_yaml
from statera.errors import DeclarationError, unknown

CONFIG_FILE = Path("statera.yaml")
_FROM_ENV_FILE: set[str] = set()


class Flag(click.Option):
    """An option with its `STATERA_<FLAG>` twin, named after its first long form.

    `also` are names that other tools have for it: they are understood, and help leaves them out.
    """

    def __init__(
        self, param_decls: Sequence[str], *, also: Sequence[str] = (), **attrs: Any
    ) -> None:
        super().__init__([*param_decls, *also], **attrs)
        self.also = tuple(also)
        if self.envvar is None:
            self.envvar = f"STATERA_{stated_name(self).upper()}"
            self.show_envvar = True

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return what help says of the option, under our own names alone."""
        shown = copy(self)
        shown.opts = [form for form in self.opts if form not in self.also]
        return super(Flag, shown).get_help_record(ctx)

    def type_cast_value(self, ctx: click.Context, value: Any) -> Any:
        """Return the value in the option's type; click's ranges let NaN through, this does not."""
        found = super().type_cast_value(ctx, value)
        if isinstance(found, float) and math.isnan(found):
            raise click.BadParameter(f"'{value}' is no number", ctx=ctx, param=self)
        return found


class Lines(click.types.StringParamType):
    """Text of a flag that may be given again; its twin in the environment holds one a line."""

    envvar_list_splitter = "\n"


def stated_name(option: click.Parameter) -> str:
    """Return an option as its users know it: `--json` is `json`, whatever the code calls it."""
    long = next(form for form in option.opts if form.startswith("--"))
    return long.removeprefix("--").replace("-", "_")


def load_env_file(path: Path) -> None:
    """Add the variables of a `.env` file to the environment; those already set win.

    DeclarationError names the line that sets none.
    """
    if not path.is_file():
        return
    for binding in parse_stream(io.StringIO(read_text(path))):
        if binding.error:
            text = binding.original.string
            blank = text[: len(text) - len(text.lstrip())].count("\n")
            line = binding.original.line + blank
            raise DeclarationError(f"{path}, line {line}: not like NAME=value")
    for name, value in dotenv_values(path).items():
        if value is not None and name not in os.environ:
            os.environ[name] = value
            _FROM_ENV_FILE.add(name)


def defaults() -> dict[str, Any]:
    """Return the flags that `statera.yaml` sets, a mapping per command (`run: {epochs: 4}`)."""
    if not CONFIG_FILE.is_file():
        return {}
    found = from_yaml(read_text(CONFIG_FILE), dict[str, Any], source=str(CONFIG_FILE))
    for name, value in found.items():
        if not isinstance(value, dict):
            raise DeclarationError(
                f"{CONFIG_FILE}: `{name}` stands below a command, as in `run: {{limit: 9}}`"
            )
    return {
        command: {flag.replace("-", "_"): value for flag, value in flags.items()}
        for command, flags in found.items()
    }


def command_defaults(
    command: click.Command, name: str, stated: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the flags that `statera.yaml` states, under the names that the code has for them.

    A group's are a mapping per sub-command (`data: {pull: {mirror: …}}`). DeclarationError for one
    that the command does not have.
    """
    if isinstance(command, click.Group):
        return _group_defaults(command, name, stated)
    known = {stated_name(p): p.name for p in command.params if isinstance(p, click.Option)}
    for flag in stated:
        if flag not in known:
            error = unknown("flag", flag, known)
            raise DeclarationError(f"{CONFIG_FILE}: {name}: {error}")
    return {known[flag] or flag: value for flag, value in stated.items()}


def _group_defaults(group: click.Group, name: str, stated: Mapping[str, Any]) -> dict[str, Any]:
    found, ctx = {}, click.Context(group)
    for child, flags in stated.items():
        command = group.get_command(ctx, child)
        if command is None or not isinstance(flags, dict):
            known = group.list_commands(ctx)
            raise DeclarationError(f"{CONFIG_FILE}: {name}: {_expected(child, known)}")
        found[child] = command_defaults(command, f"{name} {child}", flags)
    return found


def _expected(child: str, known: Collection[str]) -> str:
    if child in known:
        return f"{child}: expected a mapping of flags"
    return str(unknown("command", child, known))


def sources(ctx: click.Context) -> dict[str, str]:
    """Return where each flag of the running command got its value, for `--verbose`."""
    return {param.name: _source(ctx, param) for param in ctx.command.params if param.name}


def _source(ctx: click.Context, param: click.Parameter) -> str:
    found = ctx.get_parameter_source(param.name or "")
    if found is click.core.ParameterSource.COMMANDLINE:
        return "flag"
    if found is click.core.ParameterSource.ENVIRONMENT:
        envvars = [param.envvar] if isinstance(param.envvar, str) else list(param.envvar or ())
        return ".env" if any(name in _FROM_ENV_FILE for name in envvars) else "environment"
    if found is click.core.ParameterSource.DEFAULT_MAP:
        return str(CONFIG_FILE)
    return "default"
