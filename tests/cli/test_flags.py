from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from statera.cli.flags import names_or_files, store_flag, text_or_file
from statera.errors import DeclarationError


@click.command()
@store_flag
def command(store: str) -> None:
    click.echo(store)


def test_a_store_is_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "notes"
    invoke = CliRunner().invoke
    assert invoke(command, ["--store", str(path)]).output.strip() == str(path)
    path.write_text("")
    with pytest.raises(DeclarationError, match=r"notes: a file, not a folder \(--store, STATERA_"):
        invoke(command, ["--store", str(path)], catch_exceptions=False)


def test_text_or_the_content_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "system.txt"
    path.write_text("Be brief.")
    assert text_or_file("Be kind.") == "Be kind."
    assert text_or_file(f"@{path}") == "Be brief."
    assert text_or_file(None) is None


def test_names_from_flags_and_files_keep_order_once(tmp_path: Path) -> None:
    path = tmp_path / "ids"
    path.write_text("b\n\nc\n")
    assert names_or_files(("a,b", f"@{path}")) == ("a", "b", "c")
