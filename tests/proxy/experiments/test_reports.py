"""Reports are read whole or not at all, and the same said twice is one."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.experiment.outcomes import KNOWN
from statera.proxy.experiments.reports import (
    MOST_REPORTS,
    Caller,
    Forged,
    Proofs,
    Rules,
    Unproven,
)
from statera.proxy.experiments.tokens import sign
from statera.proxy.wire.refusals import Refused
from statera.records.live import Feedback, identifier
from tests.proxy.experiments.designs_made import design

PROOFS = Proofs(sign=b"a key to sign with", unit=b"a key of units", bearer="server")
OWN = {
    "saved": {"kind": "total", "low": 0.0},
    "churned": {"kind": "event", "better": "lower", "low": 0.0, "high": 1.0},
    "shown": {"source": "score", "low": 0.0},
}
RULES = Rules([design(outcomes=OWN)], PROOFS)
SERVER = Caller(trusted=True)
DECISION = "00000000000000ff"
TOKEN = sign(PROOFS.sign, 255)


def read(body: object, caller: Caller = SERVER, rules: Rules = RULES) -> tuple[Feedback, ...]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return rules.read(data, caller, at=5.0)


def one(caller: Caller = SERVER, **fields: Any) -> Feedback:
    [found] = read(fields, caller)
    return found


@pytest.mark.parametrize(
    ("said", "outcome", "value"),
    [
        ({"outcome": "solved", "value": 1}, "solved", 1.0),
        ({"outcome": "thumb", "value": "down"}, "thumb", 0.0),
        ({"outcome": "complaint"}, "complaint", 1.0),
        ({"outcome": "churned", "value": None}, "churned", 1.0),
        ({"thumb": "up"}, "thumb", 1.0),
        ({"thumb": False}, "thumb", 0.0),
        ({"solved": True}, "solved", 1.0),
        ({"rating": 4}, "rating", 4.0),
        ({"edit_distance": 0.25}, "edit_distance", 0.25),
        ({"saved": 1e6}, "saved", 1e6),
        ({"churned": 0}, "churned", 0.0),
    ],
)
def test_an_outcome_is_said_in_two_fields_or_in_one(
    said: dict[str, Any], outcome: str, value: float
) -> None:
    found = one(decision=DECISION, **said)
    assert (found.outcome, found.value, found.decision, found.at) == (outcome, value, 255, 5.0)
    assert found.source == "token"


@pytest.mark.parametrize(
    ("said", "place", "words"),
    [
        ({"outcome": "solvd", "value": 1}, "outcome", "Did you mean 'solved'?"),
        ({"solvd": 1}, "solvd", "Did you mean 'solved'?"),
        ({"outcome": "savd", "value": 1}, "outcome", "Did you mean 'saved'?"),
        ({"outcome": "latency", "value": 1}, "outcome", "is measured here"),
        ({"outcome": "shown", "value": 1}, "outcome", "is measured here"),
        ({"outcome": "mood", "value": 1}, "outcome", "declared in the design's `outcomes`"),
        ({"outcome": "rating", "value": 6}, "value", "'rating' is from 1 to 5, not 6"),
        ({"outcome": "rating"}, "value", "needs a number"),
        ({"outcome": "rating", "value": "5"}, "value", "needs a number"),
        ({"outcome": "thumb", "value": "sideways"}, "value", "`up` or `down`"),
        ({"outcome": "saved", "value": -1}, "value", "'saved' is from 0, not -1"),
        ({"outcome": "saved", "value": 10**400}, "value", "not inf"),
        ({"outcome": "solved", "value": 1, "rating": 2}, "rating", "beside `outcome`"),
        ({"thumb": "up", "rating": 2}, "$", "one outcome a report"),
        ({"thumb": "up", "value": 1}, "$", "no `value` beside it"),
        ({}, "$", "one outcome a report"),
        ({"thumb": "up", "id": ""}, "id", "1 to 256 characters"),
        ({"thumb": "up", "id": "x" * 257}, "id", "1 to 256 characters"),
        ({"thumb": "up", "id": 7}, "id", "1 to 256 characters"),
        ({"thumb": "up", "response": "r"}, "response", "not both"),
        ({"thumb": "up", "decision": "FF"}, "decision", "16 hexadecimal digits"),
        ({"thumb": "up", "decision": None}, "$", "name the answer by"),
    ],
)
def test_a_bad_report_is_refused_with_its_place(
    said: dict[str, Any], place: str, words: str
) -> None:
    bad = {"decision": DECISION, **said}
    with pytest.raises(Refused, match=r".") as alone:
        read(bad)
    assert alone.value.param == place
    assert words in str(alone.value)
    with pytest.raises(Refused, match=r".") as third:
        read([{"decision": DECISION, "thumb": "up"}, {"decision": DECISION, "solved": 1}, bad])
    assert str(third.value.param).startswith("[2]")


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff", b"[" * 100_000, b"null", b"7", b"[]", b"[7]", b'{"thumb": "\\ud800"}',
     b'{"decision": "00000000000000ff", "saved": 1e999}',
     json.dumps([{"decision": DECISION, "thumb": "up"}] * (MOST_REPORTS + 1)).encode()],
)  # fmt: skip
def test_what_is_no_list_of_reports_is_refused(body: bytes) -> None:
    with pytest.raises(Refused, match=r"."):
        read(body)


def test_a_token_names_its_decision_wherever_it_stands() -> None:
    browser = Caller(token=TOKEN)
    for found in (
        one(browser, thumb="up"),
        one(Caller(), thumb="up", token=TOKEN),
        one(browser, thumb="up", decision=DECISION),
        one(Caller(trusted=True, token=TOKEN), thumb="up"),
        one(Caller(strange=True), thumb="up", token=TOKEN),
    ):
        assert (found.decision, found.source) == (255, "signed")
    both = read([{"thumb": "up"}, {"rating": 5}], browser)
    assert [f.decision for f in both] == [255, 255]


@pytest.mark.parametrize(
    ("caller", "fields"),
    [
        (Caller(token=TOKEN), {"decision": "0" * 16}),
        (Caller(token=TOKEN[:-1] + ("A" if TOKEN[-1] != "A" else "B")), {}),
        (Caller(), {"token": sign(b"another key", 255)}),
        (Caller(trusted=True), {"token": "no token"}),
        (Caller(strange=True), {"decision": DECISION}),
    ],
)
def test_a_forgery_is_no_report(caller: Caller, fields: dict[str, str]) -> None:
    with pytest.raises(Forged):
        read([{"thumb": "up", "token": TOKEN}, {"thumb": "up", **fields}], caller)
    with pytest.raises(Forged):
        one(caller, thumb="up", **fields)


def test_without_a_proof_or_a_key_nothing_is_believed() -> None:
    with pytest.raises(Unproven):
        one(Caller(), thumb="up", decision=DECISION)
    unsigned = Rules([design()], Proofs())
    with pytest.raises(Forged):
        read({"thumb": "up", "token": sign(b"", 255)}, Caller(), unsigned)
    assert not unsigned.known("")
    assert RULES.known("server")
    assert not RULES.known("Server")
    assert not RULES.known("\u1234")


def test_a_response_is_kept_as_its_keyed_hash() -> None:
    found = one(response="chatcmpl-1", thumb="up")
    assert (found.decision, found.response) == (
        None,
        identifier(PROOFS.unit, "response", "chatcmpl-1"),
    )
    with pytest.raises(Refused, match="already"):
        one(Caller(token=TOKEN), response="chatcmpl-1", thumb="up")


@given(st.floats(0, 1), st.text(min_size=1, max_size=8), st.text(min_size=1, max_size=8))
def test_what_makes_two_reports_one(value: float, first: str, second: str) -> None:
    bare = one(decision=DECISION, solved=value)
    assert bare.id == one(Caller(token=TOKEN), outcome="solved", value=value).id
    assert bare.id != one(decision="0" * 16, solved=value).id
    assert bare.id != one(decision=DECISION, thumb=value).id
    assert bare.id != one(decision=DECISION, solved=value / 2 + 0.5 * (value < 0.5)).id
    named = one(decision=DECISION, solved=value, id=first)
    assert named.id == one(decision=DECISION, solved=1 - value, id=first).id
    assert (named.id == one(decision=DECISION, solved=value, id=second).id) == (first == second)
    assert named.id != bare.id
    assert named.id != one(decision="0" * 16, solved=value, id=first).id


def test_two_designs_may_bound_one_outcome_apart() -> None:
    narrow = design(outcomes={"saved": {"low": 0.0, "high": 10.0}})
    wide = design(experiment="b", outcomes={"saved": {"low": -5.0, "high": 1.0}})
    rules = Rules([narrow, wide], PROOFS)
    assert read({"decision": DECISION, "saved": -5}, SERVER, rules)[0].value == -5
    assert read({"decision": DECISION, "saved": 10}, SERVER, rules)[0].value == 10
    with pytest.raises(Refused, match="from -5 to 10"):
        read({"decision": DECISION, "saved": 11}, SERVER, rules)


def test_every_known_outcome_of_people_may_be_reported() -> None:
    reported = {name for name, outcome in KNOWN.items() if outcome.source == "feedback"}
    assert set(Rules([], Proofs()).names) == reported
    for name in reported:
        low, high = KNOWN[name].low, KNOWN[name].high
        value = low if low is not None else high or 0.0
        assert math.isfinite(one(decision=DECISION, outcome=name, value=value).value)


def test_a_body_of_very_many_parts_is_refused_unread() -> None:
    for body in (b"[" + b"{}," * 300_000 + b"{}]", b"[" * 300_000, b"[1" + b",1" * 300_000 + b"]"):
        with pytest.raises(Refused, match="more parts than a list of 1,000 reports has"):
            read(body, Caller())
    long = [
        {"decision": f"{n:016x}", "outcome": "solved", "value": 1, "id": "{,,}"}
        for n in range(1000)
    ]
    assert len(read(long)) == 1000


def test_the_id_of_a_report_cannot_be_made_by_others() -> None:
    other = Rules([design()], PROOFS._replace(unit=b"another key of units"))
    [ours], [theirs] = (
        read({"decision": DECISION, "solved": 1}, SERVER, r) for r in (RULES, other)
    )
    assert ours.id != theirs.id
