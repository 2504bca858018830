"""The page in a real browser: it asks for nothing, says nothing in the console, and fits."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from statera.report.content import Command, Content
from statera.report.page import page
from statera.report.specimens import specimen
from tests.report.made import HOSTILE, Made, content, items, rule, ruling, stored

BROWSER = shutil.which("chromium")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-dev-shm-usage",
    "--enable-logging=stderr",
)

pytestmark = pytest.mark.skipif(BROWSER is None, reason="chromium is not installed")


class Seen(BaseHTTPRequestHandler):
    """A proxy that answers nothing and remembers what it was asked for."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_error(404)

    do_CONNECT = do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Browser:
    """Opens pages behind the proxy."""

    def __init__(self, folder: Path, server: ThreadingHTTPServer, asked: list[str]) -> None:
        self.folder, self.asked = folder, asked
        self.proxy = f"127.0.0.1:{server.server_address[1]}"

    def open(self, text: str, *, width: int = 1200) -> tuple[str, list[str]]:
        """Return the page after it was loaded, and the lines of the console."""
        path = self.folder / "page.html"
        path.write_text(text, encoding="utf-8")
        done = subprocess.run(
            [
                BROWSER or "",
                *FLAGS,
                f"--user-data-dir={self.folder / 'profile'}",
                f"--proxy-server={self.proxy}",
                "--proxy-bypass-list=<-loopback>",
                f"--window-size={width},900",
                "--virtual-time-budget=2000",
                "--dump-dom",
                path.as_uri(),
            ],
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        return done.stdout, [line for line in done.stderr.splitlines() if ":CONSOLE" in line]

    @property
    def outside(self) -> list[str]:
        """What was asked for by a page, and not by the browser for itself."""
        return [path for path in self.asked if "example.invalid" in path]


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    asked: list[str] = []
    handler = type("Handler", (Seen,), {"asked": asked})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Browser(tmp_path, server, asked)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def hostile_page(folder: Path) -> str:
    samples = items(24, [HOSTILE[:200], "x" * 200, "fine"])
    made = Made(HOSTILE, samples, lambda n, _: "wrong", reply=HOSTILE * 9, system=HOSTILE)
    new = stored(folder, made, tag="candidate")
    old = stored(folder, Made("old", samples, lambda n, _: "right"), tag="base")
    found = content(new, old, ruling([rule("fail", f"t/{'y' * 200}", reason=HOSTILE)]))
    trials = [(who, list(run.samples())[:1]) for who, run in (("candidate", new), ("base", old))]
    return page(
        Content(
            candidate=found.candidate,
            base=found.base,
            comparison=found.comparison,
            ruling=found.ruling,
            diagnosis=found.diagnosis,
            specimens=[specimen("lost", trials)],
            commands=(Command("x" * 500, HOSTILE),),
        )
    )


def test_the_page_asks_for_nothing_and_its_policy_is_kept(browser: Browser, tmp_path: Path) -> None:
    loaded, console = browser.open(hostile_page(tmp_path))
    assert "What became of the trials" in loaded
    assert console == []
    assert browser.outside == []


def test_what_the_page_keeps_out_would_be_seen(browser: Browser) -> None:
    _, console = browser.open(
        "<img src='http://example.invalid/x.png'><script>console.error('seen')</script>"
    )
    assert any("seen" in line for line in console)
    assert browser.outside


def test_even_what_slipped_through_would_be_stopped(browser: Browser, tmp_path: Path) -> None:
    leak = "<script>document.title='run'</script><img src='http://example.invalid/x.png'>"
    loaded, console = browser.open(hostile_page(tmp_path).replace("<main", f"{leak}<main"))
    assert "<title>run</title>" not in loaded
    assert len([line for line in console if "Content Security Policy" in line]) == 2
    assert browser.outside == []


@pytest.mark.parametrize("width", [500, 1200])
def test_nothing_is_wider_than_the_screen(browser: Browser, tmp_path: Path, width: int) -> None:
    text = re.sub(r"<meta http-equiv[^>]*>", "", hostile_page(tmp_path))
    told = "<script>document.title=document.documentElement.scrollWidth</script></body>"
    opened = text.replace("<details", "<details open").replace("</body>", told)
    loaded, _ = browser.open(opened, width=width)
    (found,) = re.findall(r"<title>(\d+)</title>", loaded)
    assert int(found) <= width
