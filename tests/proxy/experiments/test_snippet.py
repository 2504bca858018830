"""The JavaScript that pages take: in node against servers that fail, and in a real browser."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from itertools import chain, repeat
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from statera.proxy.answers import Answer, deliver
from statera.proxy.bodies import Message, Receive, Send
from statera.proxy.experiments.feedback import SNIPPET, Feedbacks
from statera.proxy.experiments.reports import Proofs, Rules
from statera.proxy.experiments.tokens import sign
from statera.records.live import Feedback
from tests.proxy.experiments import times
from tests.proxy.experiments.designs_made import design
from tests.proxy.experiments.served import Kept, served
from tests.proxy.upstreams import RESET, Asked, RawUpstream, Step, answer

PROOFS = Proofs(sign=b"a key to sign with")
TOKEN = sign(PROOFS.sign, 255)
CHROMIUM = shutil.which("chromium")
_NODE = """
const { feedbackOf } = await import(process.argv[1]);
const headers = new Headers(JSON.parse(process.argv[3]));
const feedback = feedbackOf(new Response("", { headers }), { url: process.argv[2], wait: 1 });
const told = [feedback.arm, feedback.experiment];
for (const report of JSON.parse(process.argv[4])) told.push(await feedback.send(...report));
console.log(JSON.stringify(told));
"""
HEADERS = {
    "x-statera-feedback": TOKEN, "x-statera-arm": "warm", "x-statera-experiment": "tone",
}  # fmt: skip
_PAGE = """<!doctype html><script type="module">
import { feedbackOf } from "/feedback.js";
const feedback = feedbackOf(await fetch("/answer"));
window.kept = await feedback.send("thumb", "up");
feedback.send("rating", 4);
feedback.send("complaint");
document.title = feedback.arm;
</script>"""


def feedbacks(kept: Kept) -> Feedbacks:
    rules = Rules([design()], PROOFS)
    return Feedbacks(kept, rules, clock=times.Standing(), count=lambda reason, number: None)


def in_node(url: str, reports: list[Any], headers: dict[str, str] = HEADERS) -> list[Any]:
    """Send reports from node; return arm, experiment, and what came of each."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node on this machine")
    told = [json.dumps(headers), json.dumps(reports)]
    done = subprocess.run(
        [node, "--input-type=module", "-e", _NODE, SNIPPET.as_uri(), url, *told],
        capture_output=True,
        timeout=600,
        check=True,
    )
    found: list[Any] = json.loads(done.stdout)
    return found


def test_each_call_is_a_report_unless_it_has_the_same_id() -> None:
    kept = Kept()
    with served(feedbacks(kept)) as url:
        found = in_node(
            f"{url}/v1/feedback",
            [["thumb", "up"], ["thumb", "up"], ["rating", 4, {"id": "a"}],
             ["rating", 5, {"id": "a"}], ["solvd", True]],
        )  # fmt: skip
    assert found == ["warm", "tone", True, True, True, True, False]
    reports = [fact for fact in kept.facts if isinstance(fact, Feedback)]
    assert [report.outcome for report in reports] == ["thumb", "thumb", "rating", "rating"]
    assert len({report.id for report in reports}) == 3


def test_a_report_that_did_not_arrive_is_sent_again_with_its_id() -> None:
    steps: Iterator[list[Step]] = iter(
        [[RESET], [answer({}, 503)], [answer({}, 429)], [answer({}, 202)]]
    )
    with RawUpstream(lambda _: next(steps)) as upstream:
        assert in_node(f"{upstream.url}/v1/feedback", [["thumb", "up"]])[2:] == [True]
    assert len({asked.body for asked in upstream.asked}) == 1
    assert len(upstream.asked) == 4
    assert upstream.asked[0].json | {"id": ""} == {
        "token": TOKEN, "outcome": "thumb", "value": "up", "id": "",
    }  # fmt: skip


def test_it_gives_up_after_some_times_and_at_once_where_it_is_refused() -> None:
    answers: Iterator[list[Step]] = chain([[answer({}, 403)]], repeat([answer({}, 500)]))
    with RawUpstream(lambda _: next(answers)) as upstream:
        found = in_node(f"{upstream.url}/v1/feedback", [["thumb", "up"], ["solved", True]])
    assert found[2:] == [False, False]
    assert len(upstream.asked) == 1 + 5


def test_an_answer_without_a_token_is_not_reported_on() -> None:
    def asked(_: Asked) -> list[Step]:
        raise AssertionError

    with RawUpstream(asked) as upstream:
        found = in_node(f"{upstream.url}/v1/feedback", [["thumb", "up"]], {})
    assert found == ["", "", False]
    assert not upstream.asked


class Pages:
    """A page, its answer, and feedback of which all but the first report never gets an answer."""

    def __init__(self, kept: Kept) -> None:
        self._feedbacks, self._kept = feedbacks(kept), kept
        self.waiting = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path == "/v1/feedback":
            if len(self._kept.facts) == 1 and self.waiting < 2:
                self.waiting += 1
                while (await receive())["type"] != "http.disconnect":
                    pass
                return
            await self._feedbacks(scope, receive, send)
            return
        kinds = {"/": "text/html", "/feedback.js": "text/javascript"}
        texts = {"/": _PAGE, "/feedback.js": SNIPPET.read_text(encoding="utf-8")}
        headers = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
        kind = (b"content-type", kinds.get(path, "text/plain").encode())
        await deliver(send, Answer(200, [kind, *headers], texts.get(path, "").encode()))


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Wait until it holds, for 10 s at most."""
    for _ in range(1000):
        if holds():
            return
        page.wait_for_timeout(10)
    raise AssertionError("it never held")


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_a_page_reports_and_what_is_on_its_way_when_it_is_left_arrives() -> None:
    kept = Kept()
    pages = Pages(kept)
    with served(pages) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(url)
        page.wait_for_function("document.title === 'warm'")
        assert page.evaluate("window.kept") is True
        until(page, lambda: pages.waiting == 2)
        assert len(kept.facts) == 1
        page.goto(f"{url}/elsewhere")
        until(page, lambda: len(kept.facts) == 3)
        browser.close()
    reports = [fact for fact in kept.facts if isinstance(fact, Feedback)]
    assert {(report.outcome, report.value, report.decision) for report in reports} == {
        ("thumb", 1.0, 255), ("rating", 4.0, 255), ("complaint", 1.0, 255),
    }  # fmt: skip
    assert {report.source for report in reports} == {"signed"}
