import pytest

from statera.sandbox.inside.candidate import load
from tests.sandbox.kinds import NAMES, run


def test_a_module_gives_its_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["x"])
    names = load("import math\n_hidden = 1\n__dunder__ = 2\ndef f(): return 3", "some_answer")
    assert set(names) == {"math", "_hidden", "f"}
    assert names["f"]() == 3


@pytest.mark.parametrize("kind", NAMES)
def test_the_library_finds_its_module(kind: str) -> None:
    source = (
        "import dataclasses, sys, typing, pickle, asyncio\n"
        "@dataclasses.dataclass\nclass A:\n    x: 'int' = 1\n"
        "async def three(): return 3\n"
        "def f(): return typing.get_type_hints(A)['x'] is int, pickle.loads(pickle.dumps(A())).x\n"
        "def g():\n    try: return input()\n    except EOFError: return 'no input'\n"
    )
    check = "assert f() == (True, 1)\nassert g() == 'no input'\n"
    assert run(kind, source, check).ok


@pytest.mark.parametrize("kind", ["bubblewrap", "landlock"])
def test_event_loops_and_threads_work(kind: str) -> None:
    source = (
        "import asyncio, threading\nfound = []\n"
        "async def three():\n    await asyncio.sleep(0)\n    return 3\n"
        "def f():\n    t = threading.Thread(target=found.append, args=(4,)); t.start(); t.join()\n"
        "    return asyncio.run(three()), found\n"
    )
    assert run(kind, source, "assert f() == (3, [4])").ok
