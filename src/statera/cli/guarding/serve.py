"""Serve the guard in front of a model server: a proxy that checks what passes, by a policy."""

import logging
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from msgspec import structs

from statera.cli.settings import Flag
from statera.codec.files import read_text
from statera.codec.strict import convert
from statera.encoders.runtime import INSTALL
from statera.errors import DeclarationError
from statera.guard.policy import policy_path
from statera.guard.toolbox import Toolbox
from statera.proxy.terms import LIVE, SPOOL, Terms, check_terms, read_terms

try:
    from statera.proxy.serving import serve
    from statera.proxy.supervisor import (
        WorkersEnded,
        serve_as_worker,
        supervise,
        worker_place,
    )
except ModuleNotFoundError as missing:
    raise DeclarationError(f"the guard needs '{missing.name}'; run: {INSTALL}") from None

_FLAGS = {
    "upstream": ("URL", "The model server: http://HOST:PORT or unix:/PATH."),
    "policy": ("FILE", "The policy, or the name of one that ships: default (unless said), light."),
    "toxicity_threshold": ("SHARE", "In place of the one of the policy's entry `toxicity`."),
    "host": ("ADDRESS", "Where clients, probes and Prometheus come."),
    "port": ("PORT", "Their port; 0 for a free one."),
    "control_host": ("ADDRESS", "Where orders are taken; other than loopback needs a token."),
    "control_port": ("PORT", "Their port."),
    "control_token": ("TOKEN", "What orders must bring as a Bearer token."),
    "workers": ("N", "Processes that share the port."),
    "max_body": ("BYTES", "Longest request."),
    "max_reply": ("BYTES", "Longest reply, streamed or not."),
    "max_inflight": ("N", "Requests answered at a time, for each worker."),
    "max_queue": ("N", "Requests that wait beyond that; more are answered with 503."),
    "queue_seconds": ("SECONDS", "How long they wait."),
    "header_seconds": ("SECONDS", "A client sends its header in these."),
    "body_seconds": ("SECONDS", "A client sends its body, and reads what it gets, in these."),
    "connect_seconds": ("SECONDS", "The model server takes a connection in these."),
    "read_seconds": ("SECONDS", "The model server's longest silence."),
    "idle_seconds": ("SECONDS", "How long a connection to it is kept for the next request."),
    "drain_seconds": ("SECONDS", "How long open replies may take once it is told to end."),
    "events": ("WHERE", "Where decisions are written: stdout, none, or a file."),
    "event_key": ("KEY", "Key of the hashes in events; random without."),
    "models": ("N", "Model names that metrics tell apart."),
    "experiment": ("FILES", "Live experiments to serve; several are parted by commas."),
    "live": ("PLACE", f"Their store: a file, or postgresql://USER@HOST/NAME. [default: {LIVE}]"),
    "spool": ("DIR", f"Where facts wait on their way to it. [default: {SPOOL}]"),
    "unit_key": ("KEY", "Key of the hashes of unit ids; the same for all pods."),
    "feedback_key": ("KEY", "Key of feedback tokens; made of the unit key without."),
    "feedback_token": ("TOKEN", "What servers bring as a Bearer token to report feedback."),
    "feedback_origins": ("ORIGINS", "Sites whose pages may report it, as https://example.com."),
    "tester_token": ("TOKEN", "With it, x-statera-arm in a request chooses its arm."),
    "log_level": ("LEVEL", "debug, info, warning or error."),
}
_VARIABLES = {
    "upstream": ["TARGET_UPSTREAM"],
    "toxicity_threshold": ["TOXICITY_THRESHOLD"],
    "policy": ["STATERA_POLICY"],
    "live": ["STATERA_LIVE"],
}
_DEFAULTS = structs.asdict(Terms())
_TEXTS = frozenset(name for name, value in _DEFAULTS.items() if isinstance(value, str))


def _option(name: str) -> click.Option:
    metavar, words = _FLAGS[name]
    default = _DEFAULTS[name]
    shown = (
        f"{default:,}"
        if isinstance(default, int) and default > 9999 and "port" not in name
        else f"{default or ''}"
    )
    return Flag(
        [f"--{name.replace('_', '-')}", name],
        metavar=metavar,
        envvar=[*_VARIABLES.get(name, ()), f"STATERA_GUARD_{name.upper()}"],
        show_envvar=True,
        help=f"{words} [default: {shown}]" if shown else words,
    )


def command_of() -> click.Command:
    """Return the command with a flag for every term."""
    config = Flag(
        ["--config"], metavar="FILE", envvar="STATERA_GUARD_CONFIG", show_envvar=True,
        help="A YAML file of the same names; flags and the environment go before it.",
    )  # fmt: skip
    return click.Command(
        "serve",
        callback=_serve,
        params=[*map(_option, _FLAGS), config],
        help=_HELP,
    )


_HELP = """Check every request and every reply by a policy, in front of a model server.

Clients of OpenAI's API work through it as they are. What is not known by name is refused.

\b
statera guard serve --upstream http://127.0.0.1:8000
TARGET_UPSTREAM=unix:/run/model.sock TOXICITY_THRESHOLD=0.85 statera guard serve
"""


def _serve(config: str | None, **given: str | None) -> None:
    terms = terms_of(config, given)
    logging.basicConfig(
        stream=sys.stderr, level=terms.log_level.upper(), format="%(levelname)s %(message)s"
    )
    for name in ("uvicorn", "alembic"):
        logging.getLogger(name).setLevel("WARNING")
    place, box = worker_place(os.environ), Toolbox(Path(terms.policy).parent)
    looks = import_module("statera.api.livelooks").breached if terms.experiment else None
    if place is not None:
        serve_as_worker(terms, box.tools, place, box.close, looks)
    elif terms.workers > 1:
        _supervise(terms)
    else:
        serve(terms, box.tools, _announce, box.close, looks)


def _supervise(terms: Terms) -> None:
    try:
        supervise(terms, [sys.executable, "-m", "statera", *sys.argv[1:]], _announce)
    except WorkersEnded as ended:
        sys.exit(ended.exit_code)


def terms_of(config: str | None, given: dict[str, str | None]) -> Terms:
    """Return the terms: of flags and environment, else of the file, else the defaults."""
    terms = read_terms(read_text(Path(config)), source=config) if config else Terms()
    stated = {name: value for name, value in given.items() if value is not None}
    found = structs.replace(terms, **{name: _read(name, text) for name, text in stated.items()})
    found = structs.replace(found, policy=str(policy_path(found.policy or "default")))
    check_terms(found)
    return found


def _read(name: str, text: str) -> Any:
    """Return the value of one term; DeclarationError that names its flag and variable."""
    variable = _VARIABLES.get(name, [f"STATERA_GUARD_{name.upper()}"])[0]
    source = f"--{name.replace('_', '-')} ({variable})"
    value = text if name in _TEXTS else _number(text)
    return getattr(convert({name: value}, Terms, source=source), name)


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _announce(line: str) -> None:
    click.echo(line, err=True)


command = command_of()
