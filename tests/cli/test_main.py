import subprocess
import sys
from pathlib import Path

import pytest


def statera(*args: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "statera", *args], capture_output=True, text=True, timeout=60,
        cwd=cwd, check=False,
    )  # fmt: skip


def test_the_version_loads_little() -> None:
    code = (
        "import sys; sys.argv = ['statera', '--version']\n"
        "from statera.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'aiohttp', 'sqlalchemy', 'numpy', 'scipy', 'rich', 'jinja2'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("statera 0.")


def test_help_lists_every_command_with_a_line() -> None:
    out = statera("--help").stdout
    for name in (
        "run",
        "show",
        "runs",
        "score",
        "export",
        "tasks",
        "data",
        "read",
        "doctor",
        "demo",
    ):
        assert f"\n  {name} " in out


@pytest.mark.parametrize("name", ["run", "show", "runs", "score", "export", "demo", "eval"])
def test_every_command_has_help(name: str) -> None:
    assert statera(name, "--help").returncode == 0


def test_an_unknown_command_is_usage() -> None:
    done = statera("rum")
    assert done.returncode == 2
    assert "No such command 'rum'" in done.stderr


def test_a_wrong_configuration_file_ends_with_2(tmp_path: Path) -> None:
    (tmp_path / "statera.yaml").write_text("runs: {stor: x}\n")
    done = statera("runs", cwd=tmp_path)
    assert done.returncode == 2
    assert "statera.yaml: runs: unknown flag 'stor'. Did you mean 'store'?" in done.stderr
