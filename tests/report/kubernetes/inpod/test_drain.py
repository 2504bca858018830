import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from statera.report.kubernetes.inpod import drain as module
from statera.report.kubernetes.inpod.drain import drain


@contextmanager
def guard(counts: list[int | bytes]) -> Iterator[tuple[int, list[str]]]:
    """The control endpoints of a guard that has so many requests in flight, look by look."""
    left, asked = list(counts), []

    class Control(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.answer({"draining": True})

        def do_GET(self) -> None:
            found = left.pop(0) if len(left) > 1 else left[0]
            self.answer(found if isinstance(found, bytes) else {"inflight": found, "waiting": 0})

        def answer(self, body: object) -> None:
            asked.append(f"{self.command} {self.path}")
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Control) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port, asked
        server.shutdown()


def test_it_waits_until_nothing_is_in_flight() -> None:
    with guard([2, 1, 0]) as (port, asked):
        assert drain(20, port) == "drained"
    assert asked == ["POST /control/drain", "GET /control/inflight"] * 6


def test_a_worker_that_has_not_heard_of_it_may_take_one_more() -> None:
    with guard([0, 1, 0]) as (port, asked):
        assert drain(20, port) == "drained"
    assert len(asked) == 2 * 6


def test_what_makes_no_sense_is_not_taken_for_the_end() -> None:
    with guard([b"busy", b"", b"{}", b"[]", 0]) as (port, asked):
        assert drain(20, port) == "drained"
    assert len(asked) == 16


def test_time_is_up_while_a_reply_is_open() -> None:
    with guard([1]) as (port, _):
        assert drain(0.1, port) == "late"


def test_a_guard_that_does_not_run_holds_nobody_up() -> None:
    with guard([0]) as (port, _):
        pass
    assert drain(20, port) == "gone"


def test_it_runs_beside_the_model_with_the_standard_library_alone() -> None:
    with guard([1]) as (port, _):
        assert ran("0.1", str(port)) == 1
    assert ran("20", str(port)) == 0


def ran(*arguments: str) -> int:
    command = [sys.executable, "-I", module.__file__, *arguments]
    return subprocess.run(command, timeout=30, check=False).returncode
