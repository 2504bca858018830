"""Print the JavaScript for pages: how they report feedback, or assign units themselves."""

from pathlib import Path

import click

from statera.codec.files import read_text
from statera.experiment import vectors
from statera.proxy.experiments import tokens

_FILES = {
    "feedback": Path(tokens.__file__).parent / "snippets" / "feedback.js",
    "assignment": Path(vectors.__file__).parent / "assignment.js",
}


@click.command("snippet")
@click.argument("name", type=click.Choice(tuple(_FILES)))
def command(name: str) -> None:
    """Print a script to copy into a page: `feedback` (an ES module) or `assignment`.

    \b
    statera experiment snippet feedback > feedback.js
    """
    click.echo(read_text(_FILES[name]), nl=False)
