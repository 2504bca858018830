import click
from click.testing import CliRunner

from statera.cli.commands.judge import command
from statera.cli.folder import Folder


def test_commands_are_the_files_of_the_folder() -> None:
    ctx = click.Context(command)
    assert isinstance(command, Folder)
    assert "compare" in command.list_commands(ctx)
    found = command.get_command(ctx, "compare")
    assert found is not None
    assert found.name == "compare"
    assert command.get_command(ctx, "nothing") is None


def test_help_lists_each_by_the_first_line_of_its_file() -> None:
    said = CliRunner().invoke(command, ["--help"]).output
    assert "Compare the replies of two runs" in " ".join(said.split())
