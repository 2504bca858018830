import pytest

from statera.sandbox.inside import tester
from tests.sandbox.kinds import run


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (0, (0, "")),
        (3 << 8, (3, "")),
        (9, (-9, "time")),
        (24, (-24, "time")),
        (11, (-11, "")),
    ],
)
def test_endings_are_told(status: int, verdict: tuple[int, str]) -> None:
    found = tester.ending(status)
    assert (found["status"], found["limit"]) == verdict
    assert found["why"]


@pytest.mark.parametrize(
    ("source", "check", "why"),
    [
        ("def f(): return 1", "assert f() == 2", "AssertionError (test: assert f() == 2)"),
        (
            "def f():\n    raise ValueError('x')",
            "f()",
            "ValueError: x (line 2 of the answer; test: f())",
        ),
        ("a b", "", "SyntaxError: invalid syntax (<answer>, line 1) (line 1 of the answer)"),
        ("x = 1", "g()", "NameError: name 'g' is not defined (test: g())"),
        (
            "class Own(Exception): pass\ndef f(): raise Own('y')",
            "f()",
            "Own: y (line 2 of the answer; test: f())",
        ),
    ],
)
def test_verdicts_say_where(source: str, check: str, why: str) -> None:
    program = run("landlock", source, check)
    assert program.why == why
    assert program.status == 1


def test_values_modules_and_classes_are_seen_by_the_tests() -> None:
    source = (
        "import math\nLIMIT = [1, 2]\nclass Box:\n    def __init__(self, n): self.n = n\n"
        "    def double(self): return Box(2 * self.n)\n"
    )
    check = "assert LIMIT == [1, 2]\nassert math.floor(2.5) == 2\nassert Box(2).double().n == 4"
    assert run("landlock", source, check).ok


def test_the_module_is_main_only_without_tests() -> None:
    source = "if __name__ == '__main__':\n    raise ValueError"
    assert run("landlock", source, "pass").ok
    assert not run("landlock", source).ok
