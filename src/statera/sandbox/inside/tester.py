"""The side that runs the tests and says how they ended; the code under test cannot reach it.

The tests see the code's functions as stubs that call into the other process. A name that the code
shares with a builtin keeps the builtin's meaning, so that a redefined `abs` convinces nobody.
"""

import builtins
import os
import re
import signal
from typing import Any

from statera.sandbox.inside.caught import Caught, line_in, told
from statera.sandbox.inside.wire import ANSWER_LINE, CHECK, Gone, Peer, Remote

_LIMITS = (
    ("memory", re.compile(r"^MemoryError|Errno 12\]")),
    ("processes", re.compile(r"^BlockingIOError|can't start new thread")),
    ("disk", re.compile(r"File too large|No space left|quota exceeded")),
)


def judge(peer: Peer, source: str, check: str) -> dict[str, Any]:
    """Load `source` on the other side, run `check` here; return the verdict's fields.

    `status` is 0 when everything ran to its end and 1 when something was raised, None when the
    other process is gone.
    """
    with Caught() as loading:
        names = peer.request("call", Remote(peer, 0), (source, "solution" if check else "__main__"))
        namespace = {k: v for k, v in names.items() if k.isidentifier() and not _taken(k)}
    if loading.error is not None or peer.gone:
        return _failed(peer, loading.error, check)
    namespace["__name__"] = "check"
    with Caught() as testing:
        exec(compile(check, CHECK, "exec", dont_inherit=True), namespace)
    if testing.error is not None or peer.gone:
        return _failed(peer, testing.error, check)
    return {"status": 0, "why": "", "limit": ""}


def ending(status: int) -> dict[str, Any]:
    """Return how the other process ended, from its wait status, as fields of the verdict."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        limit = "time" if number in (signal.SIGXCPU, signal.SIGKILL) else ""
        why = f"the code was ended by {signal.Signals(number).name}"
        return {"status": -number, "why": why, "limit": limit}
    code = os.WEXITSTATUS(status)
    return {"status": code, "why": f"the code ended its process with status {code}", "limit": ""}


def _taken(name: str) -> bool:
    return name.startswith("__") or hasattr(builtins, name)


def _failed(peer: Peer, error: BaseException | None, check: str) -> dict[str, Any]:
    if peer.gone or error is None or isinstance(error, Gone):
        return {"status": None, "why": peer.gone or "the code's process is gone", "limit": ""}
    text = told(error).removeprefix("CodeError: ")
    limit = next((name for name, pattern in _LIMITS if pattern.search(text)), "")
    return {"status": 1, "why": f"{text}{_place(error, check)}", "limit": limit}


def _place(error: BaseException, check: str) -> str:
    """Return where it happened: the line of the answer, and the test's line with its text."""
    places = []
    if answer_line := getattr(error, ANSWER_LINE, None):
        places.append(f"line {answer_line} of the answer")
    if (line := line_in(error, CHECK)) and line <= len(lines := check.splitlines()):
        places.append(f"test: {lines[line - 1].strip()[:200]}")
    return f" ({'; '.join(places)})" if places else ""
