"""A worker's life: it reads a policy again, drains, and ends what still streams."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from statera.proxy.serving import guarding
from statera.proxy.terms import Terms
from tests.proxy.guards import (
    CHAT,
    POLICY,
    Answered,
    RunningGuard,
    asking,
    get,
    guard,
    post,
    tools,
)
from tests.proxy.upstreams import Asked, RawUpstream, Step, answer, chat, chunks, stream

LONG = "Nothing here is of any harm to anyone who reads it. " * 6
_PIECE = chunks(LONG)[1]
NEWER = POLICY.replace("forbidden", "verboten").replace('"7"', '"8"')


RELEASE = threading.Event()


def script(asked: Asked) -> Iterator[Step]:
    """Answer at once, or stream until `RELEASE` is set."""
    if asked.path != CHAT.encode() or not asked.json.get("stream"):
        yield answer(chat("fine"))
        return
    first, *_, last, done = chunks(LONG)
    yield from stream([first], end=False)
    while not RELEASE.is_set():
        yield b"%x\r\n%b\r\n" % (len(_PIECE), _PIECE)
        yield 0.02
    for event in (last, done):
        yield b"%x\r\n%b\r\n" % (len(event), event)
    yield b"0\r\n\r\n"


@pytest.fixture(scope="module")
def upstream() -> Iterator[RawUpstream]:
    with RawUpstream(script) as found:
        yield found


def until(true: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Wait until something is true."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def streaming(running: RunningGuard, found: list[Answered]) -> threading.Thread:
    """Ask for a stream in a thread, which is in flight when this returns."""
    RELEASE.clear()
    thread = threading.Thread(
        target=lambda: found.append(post(running.url + CHAT, asking("hello", stream=True)))
    )
    thread.start()
    assert until(lambda: get(f"{running.control}/control/inflight").json["inflight"] == 1)
    return thread


def blocks(running: RunningGuard, word: str) -> bool:
    return post(running.url + CHAT, asking(f"so {word} it is")).status == 400


def test_a_changed_policy_is_taken_and_a_bad_one_is_not(
    upstream: RawUpstream, tmp_path: Path
) -> None:
    with guard(upstream.url, POLICY, tmp_path) as running:
        assert blocks(running, "forbidden")
        running.policy.write_text(NEWER, encoding="utf-8")
        assert until(lambda: blocks(running, "verboten"))
        assert not blocks(running, "forbidden")
        running.policy.write_text("name: [", encoding="utf-8")
        page = f"{running.url}/metrics"
        kept = b'statera_guard_policy_reloads_total{result="kept"} 1.0'
        assert until(lambda: kept in get(page).body)
        assert blocks(running, "verboten")
        told = get(f"{running.control}/control/policy").json
        assert told["policy"]["version"] == "8"
        assert "policy.yaml, line 1" in told["fault"]


def test_a_swapped_link_is_a_changed_policy(upstream: RawUpstream, tmp_path: Path) -> None:
    """A ConfigMap's files are links into a folder that a link names, which is swapped."""
    for name, text in (("one", POLICY), ("two", NEWER)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "policy.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "data").symlink_to("one")
    terms = Terms(
        upstream=upstream.url,
        policy=str(tmp_path / "data" / "policy.yaml"),
        host="127.0.0.1",
        port=0,
        control_port=0,
        events="none",
    )
    with guarding(terms, tools(tmp_path)) as found:
        running = RunningGuard(found.url, found.control, tmp_path, tmp_path)
        assert blocks(running, "forbidden")
        (tmp_path / "new").symlink_to("two")
        (tmp_path / "new").replace(tmp_path / "data")
        assert until(lambda: blocks(running, "verboten"))


def test_a_stream_keeps_the_policy_that_it_began_with(
    upstream: RawUpstream, tmp_path: Path
) -> None:
    found: list[Answered] = []
    with guard(upstream.url, POLICY, tmp_path) as running:
        before = get(f"{running.control}/control/policy").json["digest"]
        thread = streaming(running, found)
        running.policy.write_text(POLICY.replace("forbidden", "Nothing here"), encoding="utf-8")
        assert post(f"{running.control}/control/reload", b"").status == 200
        assert get(f"{running.control}/control/policy").json["digest"] != before
        assert blocks(running, "Nothing here")
        RELEASE.set()
        thread.join()
        assert running.events(3)[-1]["policy"] == before
    assert found[0].body.endswith(b"data: [DONE]\n\n")
    assert b"content_filter" not in found[0].body


def test_a_reload_that_fails_says_why(upstream: RawUpstream, tmp_path: Path) -> None:
    with guard(upstream.url, POLICY, tmp_path) as running:
        running.policy.write_text(POLICY.replace("regex", "regx"), encoding="utf-8")
        found = post(f"{running.control}/control/reload", b"")
        assert found.status == 409
        assert "Did you mean 'regex'?" in found.json["error"]["message"]
        assert blocks(running, "forbidden")


def test_draining_takes_nothing_new_and_finishes_what_is_open(
    upstream: RawUpstream, tmp_path: Path
) -> None:
    found: list[Answered] = []
    with guard(upstream.url, POLICY, tmp_path) as running:
        thread = streaming(running, found)
        told = post(f"{running.control}/control/drain", b"").json
        assert told == {"inflight": 1, "waiting": 0, "draining": True}
        refused = post(running.url + CHAT, asking("hello"))
        assert (refused.status, refused.json["error"]["code"]) == (503, "draining")
        assert refused.headers["retry-after"] == "1"
        ready = get(f"{running.url}/health/ready")
        assert (ready.status, ready.json["reasons"]) == (503, ["draining"])
        assert get(f"{running.url}/health/live").status == 200
        RELEASE.set()
        thread.join()
        assert found[0].body.endswith(b"data: [DONE]\n\n")
        assert until(lambda: get(f"{running.control}/control/inflight").json["inflight"] == 0)


def test_what_streams_beyond_the_limit_ends_as_cut(upstream: RawUpstream, tmp_path: Path) -> None:
    found: list[Answered] = []
    with guard(upstream.url, POLICY, tmp_path, drain_seconds=0.1) as running:
        thread = streaming(running, found)
    thread.join()
    text = found[0].body.decode()
    assert '"code":"draining"' in text
    assert "[DONE]" not in text


def test_what_is_in_flight_is_answered_before_the_end(
    upstream: RawUpstream, tmp_path: Path
) -> None:
    found: list[Answered] = []
    with guard(upstream.url, POLICY, tmp_path, drain_seconds=20.0) as running:
        thread = streaming(running, found)
        threading.Timer(0.3, RELEASE.set).start()
    thread.join()
    assert found[0].body.endswith(b"data: [DONE]\n\n")


def test_a_worker_follows_what_all_are_told(upstream: RawUpstream, tmp_path: Path) -> None:
    with guard(upstream.url, POLICY, tmp_path) as running:
        ask = running.url + CHAT
        post(f"{running.control}/control/drain", b"")
        assert post(ask, asking("hello")).json["error"]["code"] == "draining"
        assert get(f"{running.url}/health/ready").status == 503
        post(f"{running.control}/control/resume", b"")
        assert post(ask, asking("hello")).status == 200
        assert until(lambda: get(f"{running.url}/health/ready").status == 200)
