"""People label in a real browser: the keyboard, a reload, two labellers, and nothing given away."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from statera.interop.labels import read_entries, read_labels
from statera.store.runstore import RunStore
from tests.cli.judging.labelling_page import served
from tests.replies_made import replied

CHROMIUM = shutil.which("chromium")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")

HOSTILE = "<img src=x onerror=document.title='pwned'> & <b>bold</b>"
COUNT = 4
SECRETS = ("shiny-model", "older-model", "support", "probability")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails the test when it says or asks what it should not."""
    context = browser.new_context(viewport={"width": 1200, "height": 800})
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("console", lambda message: wrong.append(message.text))
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("requestfailed", lambda request: wrong.append(request.url))
    yield opened
    context.close()
    assert wrong == []


@pytest.fixture
def runs(tmp_path: Path) -> tuple[str, str]:
    store = RunStore(tmp_path / ".statera")
    new = {f"q{i}": f"new reply {i} {HOSTILE}" for i in range(COUNT)}
    old = {f"q{i}": f"old reply {i}" for i in range(COUNT)}
    ids = replied(store, new, model="shiny-model").id, replied(store, old, model="older-model").id
    store.close()
    return ids


def started(page: Page, url: str, name: str) -> None:
    """Open the address and say who labels, by keyboard alone."""
    page.bring_to_front()
    page.goto(url)
    page.wait_for_selector("#labeller:focus")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    page.wait_for_selector("#work:not([hidden])")


def pressed(page: Page, key: str) -> None:
    """Press a key that sends something, and wait until the page shows what is next."""
    with page.expect_response(re.compile(r"/act$")) as answer:
        page.keyboard.press(key)
    assert answer.value.status == 200
    page.wait_for_selector("body:not(.busy)")


def item(page: Page) -> str:
    """Return the item that the page shows, from its prompt `question q3?`."""
    return page.inner_text("#prompt").removeprefix("question ").removesuffix("?")


def values(folder: Path, run: str, name: str) -> dict[str, float]:
    store = RunStore(folder / ".statera")
    rows = [row for row in store.scores(run) if row.score.metric == name]
    found = {row.sample_id: row.score.value for row in rows if row.score.value is not None}
    store.close()
    return found


def test_replies_are_graded_by_keyboard_through_a_reload_to_scores(
    page: Page, tmp_path: Path, runs: tuple[str, str]
) -> None:
    args = (runs[0], "--rubric", "reference", "--labels", "labels.jsonl")
    given: dict[str, str] = {}
    with served(tmp_path, *args) as served_page:
        started(page, served_page.url, "ana")
        assert page.inner_text("#count") == f"1 of {COUNT}"
        assert page.inner_text("#reply-0") == f"new reply {item(page)[1:]} {HOSTILE}"
        assert page.inner_text("#reference") == f"ideal answer to {item(page)}"
        page.keyboard.press("r")
        assert page.is_hidden("#reference")
        first = given[item(page)] = item(page)
        pressed(page, "4")
        pressed(page, "u")  # it was a mistake
        assert item(page) == first
        for key in "52":
            given[item(page)] = key
            pressed(page, key)
        shown = item(page)
        page.reload()
        page.wait_for_selector("#work:not([hidden])")
        assert (item(page), page.inner_text("#count")) == (shown, f"3 of {COUNT}")
        pressed(page, "s")
        given[item(page)] = "1"
        pressed(page, "1")
        assert page.is_visible("#end")
        assert f"3 of {COUNT} labelled, 1 skipped" in page.inner_text("#told")
        with page.expect_response(re.compile(r"/act$")):
            page.click("#again")
        page.wait_for_selector("#work:not([hidden])")
        assert item(page) == shown
        given[shown] = "3"
        pressed(page, "3")
        assert page.inner_text("#ended") == "All done."
        on_disk = {one.id: one.label for one in read_labels(tmp_path / "labels.jsonl")}
        assert on_disk == given
        ended = served_page.end()
    assert ended.code == 0, ended.stderr
    assert "4 labels of 4 items kept" in ended.stdout
    expected = {name: (int(level) - 1) / 4 for name, level in given.items()}
    assert values(tmp_path, runs[0], "reference_people") == expected
    assert page.title() != "pwned"


def test_pairs_are_compared_by_two_people_blinded_and_become_a_win_rate(
    page: Page, tmp_path: Path, runs: tuple[str, str]
) -> None:
    sides = set()
    with served(tmp_path, *runs, "--labels", "labels.jsonl") as served_page:
        sent: list[str] = []
        page.on("response", lambda answer: sent.append(f"{answer.all_headers()}{answer.text()}"))
        for name in ("ana", "ben", "cem"):
            started(page, served_page.url, name)
            while page.is_hidden("#end"):
                on_left = page.inner_text("#reply-0").startswith("new")
                sides.add(on_left)
                keys = {"ana": "ab", "ben": ("ArrowLeft", "ArrowRight"), "cem": "tt"}[name]
                pressed(page, keys[0] if on_left else keys[1])
        seen = "".join(sent)
        ended = served_page.end()
    assert "new reply 1" in seen
    for secret in (*SECRETS, *runs, *(run[:8] for run in runs)):
        assert secret not in seen
    assert sides == {True, False}
    labels = read_labels(tmp_path / "labels.jsonl")
    assert {(one.labeller, one.label) for one in labels} == {
        ("ana", "A"),
        ("ben", "A"),
        ("cem", "TIE"),
    }
    assert values(tmp_path, runs[0], "pairwise_people") == {
        f"q{i}": pytest.approx(2.5 / 3) for i in range(COUNT)
    }
    row = next(line for line in ended.stdout.splitlines() if line.startswith("support"))
    assert row.split()[1] == "0.833"
    assert row.split()[-4:] == [str(COUNT), "8", "0", "4"]


def test_two_windows_of_one_labeller_do_not_label_an_item_twice(
    browser: Browser, tmp_path: Path, runs: tuple[str, str]
) -> None:
    context = browser.new_context()
    one, two = context.new_page(), context.new_page()
    with served(tmp_path, runs[0], "--rubric", "tone", "--labels", "labels.jsonl") as served_page:
        for window in (one, two):
            started(window, served_page.url, "ana")
        pressed(one, "4")
        with two.expect_response(re.compile(r"/act$")) as answer:
            two.keyboard.press("5")
        assert answer.value.status == 409
        expect(two.locator("#wrong")).to_contain_text("another window")
        expect(two.locator("#count")).to_have_text(f"2 of {COUNT}")
        pressed(two, "5")
        served_page.end()
        two.keyboard.press("5")
        expect(two.locator("#wrong")).to_contain_text("Not kept")
    context.close()
    assert [one.label for one in read_entries(tmp_path / "labels.jsonl")] == ["4", "5"]


@pytest.mark.parametrize("width", [1200, 400])
def test_the_page_fits_and_its_choices_are_in_reach(
    page: Page, tmp_path: Path, runs: tuple[str, str], width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 780})
    with served(tmp_path, *runs) as served_page:
        started(page, served_page.url, "a name that is as long as names of people may well be")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for choice in page.query_selector_all(".choice"):
            box = choice.bounding_box()
            assert box is not None
            assert box["y"] + box["height"] <= 780
            assert box["height"] >= 40
