import click
from click.testing import CliRunner

from statera.cli.runflags import run_flags


@click.command()
@run_flags
def command(**flags: object) -> None:
    click.echo({name: value for name, value in flags.items() if value})


def test_every_flag_has_help_and_a_default_that_asks_nothing_special() -> None:
    assert all(param.help for param in command.params if isinstance(param, click.Option))
    shown = CliRunner().invoke(command, []).output
    quiet = {"mode": "auto", "api": "chat", "content": "full", "fail_on_error": 0.5}
    assert eval(shown) == quiet


def test_early_stopping_names_a_gate_and_a_base() -> None:
    shown = CliRunner().invoke(command, ["--until", "gate.yaml", "--base", "released"]).output
    assert "'base': 'released'" in shown
    assert "gate.yaml" in shown
