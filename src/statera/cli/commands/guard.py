"""Guard a model: one policy, checked offline and live."""

import click

from statera.cli.folder import Folder


class Guarding(Folder):
    """The commands about the guard."""

    folder = "guarding"


@click.command("guard", cls=Guarding)
def command() -> None:
    """Check requests and replies by a policy: live beside the model, and offline with statistics.

    What a policy finds is decided by small classifiers, precise patterns and judges; the same file
    is evaluated on labelled text, tuned, and served in front of the model.
    """
