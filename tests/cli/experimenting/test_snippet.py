import pytest
from click.testing import CliRunner

from statera.cli.experimenting.snippet import command


@pytest.mark.parametrize(("name", "exported"), [("feedback", "export"), ("assignment", "SHA-256")])
def test_a_module_is_printed_whole(name: str, exported: str) -> None:
    found = CliRunner().invoke(command, [name], standalone_mode=False)
    assert exported in found.output
    assert found.output.endswith("\n")
