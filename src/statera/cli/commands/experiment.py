"""Run live experiments: plan, start and analyse A/B tests that stay valid when people look."""

import click

from statera.cli.folder import Folder


class Experimenting(Folder):
    """The commands about experiments."""

    folder = "experimenting"


@click.command("experiment", cls=Experimenting)
def command() -> None:
    """Prove with live traffic that a change helps people.

    A design is a YAML file: arms, unit, primary outcome, guardrails. The guard serves it
    (`statera guard serve --experiment F`), and `show` gives the gate's three answers at any time.
    """
