"""A study in a real browser: consent, tasks by keyboard, a kill, withdrawal, and what is read."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from statera.api.livereading import live_units
from statera.experiment.opened import open_design
from statera.proxy.experiments.keys import keys_of
from statera.proxy.terms import Terms
from statera.records.live import identifier
from statera.store.live.opening import open_live
from tests.cli.experimenting.studies_made import ARGS, FILES, SECRETS

CHROMIUM = shutil.which("chromium")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


class Served:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        assert process.stdout is not None
        lines = [process.stdout.readline().rstrip("\n") for _ in range(2)]
        self.links = dict(line.split("\t") for line in lines)

    def end(self, how: signal.Signals = signal.SIGTERM) -> str:
        """End the study and return what was said on standard error."""
        self._process.send_signal(how)
        return self._process.communicate(timeout=600)[1]


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("STATERA_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "statera", "experiment", "study", *ARGS, "--port", "0"],
        cwd=folder,
        env=clean | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield Served(process)
        finally:
            process.kill()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails the test when it says or asks what it should not."""
    context = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True)
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("console", lambda message: wrong.append(message.text))
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    yield opened
    context.close()
    assert wrong == []


def begin(page: Page, url: str) -> None:
    page.goto(url)
    page.wait_for_selector("#agree:not([hidden])")
    page.keyboard.press("Tab")
    while not page.evaluate("document.activeElement.id == 'begin'"):
        page.keyboard.press("Tab")
    sent(page, "Enter")
    page.wait_for_selector("#said:focus")


def sent(page: Page, key: str) -> None:
    """Press a key that sends something, and wait until the page shows what is next."""
    with page.expect_response(re.compile(r"/act$")):
        page.keyboard.press(key)
    page.wait_for_selector("body:not(.busy)")


def ask(page: Page, text: str) -> None:
    page.wait_for_selector("#said:focus")
    page.keyboard.type(text)
    sent(page, "Enter")


def report(page: Page) -> None:
    """Say by keyboard that the task is done, and how good the help was."""
    if page.is_visible("#answer"):
        page.focus("#answer")
        page.keyboard.type("canberra")
    page.focus("[name=solved]")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    sent(page, "Enter")


def test_a_study_by_keyboard_on_a_phone_through_a_kill_to_what_the_analysis_reads(
    page: Page, folder: Path
) -> None:
    seen: list[str] = []
    page.on("response", lambda answer: seen.append(f"{answer.all_headers()}{answer.text()}"))
    with served(folder) as study:
        begin(page, study.links["Ana"])
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390
        ask(page, "Where?")
        assert "It is <img src=x" in page.inner_text("#chat .it")
        report(page)
        assert page.inner_text("#count") == "Task 2 of 2"
        study.end(signal.SIGKILL)
    with served(folder) as study:
        page.goto(study.links["Ana"])
        page.wait_for_selector("#work:not([hidden])")
        assert page.inner_text("#count") == "Task 2 of 2"
        ask(page, "And now?")
        report(page)
        page.focus("[data-choice=yes]")
        sent(page, "Enter")
        assert page.is_visible("#end")
        begin(page, study.links["Ben"])
        ask(page, "Private words")
        page.click("#about")
        page.click("#leave")
        page.click("#withdraw")
        page.wait_for_selector("#withdrawn:not([hidden])")
        ended = study.end()
    assert "1 all done, 1 withdrawn. statera experiment show secret-tone" in ended
    assert page.title() != "1"
    assert not [secret for secret in SECRETS if secret in "".join(seen)]
    _check_facts(folder)


def _check_facts(folder: Path) -> None:
    live = folder / ".statera" / "live.sqlite"
    key = keys_of(Terms(), str(live)).unit
    assert "Private" not in (folder / ".statera/study-secret-tone/acts.jsonl").read_text()
    store = open_live(str(live))
    design = open_design(folder / "tone.yaml").design
    units, aside = live_units(store, design)
    store.close()
    assert units.unit.tolist() == [identifier(key, "unit", "Ana")]
    assert units.exposures.tolist() == [2]
    solved = units.outcomes["solved"]
    assert (solved.total.tolist(), solved.number.tolist()) == ([2.0], [2])
    assert units.outcomes["duration"].number.tolist() == [2]
    assert sum(aside.excluded.values()) == 1
