from pathlib import Path

import pytest

from statera.report.content import Command, Content
from statera.report.page import page
from tests.report.made import Made, items, stored, subject


def test_a_run_is_enough_for_a_page(tmp_path: Path) -> None:
    run = stored(tmp_path, Made("m", items(9, []), lambda n, _: "right"))
    text = page(Content(candidate=subject(run), commands=(Command("statera report x", "this"),)))
    assert "statera report x" in text
    assert "difference to the base" not in text


def test_what_is_shown_does_not_change(tmp_path: Path) -> None:
    run = stored(tmp_path, Made("m", items(9, []), lambda n, _: "right"))
    made = Content(candidate=subject(run))
    with pytest.raises(AttributeError):
        made.base = subject(run)  # type: ignore[misc]
