"""The commands below `statera guard`, one file each."""

from tests.cli.commands.conftest import Cli


def test_its_help_says_what_the_guard_is_for(cli: Cli) -> None:
    said = cli("guard", "--help")
    assert said.returncode == 0
    assert "Check requests and replies by a policy" in said.stdout.replace("\n", " ")


def test_an_unknown_command_is_a_mistake_of_usage(cli: Cli) -> None:
    said = cli("guard", "chekc")
    assert said.returncode == 2
