"""List the benchmarks' data, or download them from their original places."""

import sys
from typing import Any

import click
from rich.table import Table

from statera.cli.flags import data_flag, json_flag
from statera.cli.settings import Flag
from statera.cli.tables import console
from statera.codec.files import to_json
from statera.tasks import catalogue
from statera.tasks.data import DataFolder, cache_folder
from statera.tasks.download import Puller
from statera.tasks.origin import Origin

SCHEMA = 1
_WORDS = {"absent": "not here", "verified": "verified", "differs": "not the pinned items"}


@click.group()
def command() -> None:
    """List the benchmarks' data, or download them from their original places.

    Each file comes from the authors' own place at a pinned revision and is refused if its SHA-256
    is another. Downloads are kept in the user's cache folder, or under STATERA_CACHE.
    """


@command.command("list", short_help="Say which files are here and verified.")
@data_flag
@json_flag
def show(data: str | None, as_json: bool) -> None:
    """Say which benchmarks' files are here, and whether they are the pinned ones."""
    folder = DataFolder.at(data)
    rows = [_row(origin, folder) for origin in catalogue.origins().values()]
    if as_json:
        click.echo(to_json({"schema": SCHEMA, "folder": str(folder.root), "data": rows}).decode())
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("data", "state", "licence", "from"):
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(row["name"], _WORDS[row["state"]], row["licence"], row["from"][0])
    console().print(table)
    click.echo(f"folder: {folder.root}")


@command.command(short_help="Download benchmarks from their original places.")
@click.argument("names", nargs=-1, metavar="[NAME…]")
@click.option(
    "--mirror",
    cls=Flag,
    metavar="URL",
    help="Take the same files from URL/HOST/PATH instead; their SHA-256 must be the same.",
)
def pull(names: tuple[str, ...], mirror: str | None) -> None:
    """Download the data of the named benchmarks, or of all; what is verified here is left alone."""
    known = catalogue.origins()
    wanted = [catalogue.origin(name) for name in names] or list(known.values())
    folder = cache_folder()
    puller = Puller(folder, progress=DownloadLine, mirror=mirror)
    for origin in wanted:
        click.echo(f"{origin.name}: {'pulled' if puller.pull(origin) else 'already here'}")
    click.echo(f"folder: {folder}")


def _row(origin: Origin, folder: DataFolder) -> dict[str, Any]:
    return {
        "name": origin.name,
        "state": folder.state(origin),
        "licence": origin.licence,
        "files": list(origin.files),
        "from": [download.url for download in origin.downloads],
    }


class DownloadLine:
    """How far a download is, on standard error: one growing line, or two plain lines elsewhere."""

    def __init__(self, url: str) -> None:
        self.total = 0
        self._done = 0
        self._shown = 0
        self._terminal = sys.stderr.isatty()
        click.echo(f"downloading {url}", err=True)

    def update(self, n: int) -> None:
        """Count `n` more bytes; on a terminal show every whole megabyte."""
        self._done += n
        if self._terminal and self._done // 2**20 > self._shown:
            self._shown = self._done // 2**20
            of = f" of {self.total / 2**20:.0f}" if self.total else ""
            click.echo(f"\r  {self._shown}{of} MiB", err=True, nl=False)

    def reset(self) -> None:
        """Count from 0 again."""
        self._done = self._shown = 0

    def close(self) -> None:
        """End the line with what came in all."""
        click.echo(f"{chr(13) if self._terminal else ''}  {self._done / 2**20:.1f} MiB", err=True)
