"""Everything that statera raises on purpose, and the exit code of each.

    StateraError                 70  our own bug, unless a subclass says otherwise
    ├── DeclarationError          2  you declared it wrong; found before a token is spent
    │   └── SandboxUnavailable    2  untrusted code cannot be run safely here
    ├── EndpointError             4  the endpoint refused the run as a whole, in its own words
    ├── RunStopped                4  ended incomplete; all kept, resumable
    ├── StoreError                4  the store cannot be written
    └── Interrupted             130  Ctrl-C; all kept, resumable

What fails while running (a time-out, a refusal, an unparsed answer) is no exception: it is a
value on the trial. See `statera.records.responses.Failure`.
"""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches


class StateraError(Exception):
    """The root; `exit_code` is what the command line ends with."""

    exit_code = 70


class DeclarationError(StateraError):
    """Wrong input, told in one line: file, place, what is allowed, nearest valid name."""

    exit_code = 2


class SandboxUnavailable(DeclarationError):
    """Untrusted code cannot be run safely on this machine; the message says how to mend it."""


class EndpointError(StateraError):
    """The endpoint refuses the whole run (401, 403, 404, repeated 400), in its own words."""

    exit_code = 4


class RunStopped(StateraError):
    """The run ended before its last trial; everything is kept and the same command resumes."""

    exit_code = 4


class StoreError(StateraError):
    """The store cannot be read or written: full disk, read-only file, foreign schema."""

    exit_code = 4


class Interrupted(StateraError):
    """Ctrl-C ended the run cleanly; everything is kept and the same command resumes."""

    exit_code = 130


def nearest(name: str, allowed: Iterable[str]) -> str:
    """Return `" Did you mean 'x'?"` for the closest allowed name, or an empty string."""
    close = get_close_matches(name, list(allowed), n=1, cutoff=0.6)
    return f" Did you mean '{close[0]}'?" if close else ""


def listed(names: Sequence[str], most: int) -> str:
    """Return the first names, at most `most`, and how many more there are.

    >>> listed(["a", "b", "c"], 2)
    'a, b and 1 more'
    """
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def unknown(kind: str, name: str, allowed: Iterable[str]) -> DeclarationError:
    """Return the one-line error for a name that is not among `allowed`."""
    names = sorted(allowed)
    shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return DeclarationError(f"unknown {kind} '{name}'.{nearest(name, names)} Allowed: {shown}")
