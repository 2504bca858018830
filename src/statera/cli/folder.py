"""A group of commands that are the files of one folder, each loaded when it is used."""

from importlib import import_module
from pathlib import Path

import click

_CLI = Path(__file__).parent


class Folder(click.Group):
    """Commands found by looking: `folder`, below `cli`, has one file with a `command` for each."""

    folder: str = "commands"

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the command names: one file each."""
        found = (_CLI / self.folder).glob("[!_]*.py")
        return sorted(path.stem.replace("_", "-") for path in found)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Return the command from its file, or None when there is none of that name."""
        if name not in self.list_commands(ctx):
            return None
        module = import_module(f"statera.cli.{self.folder}.{name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands by the first line of their files, importing none of them."""
        rows = [(name, self._first_line(name)) for name in self.list_commands(ctx)]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)

    def _first_line(self, name: str) -> str:
        path = _CLI / self.folder / f"{name.replace('-', '_')}.py"
        with path.open(encoding="utf-8") as file:
            return file.readline().strip().strip('"').rstrip(".")
