"""An experiment's page in a real browser: it asks for nothing, says nothing, and fits."""

import re

import pytest

from statera.report.experiments.page import page
from tests.report.experiments.made import contrast, path, result, shown
from tests.report.test_browser import BROWSER, Browser, browser

__all__ = ["browser"]

pytestmark = pytest.mark.skipif(BROWSER is None, reason="chromium is not installed")

LONG = "x" * 200


def long_page() -> str:
    arms = ("warm", LONG)
    found = result(
        reasons=(LONG, "<img src='http://example.invalid/x.png'>"),
        primary=tuple(contrast(arm=arm) for arm in arms),
        path=tuple(map(path, arms)),
        aside={"excluded": {LONG: 3}},
    )
    return page(shown(found, command=LONG))


def test_the_page_asks_for_nothing_and_its_policy_is_kept(browser: Browser) -> None:
    loaded, console = browser.open(long_page())
    assert "How the primary estimate moved" in loaded
    assert console == []
    assert browser.outside == []


@pytest.mark.parametrize("width", [500, 1200])
def test_nothing_is_wider_than_the_screen(browser: Browser, width: int) -> None:
    text = re.sub(r"<meta http-equiv[^>]*>", "", long_page())
    told = "<script>document.title=document.documentElement.scrollWidth</script></body>"
    loaded, _ = browser.open(text.replace("</body>", told), width=width)
    (found,) = re.findall(r"<title>(\d+)</title>", loaded)
    assert int(found) <= width
