"""Reports from a server: sent whole, sent again with the same ids, refused in one line."""

import socket
from collections.abc import Iterator

import pytest

from statera.api.feedback import MOST, send_feedback
from statera.errors import DeclarationError, EndpointError
from statera.proxy.experiments.feedback import Feedbacks
from statera.proxy.experiments.reports import Proofs, Rules
from statera.proxy.experiments.tokens import sign
from statera.records.live import Feedback
from tests.proxy.experiments import times
from tests.proxy.experiments.designs_made import design
from tests.proxy.experiments.served import Kept, served
from tests.proxy.upstreams import CLOSE, RESET, Asked, RawUpstream, Step, answer

DECISION = "00000000000000ff"
PROOFS = Proofs(sign=b"a key to sign with", bearer="server")


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def url(kept: Kept) -> Iterator[str]:
    rules = Rules([design()], PROOFS)
    count = lambda reason, number: None  # noqa: E731
    with served(Feedbacks(kept, rules, clock=times.Standing(), count=count)) as found:
        yield found


def values(kept: Kept) -> list[tuple[str, float]]:
    return [(one.outcome, one.value) for one in kept.facts if isinstance(one, Feedback)]


def test_one_report_and_several_are_kept(url: str, kept: Kept) -> None:
    [one] = send_feedback(url, {"decision": DECISION, "solved": True}, token="server")
    two = send_feedback(
        f"{url}/v1/feedback",
        [
            {"decision": DECISION, "outcome": "solved", "value": 1},
            {"token": sign(PROOFS.sign, 5), "thumb": "down"},
        ],
        token="server",
    )
    assert two[0] == one
    assert values(kept) == [("solved", 1.0), ("solved", 1.0), ("thumb", 0.0)]
    [signed] = send_feedback(url, {"token": sign(PROOFS.sign, 5), "thumb": "down"})
    assert signed == two[1]
    assert send_feedback(url, []) == ()


def test_more_than_one_request_takes_are_sent_in_several(url: str, kept: Kept) -> None:
    many = [{"decision": f"{n:016x}", "solved": 1} for n in range(MOST + 7)]
    assert len(set(send_feedback(url, many, token="server"))) == len(kept.facts) == len(many)


def test_it_is_sent_again_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    steps: Iterator[list[Step]] = iter(
        [[RESET], [answer({}, 503), CLOSE], [answer({}, 429), CLOSE],
         [answer({"accepted": 1, "ids": ["a"]}, 202), CLOSE]]
    )  # fmt: skip
    with RawUpstream(lambda _: next(steps)) as upstream:
        ids = send_feedback(upstream.url, {"decision": DECISION, "solved": 1}, pause=0.001)
    assert ids == ("a",)
    assert len({asked.body for asked in upstream.asked}) == 1
    assert len(upstream.asked) == 4


@pytest.mark.parametrize(
    ("report", "token", "kind", "words"),
    [
        ({"decision": DECISION, "solvd": 1}, "server", DeclarationError, "Did you mean 'solved'"),
        ({"decision": DECISION, "rating": 9}, "server", DeclarationError, "from 1 to 5"),
        ({"decision": DECISION, "solved": 1}, "other", EndpointError, "403: This Bearer"),
        ({"decision": DECISION, "solved": 1}, "", EndpointError, "401: A report needs"),
    ],
)
def test_what_is_refused_is_told_in_one_line(
    url: str, report: dict[str, str | float], token: str, kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words) as told:
        send_feedback(url, report, token=token)
    assert "\n" not in str(told.value)


def test_an_endpoint_that_is_not_there_is_told_after_some_tries() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(EndpointError, match="not reached"):
        send_feedback(f"http://127.0.0.1:{port}", {"decision": DECISION}, pause=0.001)


def test_another_server_takes_no_feedback() -> None:
    with (
        RawUpstream(lambda _: [answer(b"<p>", 404), CLOSE]) as upstream,
        pytest.raises(EndpointError, match="404: no feedback is taken here"),
    ):
        send_feedback(upstream.url, {"decision": DECISION, "solved": 1})


@pytest.mark.parametrize("url", ["", "guard:8080", "ftp://guard", "http://"])
def test_a_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(DeclarationError, match="is no URL"):
        send_feedback(url, {})


def test_a_redirection_takes_the_token_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    seen: list[bytes] = []

    def elsewhere(asked: Asked) -> list[Step]:
        seen.append(asked.path)
        return [answer({"accepted": 1, "ids": ["a"]}, 202), CLOSE]

    with RawUpstream(elsewhere) as other:
        head = b"HTTP/1.1 302 Found\r\nlocation: " + other.url.encode() + b"/\r\n\r\n"
        moved: list[Step] = [head, CLOSE]
        with (
            RawUpstream(lambda _: moved) as upstream,
            pytest.raises(EndpointError, match="302: no feedback is taken here"),
        ):
            send_feedback(upstream.url, {"decision": DECISION, "solved": 1}, token="server")
    assert seen == []


def test_what_is_no_endpoint_of_feedback_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    with (
        RawUpstream(lambda _: [answer({"fine": 1}, 202), CLOSE]) as upstream,
        pytest.raises(EndpointError, match="202 of something else"),
    ):
        send_feedback(upstream.url, {"decision": DECISION, "solved": 1})
    with pytest.raises(DeclarationError, match="a URL with a password") as told:
        send_feedback("http://me:secret@guard", {"decision": DECISION, "solved": 1})
    assert "secret" not in str(told.value)
