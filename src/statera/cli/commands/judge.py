"""Judge open answers: pairs, audits, calibration, people's labels, rankings."""

import click

from statera.cli.folder import Folder


class Judging(Folder):
    """The commands about judges."""

    folder = "judging"


@click.command("judge", cls=Judging)
def command() -> None:
    """Judge open answers with a model or with people, and measure the judge.

    `statera score RUN --judge FILE` grades the replies of a run by a rubric; here is the rest:
    which of two is better, whether a judge can be trusted, and what people say.
    """
