"""A wrong flag or command in one line: what is wrong, what is allowed, the nearest valid name.

click's own messages take four lines and leave the names out.

    unknown option '--limt'. Did you mean '--limit'? Allowed: … (statera run --help)
"""

import re

import click

from statera.errors import nearest, unknown

_NO_COMMAND = re.compile(r"No such command '([^']*)'")
_NO_NUMBER = re.compile(r"is not a valid (integer|float)(?: range)?\.?")
_WORDS = {"integer": "is not a whole number", "float": "is not a number"}


def told(error: click.ClickException) -> str:
    """Return the error in one line, with the command whose `--help` says more."""
    context = getattr(error, "ctx", None)
    text = " ".join(_message(error, context).split())
    return f"{text} ({context.command_path} --help)" if context else text


def _message(error: click.ClickException, context: click.Context | None) -> str:
    if isinstance(error, click.NoSuchOption) and context:
        return str(unknown("option", error.option_name, _options(context.command)))
    if isinstance(error, click.MissingParameter) and error.param:
        return _missing(error.param)
    if isinstance(error, click.BadParameter):
        return _bad_value(error)
    found = _NO_COMMAND.match(error.message)
    if found and context and isinstance(context.command, click.Group):
        return str(unknown("command", found[1], context.command.list_commands(context)))
    return error.message


def _options(command: click.Command) -> list[str]:
    return [form for param in command.params for form in param.opts if form.startswith("--")]


def _missing(param: click.Parameter) -> str:
    name = _name(param)
    meaning = getattr(param, "help", None)
    return f"{name} is missing: {meaning}" if meaning else f"{name} is missing"


def _bad_value(error: click.BadParameter) -> str:
    param = error.param
    message = _NO_NUMBER.sub(lambda found: _WORDS[found[1]], error.message).rstrip(".")
    if param is not None and isinstance(param.type, click.Choice):
        given = re.match(r"'([^']*)'", message)
        message += "." + nearest(given[1] if given else "", map(str, param.type.choices))
    return f"{_name(param)}: {message}" if param is not None else message


def _name(param: click.Parameter) -> str:
    """Return a parameter as it is typed, with its twin, which may be where the value is from."""
    if isinstance(param, click.Argument):
        return param.make_metavar(click.Context(click.Command("statera")))
    long = next((form for form in param.opts if form.startswith("--")), param.opts[0])
    return f"{long} ({param.envvar})" if isinstance(param.envvar, str) else long
