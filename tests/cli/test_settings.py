import os
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from statera.cli.settings import Flag, command_defaults, defaults, load_env_file, sources
from statera.errors import DeclarationError


@click.command()
@click.option("--epochs", cls=Flag, type=int, default=1)
@click.option("--max-cost", cls=Flag, type=float)
@click.pass_context
def command(ctx: click.Context, epochs: int, max_cost: float | None) -> None:
    found = sources(ctx)
    click.echo(f"{epochs} {max_cost} {found['epochs']} {found['max_cost']}")


@pytest.fixture(autouse=True)
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("STATERA_EPOCHS", "STATERA_MAX_COST"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


def run(args: list[str]) -> str:
    load_env_file(Path(".env"))
    return CliRunner().invoke(command, args, default_map=defaults().get("run", {})).output.strip()


def test_flag_over_environment_over_env_file_over_file(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run([]) == "1 None default default"
    Path("statera.yaml").write_text("run: {epochs: 2, max-cost: 2.0}\n")
    assert run([]) == "2 2.0 statera.yaml statera.yaml"
    Path(".env").write_text("STATERA_EPOCHS=3\n")
    assert run([]) == "3 2.0 .env statera.yaml"
    assert run(["--epochs", "5"]) == "5 2.0 flag statera.yaml"
    monkeypatch.setenv("STATERA_MAX_COST", "4")
    assert run([]) == "3 4.0 .env environment"


def test_the_environment_wins_over_the_env_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATERA_EPOCHS", "7")
    Path(".env").write_text("STATERA_EPOCHS=3\n")
    load_env_file(Path(".env"))
    assert os.environ["STATERA_EPOCHS"] == "7"


def test_a_malformed_file_is_one_line() -> None:
    Path("statera.yaml").write_text("run: [")
    with pytest.raises(DeclarationError, match=r"statera\.yaml, line 1"):
        defaults()


def test_a_flag_that_the_command_lacks_is_told() -> None:
    with pytest.raises(DeclarationError, match=r"run: unknown flag 'epoch'. Did you mean 'epochs'"):
        command_defaults(command, "run", {"epoch": 2})
