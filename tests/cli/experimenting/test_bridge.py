import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from statera.cli.experimenting.bridge import command
from statera.errors import DeclarationError


def _lines(slope: float, metric: str) -> list[str]:
    return [
        json.dumps(
            {
                "experiment": f"e{number}", "metric": metric, "offline": 0.01 * number - 0.03,
                "offline_error": 0.002, "online": slope * (0.01 * number - 0.03),
                "online_error": 0.002,
            }
        )
        for number in range(7)
    ]  # fmt: skip


def _said(folder: Path, *arguments: str) -> str:
    stated = ("--live", str(folder / "live.sqlite"), "--store", str(folder))
    found = CliRunner().invoke(command, (*stated, *arguments), standalone_mode=False)
    if found.exception is not None:
        raise found.exception
    return found.output


def test_a_metric_is_trusted_or_not(tmp_path: Path) -> None:
    past = tmp_path / "past.jsonl"
    past.write_text("\n".join([*_lines(0.5, "t/good"), *_lines(-0.5, "t/bad")]))
    told = _said(tmp_path, "--past", str(past))
    assert "t/good" in told
    assert "does not predict" in told
    assert "a gain offline went with a gain for users" in told
    found = json.loads(_said(tmp_path, "--past", str(past), "--metric", "t/good", "--json"))
    assert found["schema"] == 1
    assert [one["verdict"] for one in found["metrics"]] == ["predicts"]


def test_without_experiments_one_line_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="no live store is there"):
        _said(tmp_path)
