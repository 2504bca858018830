import os
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from statera.cli.commands.run import command as run_command
from statera.cli.settings import (
    Flag,
    Lines,
    command_defaults,
    defaults,
    load_env_file,
    sources,
)
from statera.errors import DeclarationError


@click.command()
@click.option("--epochs", cls=Flag, type=int, default=1)
@click.option("--max-cost", cls=Flag, type=float)
@click.pass_context
def command(ctx: click.Context, epochs: int, max_cost: float | None) -> None:
    found = sources(ctx)
    click.echo(f"{epochs} {max_cost} {found['epochs']} {found['max_cost']}")


@click.command()
@click.option("--json", "as_json", cls=Flag, is_flag=True)
@click.option("--output", "-o", cls=Flag, multiple=True, type=click.Path())
@click.option("--scorer", cls=Flag, multiple=True, type=Lines())
def several(as_json: bool, output: tuple[str, ...], scorer: tuple[str, ...]) -> None:
    click.echo(f"{as_json} {output} {scorer}")


@click.group(commands={"pull": several})
def group() -> None:
    pass


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


def test_a_malformed_env_file_is_one_line() -> None:
    Path(".env").write_text("# mine\nSTATERA_EPOCHS=3\n\n= what\n")
    with pytest.raises(DeclarationError, match=r"^\.env, line 4: not like NAME=value$"):
        load_env_file(Path(".env"))
    assert "STATERA_EPOCHS" not in os.environ


def test_a_malformed_file_is_one_line() -> None:
    Path("statera.yaml").write_text("run: [")
    with pytest.raises(DeclarationError, match=r"statera\.yaml, line 1"):
        defaults()


def test_a_flag_that_the_command_lacks_is_told() -> None:
    with pytest.raises(DeclarationError, match=r"run: unknown flag 'epoch'. Did you mean 'epochs'"):
        command_defaults(command, "run", {"epoch": 2})


def test_switches_and_lists_have_twins(monkeypatch: pytest.MonkeyPatch) -> None:
    assert CliRunner().invoke(several, []).output == "False () ()\n"
    monkeypatch.setenv("STATERA_JSON", "1")
    monkeypatch.setenv("STATERA_OUTPUT", f"a.csv{os.pathsep}b.json")
    monkeypatch.setenv("STATERA_SCORER", "exact\n{type: contains, any: [a b]}")
    assert CliRunner().invoke(several, []).output == (
        "True ('a.csv', 'b.json') ('exact', '{type: contains, any: [a b]}')\n"
    )


def test_the_file_names_flags_as_they_are_typed() -> None:
    assert command_defaults(several, "runs", {"json": True}) == {"as_json": True}
    assert command_defaults(group, "data", {"pull": {"json": True}}) == {"pull": {"as_json": True}}
    with pytest.raises(
        DeclarationError, match=r"data: unknown command 'pul'\. Did you mean 'pull'"
    ):
        command_defaults(group, "data", {"pul": {}})
    with pytest.raises(DeclarationError, match="data: pull: expected a mapping of flags"):
        command_defaults(group, "data", {"pull": 3})


def test_a_flag_without_its_command_is_told() -> None:
    Path("statera.yaml").write_text("limit: 9\n")
    with pytest.raises(DeclarationError, match=r"`limit` stands below a command, as in `run:"):
        defaults()


def test_a_flag_that_is_no_number_is_refused() -> None:
    found = CliRunner().invoke(command, ["--max-cost", "nan"])
    assert found.exit_code == 2
    assert "'nan' is no number" in found.output


@pytest.mark.parametrize("name", ["--limit", "--n", "--max-samples"])
def test_names_that_other_tools_have_are_understood_and_not_listed(name: str) -> None:
    @click.command()
    @click.option("--limit", cls=Flag, also=("--n", "--max-samples"), type=int, help="At most.")
    def command(limit: int) -> None:
        click.echo(str(limit))

    assert CliRunner().invoke(command, [name, "3"]).output == "3\n"
    shown = CliRunner().invoke(command, ["--help"]).output
    assert "--limit INTEGER" in shown
    assert "--max-samples" not in shown


def test_a_run_takes_what_other_tools_call_its_flags() -> None:
    names = [form for param in run_command.params for form in param.opts]
    theirs = "--concurrency --max-concurrency --n --output --num_fewshot --max_gen_toks --repeat"
    assert set(theirs.split()) <= set(names)
