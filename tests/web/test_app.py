from collections.abc import Iterator
from typing import Any

import pytest

from statera.interop.labels import Label
from statera.web.app import fit_name
from statera.web.desk import Desk
from statera.web.serving import serving
from tests.web.served import SHEET, act, asked, ignored, now, things


@pytest.fixture
def kept() -> list[Label]:
    return []


@pytest.fixture
def url(kept: list[Label]) -> Iterator[str]:
    with serving(Desk(things(3), SHEET, kept.append)) as found:
        yield found


def test_the_first_page_asks_for_a_name(url: str) -> None:
    page = asked(url)
    assert page.status == 200
    assert 'name="labeller"' in page.body
    assert "How &lt;good&gt; is it?" in page.body


def test_a_labeller_who_is_named_beforehand_is_not_asked() -> None:
    with serving(Desk(things(1), SHEET, ignored), labeller="Ana B") as url:
        page = asked(url)
    assert (page.status, page.headers["location"]) == (303, "label?labeller=Ana+B")


def test_the_page_shows_the_choices_escaped(url: str) -> None:
    page = asked(url, "label?labeller=%3Cb%3Eana")
    assert page.status == 200
    assert "level 4 &amp; more" in page.body
    assert "&lt;b&gt;ana" in page.body
    assert "<b>ana" not in page.body


@pytest.mark.parametrize("name", ["", "%20", "x" * 61, "a%00b"])
def test_a_name_that_is_none_is_asked_for_again(url: str, name: str) -> None:
    page = asked(url, f"label?labeller={name}")
    assert page.status == 400
    assert "A name has 1 to 60 characters." in page.body
    assert asked(url, f"now?labeller={name}").status == 400
    assert act(url, "", choice="4", position=1).status == 400


def test_labelling_over_http(url: str, kept: list[Label]) -> None:
    first = now(url, "ana")
    assert (first["position"], first["total"]) == (1, 3)
    after = act(url, "ana", choice="4", position=1, seconds=1.5)
    assert (after.status, after.json["position"], after.json["done"]) == (200, 2, 1)
    assert act(url, "ana", "skip", position=2).json["position"] == 3
    assert act(url, "ana", "undo").json["position"] == 2
    assert now(url, "ben")["position"] == 1
    assert [(x.labeller, x.mark, x.label, x.seconds) for x in kept] == [
        ("ana", "label", "4", 1.5),
        ("ana", "skip", "", None),
        ("ana", "undo", "", None),
    ]


def test_the_end_and_the_skipped_ones_again(url: str) -> None:
    for position in (1, 2, 3):
        act(url, "ana", "skip", position=position)
    assert now(url, "ana")["position"] is None
    assert act(url, "ana", "again").json["position"] == 1


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        ({"choice": "9", "position": 1}, 400, "no such choice"),
        ({"choice": "4", "position": 2}, 409, "dealt with in another window"),
        ({"choice": "4", "position": "1"}, 400, "Expected"),
        ({"choice": "4", "position": 1, "seconds": -1}, 400, "Expected"),
        ({"choice": "4", "position": 1, "task": "x"}, 400, "unknown field"),
    ],
)
def test_an_act_that_does_not_fit_changes_nothing(
    url: str, kept: list[Label], body: dict[str, Any], status: int, told: str
) -> None:
    answer = act(url, "ana", **body)
    assert answer.status == status
    assert told in answer.json["error"]
    assert kept == []


def test_a_full_disk_is_told_and_the_page_stays() -> None:
    def full(_: Label) -> None:
        raise OSError(28, "No space left on device")

    with serving(Desk(things(2), SHEET, full)) as url:
        answer = act(url, "ana", choice="4", position=1)
        assert (answer.status, answer.json) == (507, {"error": "not kept: No space left on device"})
        assert now(url, "ana")["position"] == 1


def test_nothing_that_the_browser_gets_names_a_run_or_an_item(url: str) -> None:
    pages = [asked(url, path) for path in ("", "label?labeller=ana", "label.js", "label.css")]
    pages += [act(url, "ana", choice="4", position=1), asked(url, "now?labeller=ana")]
    seen = "".join(f"{page.headers}{page.body}" for page in pages)
    assert "reply" in seen
    for secret in ("secret-id", "support-task", SHEET.run, SHEET.run[:8], "probability"):
        assert secret not in seen


def test_a_name_is_trimmed() -> None:
    assert fit_name("  Ana   B ") == "Ana B"
    assert fit_name("\u202eana") is None
