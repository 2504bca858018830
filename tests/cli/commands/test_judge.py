from tests.cli.commands.conftest import Cli


def test_its_help_lists_what_can_be_done_with_judges(cli: Cli) -> None:
    said = cli("judge", "--help")
    assert said.returncode == 0
    assert "compare" in said.stdout
    assert "statera score RUN --judge FILE" in said.stdout.replace("\n", " ")


def test_an_unknown_command_is_a_mistake_of_usage(cli: Cli) -> None:
    said = cli("judge", "comparre")
    assert said.returncode == 2
