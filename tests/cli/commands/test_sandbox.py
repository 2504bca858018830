import json

import pytest
from click.testing import CliRunner

from statera.cli.commands.sandbox import command
from statera.errors import SandboxUnavailable
from statera.sandbox import choice
from statera.sandbox.choice import KINDS
from tests.sandbox.kinds import holding


def test_the_table_names_every_kind_and_the_limits() -> None:
    result = CliRunner().invoke(command, ["check"])
    assert [kind.name for kind in KINDS if kind.name in result.output] == [k.name for k in KINDS]
    assert "memory 512 MiB" in result.output


def test_the_json_has_a_version_and_reasons() -> None:
    result = CliRunner().invoke(command, ["check", "--json"])
    shape = json.loads(result.stdout)
    assert shape["schema"] == 1
    for kind in shape["kinds"]:
        assert kind["holds"] is (kind["reason"] is None)
        assert kind["holds"] is (not holding(kind["kind"]).reason)
        assert kind["holds"] is (kind["program_ms"] is not None)
    held = [kind["means"] for kind in shape["kinds"] if kind["holds"]]
    assert shape["chosen"] == (held[0] if held else None)
    assert shape["limits"]["cpu_seconds"] == 6


@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_none_is_an_error_with_the_mend(flags: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = tuple(kind._replace(missing=lambda: "not here") for kind in KINDS)
    monkeypatch.setattr(choice.holdings, "__defaults__", (None, kinds))
    result = CliRunner().invoke(command, ["check", *flags])
    assert isinstance(result.exception, SandboxUnavailable)
    assert "install bubblewrap" in str(result.exception)
