"""The side that runs the code under test and knows nothing else: no tests, no verdict."""

import os
import sys
from types import ModuleType
from typing import Any

from statera.sandbox.inside.wire import ANSWER, OPERATIONS, Peer


def serve(reader: int, writer: int) -> None:
    """Do what the testing side asks until it hangs up (raises Gone)."""
    peer = Peer(reader, writer, frozenset(OPERATIONS))
    peer.offer(load)
    peer.serve_forever()


def load(source: str, name: str) -> dict[str, Any]:
    """Run `source` as the module `name` and return what it defined, dunder names left out."""
    module = sys.modules[name] = ModuleType(name)
    module.__dict__["__builtins__"] = __builtins__
    sys.argv = [name]
    exec(compile(source, ANSWER, "exec", dont_inherit=True), module.__dict__)
    sys.stdout.flush()
    return {key: value for key, value in vars(module).items() if not key.startswith("__")}


def silence_input() -> None:
    """Put an empty file in place of standard input."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
