"""Real processes behind one port: one page of metrics, one that dies is replaced, all end."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from statera.proxy.supervisor import WorkerPlace, worker_place
from tests.proxy.guards import CHAT, POLICY, asking, get, post
from tests.proxy.upstreams import RawUpstream, answer, chat

_WHERE = re.compile(r"at (http://\S+) by .* control at (http://\S+)")


class Guards:
    """A guard of several processes."""

    def __init__(self, process: "subprocess.Popen[str]", url: str, control: str) -> None:
        self.process, self.url, self.control = process, url, control

    def workers(self) -> list[int]:
        """Return the processes that the first one started."""
        task = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in task.read_text().split()]

    def count(self) -> int:
        """Return how many requests the page says there were."""
        page = get(f"{self.url}/metrics").body.decode()
        found = re.findall(r'requests_total\{.*phase="request".*\} (\d+)', page)
        return sum(map(int, found))


@contextmanager
def guards(upstream: str, folder: Path, *flags: str) -> Iterator[Guards]:
    """Run `statera guard serve` with two workers."""
    policy = folder / "policy.yaml"
    policy.write_text(POLICY.replace("content: full", "content: hash"), encoding="utf-8")
    events = (folder / "events").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "statera", "guard", "serve", "--workers", "2", "--port", "0",
         "--control-port", "0", "--host", "127.0.0.1", "--policy", str(policy), *flags],
        env={**os.environ, "TARGET_UPSTREAM": upstream}, stdout=events, stderr=subprocess.PIPE,
        text=True, cwd=folder,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        line = next((found for line in process.stderr if (found := _WHERE.search(line))), None)
        assert line is not None, "it did not start"
        yield Guards(process, line[1], line[2])
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        process.stderr and process.stderr.close()
        events.close()


def test_several_workers_are_one_guard(tmp_path: Path) -> None:
    with RawUpstream(lambda asked: [answer(chat("fine"))]) as upstream:
        with guards(upstream.url, tmp_path) as running:
            workers = running.workers()
            assert len(workers) == 2
            for _ in range(40):
                assert post(running.url + CHAT, asking("hello")).status == 200
            assert {running.count() for _ in range(6)} == {40}, "any worker tells of all"
            until = time.monotonic() + 15
            while (tmp_path / "events").read_bytes().count(b"\n") < 80:
                assert time.monotonic() < until, "all is written down within a moment"
                time.sleep(0.01)
            os.kill(workers[0], signal.SIGKILL)
            while set(running.workers()) == set(workers) or len(running.workers()) < 2:
                assert time.monotonic() < until, "the dead one is replaced"
                time.sleep(0.05)
            for _ in range(20):
                assert post(running.url + CHAT, asking("hello")).status == 200
            assert running.count() == 60, "what a dead worker counted is not lost"
            assert post(f"{running.control}/control/drain", b"").json["draining"] is True
            drained = {post(running.url + CHAT, asking("hello")).status for _ in range(12)}
            assert drained == {503}, "drained is drained in every worker"
            assert post(f"{running.control}/control/resume", b"").json["draining"] is False
            resumed = {post(running.url + CHAT, asking("hello")).status for _ in range(12)}
            assert resumed == {200}, "resumed is resumed in every worker"
            children = running.workers()
        assert running.process.returncode == 0
        assert not any(Path(f"/proc/{pid}").exists() for pid in children)
        lines = (tmp_path / "events").read_text(encoding="utf-8").splitlines()
        found = [json.loads(line) for line in lines]
        asked = [one for one in upstream.asked if one.path == CHAT.encode()]
        assert len(found) == 2 * len(asked)
        assert len({one["key"] for one in found}) == 1, "one key for all workers"


def test_a_place_is_read_from_the_environment() -> None:
    assert worker_place({}) is None
    text = '{"number":1,"workers":2,"public":5,"control":6,"folder":"f","parent":9}'
    place = WorkerPlace(number=1, workers=2, public=5, control=6, folder="f", parent=9)
    assert worker_place({"STATERA_GUARD_WORKER": text}) == place
