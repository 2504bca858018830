"""Feedback over HTTP: what is taken, what is refused, and what each is counted as."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import pytest

from statera.proxy.experiments.feedback import Feedbacks, Limits
from statera.proxy.experiments.reports import Proofs, Rules
from statera.proxy.experiments.tokens import sign
from statera.records.live import Feedback, decision_text
from tests.proxy.experiments import times
from tests.proxy.experiments.designs_made import design
from tests.proxy.experiments.served import Kept, served
from tests.proxy.guards import Answered, post, send

PROOFS = Proofs(sign=b"a key to sign with", unit=b"a key of units", bearer="server")
SERVER = {"authorization": "Bearer server"}
DECISION = "00000000000000ff"
TOKEN = sign(PROOFS.sign, 255)
PAGE = {"origin": "https://app.example"}


class Endpoint(NamedTuple):
    """A running endpoint with all that it did."""

    url: str
    kept: Kept
    counted: Counter[str]
    clock: times.Standing

    def post(self, body: object, headers: Mapping[str, str] = SERVER) -> Answered:
        return post(self.url, body, headers)


@pytest.fixture(scope="module")
def running() -> Iterator[Endpoint]:
    kept, counted, clock = Kept(), Counter[str](), times.Standing()
    app = Feedbacks(
        kept,
        Rules([design()], PROOFS),
        clock=clock,
        count=lambda reason, number: counted.update({reason: number}),
        origins=["https://app.example"],
        limits=Limits(body=20_000, a_second=20, a_decision=5, decisions=2),
    )
    with served(app) as url:
        yield Endpoint(f"{url}/v1/feedback", kept, counted, clock)


@pytest.fixture
def endpoint(running: Endpoint) -> Endpoint:
    running.kept.facts.clear()
    running.counted.clear()
    running.kept.full = False
    running.clock.at += 2
    return running


def test_a_report_is_kept_before_it_is_accepted(endpoint: Endpoint) -> None:
    answer = endpoint.post({"decision": DECISION, "thumb": "up"})
    [fact] = endpoint.kept.facts
    assert isinstance(fact, Feedback)
    assert (answer.status, answer.json) == (202, {"accepted": 1, "ids": [decision_text(fact.id)]})
    assert (fact.outcome, fact.value, fact.at) == ("thumb", 1.0, endpoint.clock.at)
    assert endpoint.counted == {"accepted": 1}


def test_a_list_is_taken_whole_and_the_same_again_has_the_same_ids(endpoint: Endpoint) -> None:
    both = [{"decision": DECISION, "solved": True}, {"response": "chatcmpl-1", "rating": 4}]
    first, again = endpoint.post(both), endpoint.post(both)
    assert first.json["accepted"] == 2
    assert first.json == again.json
    assert endpoint.counted == {"accepted": 4}
    assert len({fact.id for fact in endpoint.kept.facts if isinstance(fact, Feedback)}) == 2


def test_a_browser_has_its_token_in_the_header_or_in_the_body(endpoint: Endpoint) -> None:
    header = endpoint.post([{"thumb": "up"}, {"rating": 5}], {"x-statera-feedback": TOKEN})
    beacon = endpoint.post(
        {"token": TOKEN, "thumb": "up"}, {"content-type": "text/plain;charset=UTF-8"}
    )
    assert (header.status, beacon.status) == (202, 202)
    assert beacon.json["ids"] == header.json["ids"][:1]
    assert {getattr(fact, "source", "") for fact in endpoint.kept.facts} == {"signed"}


@pytest.mark.parametrize(
    ("body", "headers", "status", "code", "counted"),
    [
        ({"thumb": "up"}, {}, 401, "unauthorized", "unauthorized"),
        ({"thumb": "up"}, {"x-statera-feedback": TOKEN[::-1]}, 403, "forged", "forged"),
        ({"decision": DECISION, "thumb": "up"}, {"authorization": "Bearer no"}, 403, "forged",
         "forged"),
        ({"decision": DECISION, "thumb": "up"}, {"authorization": "Basic server"}, 403, "forged",
         "forged"),
        ({"decision": DECISION, "solvd": 1}, SERVER, 400, "invalid_report", "invalid"),
        (b"{", SERVER, 400, "invalid_json", "invalid"),
        (b" " * 20_001, SERVER, 413, "request_too_large", "too_large"),
        ([{"decision": DECISION, "thumb": "up"}] * 21, SERVER, 429, "too_many_reports", "limited"),
    ],
)  # fmt: skip
def test_what_is_refused_says_why_and_is_counted(
    endpoint: Endpoint, body: object, headers: dict[str, str], status: int, code: str, counted: str
) -> None:
    answer = endpoint.post(body, headers)
    assert (answer.status, answer.json["error"]["code"]) == (status, code)
    assert endpoint.counted == {counted: 1}
    assert not endpoint.kept.facts
    assert ("retry-after" in answer.headers) == (status == 429)
    assert ("www-authenticate" in answer.headers) == (status == 401)


def test_an_unknown_outcome_names_the_nearest(endpoint: Endpoint) -> None:
    error = endpoint.post([{"decision": DECISION, "outcome": "complant"}]).json["error"]
    assert error["param"] == "[0].outcome"
    assert "Did you mean 'complaint'?" in error["message"]


def test_reports_a_second_are_bounded_and_taken_again_in_the_next(endpoint: Endpoint) -> None:
    many = [{"decision": DECISION, "thumb": "up", "id": str(n)} for n in range(20)]
    assert [endpoint.post(many).status, endpoint.post(many[:1]).status] == [202, 429]
    endpoint.clock.at += 1
    assert endpoint.post(many).status == 202


def test_one_token_reports_only_so_often_and_servers_as_they_like(endpoint: Endpoint) -> None:
    tokens = [sign(PROOFS.sign, number) for number in (1, 2, 3)]

    def report(token: str, times: int) -> int:
        many = [{"thumb": "up", "id": str(n)} for n in range(times)]
        return endpoint.post(many, {"x-statera-feedback": token}).status

    assert [report(tokens[0], 3), report(tokens[0], 3), report(tokens[0], 2)] == [202, 429, 202]
    assert report(tokens[0], 1) == 429
    assert [report(tokens[1], 1), report(tokens[2], 1)] == [202, 202]
    assert report(tokens[0], 1) == 202, "two are remembered, the oldest is forgotten"
    assert endpoint.post([{"decision": DECISION, "thumb": "up"}] * 9).status == 202


def test_what_could_not_be_kept_is_not_accepted(endpoint: Endpoint) -> None:
    endpoint.kept.full = True
    answer = endpoint.post([{"decision": DECISION, "thumb": "up"}] * 2)
    assert (answer.status, answer.json["error"]["code"]) == (503, "not_kept")
    assert answer.headers["retry-after"] == "1"
    assert endpoint.counted == {"not_kept": 2}


def test_only_posts_report(endpoint: Endpoint) -> None:
    answer = send("GET", endpoint.url, None, SERVER)
    assert (answer.status, answer.headers["allow"]) == (405, "POST, OPTIONS")


def test_pages_of_declared_origins_may_report(endpoint: Endpoint) -> None:
    asked = {**PAGE, "access-control-request-method": "POST"}
    before = send("OPTIONS", endpoint.url, None, asked)
    assert before.status == 200
    assert before.headers["access-control-allow-origin"] == PAGE["origin"]
    assert "x-statera-feedback" in before.headers["access-control-allow-headers"]
    answer = endpoint.post({"token": TOKEN, "thumb": "up", "id": "of a page"}, PAGE)
    assert answer.headers["access-control-allow-origin"] == PAGE["origin"]
    assert answer.headers["vary"] == "origin"
    refused = endpoint.post(b"{", PAGE)
    assert refused.headers["access-control-allow-origin"] == PAGE["origin"]


def test_pages_of_other_origins_are_told_nothing(endpoint: Endpoint) -> None:
    other = {"origin": "https://other.example", "access-control-request-method": "POST"}
    before = send("OPTIONS", endpoint.url, None, other)
    assert not [name for name in before.headers if name.startswith("access-control")]
