import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from statera.cli.main import cli
from statera.cli.settings import Flag, stated_name

NO_FLAG = {"help", "version"}


def commands(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None
        if isinstance(found, click.Group):
            yield from commands(found, f"{path}{name} ")
        else:
            yield path + name, found


def statera(*args: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "statera", *args], capture_output=True, text=True, timeout=600,
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


A_PERSONS_WORD = {"rule", "failure", "no_failure", "override", "by", "why"}
"""What someone decides in place of a gate comes from no file and no environment."""


def test_every_option_has_its_twin_in_the_environment() -> None:
    seen = set()
    for path, command in commands(cli):
        for option in (p for p in command.params if isinstance(p, click.Option)):
            name = stated_name(option)
            seen.add(name)
            if name in A_PERSONS_WORD:
                assert option.envvar is None, f"{path} --{name}"
                continue
            assert isinstance(option, Flag), f"{path} --{name}"
            served = "GUARD_" if path == "guard serve" else ""
            named = [option.envvar] if isinstance(option.envvar, str) else option.envvar or []
            assert f"STATERA_{served}{name.upper()}" in named, f"{path} --{name}"
    assert {"fresh", "json", "output", "quiet", "verbose", "format", "scorer", "schema"} <= seen
    assert not seen & NO_FLAG


def test_no_line_of_help_is_cut() -> None:
    for group in (["data", "--help"], ["sandbox", "--help"]):
        listed = statera(*group).stdout.partition("Commands:")[2]
        assert listed
        assert "..." not in listed


def test_an_unknown_command_is_usage() -> None:
    done = statera("rum")
    assert done.returncode == 2
    assert done.stderr.startswith("statera: unknown command 'rum'. Did you mean 'run'? Allowed: ")
    assert done.stderr.count("\n") == 1


def test_a_wrong_configuration_file_ends_with_2(tmp_path: Path) -> None:
    (tmp_path / "statera.yaml").write_text("runs: {stor: x}\n")
    done = statera("runs", cwd=tmp_path)
    assert done.returncode == 2
    assert "statera.yaml: runs: unknown flag 'stor'. Did you mean 'store'?" in done.stderr


def test_a_bug_of_ours_ends_with_70_and_its_traceback(tmp_path: Path) -> None:
    code = (
        "import sys; sys.argv = ['statera', 'runs']\n"
        "import statera.store.runstore as module\n"
        "def broken(self, folder): raise ZeroDivisionError('ours')\n"
        "module.RunStore.__init__ = broken\n"
        "from statera.cli.main import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 70
    assert "ZeroDivisionError: ours" in done.stderr
    assert "this is a bug in statera" in done.stderr


@pytest.mark.parametrize("arguments", [["runs"], ["runs", "--json"]])
def test_a_closed_pipe_and_a_full_disk_are_no_bug(tmp_path: Path, arguments: list[str]) -> None:
    shell = f"cd {tmp_path}; {sys.executable} -m statera {' '.join(arguments)} > /dev/full"
    full = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=False)
    if Path("/dev/full").exists():
        assert full.returncode == 4
        assert full.stderr == "statera: the output cannot be written: No space left on device\n"
    shell = f"cd {tmp_path}; {sys.executable} -m statera {' '.join(arguments)} | true"
    shell += "; exit ${PIPESTATUS[0]}"
    closed = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=False)
    assert closed.returncode in (0, 141)
    assert "Traceback" not in closed.stderr
