import asyncio
from pathlib import Path

import pytest

from statera.api.doors import SHIPPED_POLICY, Doors
from statera.errors import DeclarationError
from statera.guard.policy import read_policy


def test_what_was_opened_is_kept(tmp_path: Path) -> None:
    doors = Doors(tmp_path)
    tools = doors.tools
    assert tools.folder == tmp_path
    assert tools.model("http://127.0.0.1:9/v1#m") is tools.model("http://127.0.0.1:9/v1#m")
    asyncio.run(doors.close())
    with pytest.raises(DeclarationError):
        tools.foreign(tmp_path / "none")


def test_the_policy_that_ships_can_be_read() -> None:
    text = SHIPPED_POLICY.read_text(encoding="utf-8")
    assert read_policy(text, source=str(SHIPPED_POLICY)).detectors
