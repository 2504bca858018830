"""Decisions from scores on record: exact where that can be, told where it cannot."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from statera.analysis.guarding.replaying import (
    CUT,
    HEADERS,
    Outcomes,
    Recorded,
    outcomes,
    reads_headers,
    replayed,
    rescored,
)
from statera.guard.engine import Engine
from statera.guard.policy import Change, Entry, Place, Policy, Scope
from statera.records.guarding import Decision, Finding, Passage, Reading, Trouble

BOMBS = Entry(name="bombs", use="x", threshold=0.8)
MAILS = Entry(name="mails", use="y", threshold=0.5, action="redact", on_failure="open")
BASE = Policy(detectors=(BOMBS, MAILS))
PLACE = Place(route="/v1/chat/completions", model="m")


def record(policy: Policy, **answers: Reading | Trouble) -> tuple[Recorded, Decision]:
    """Return what that policy made of one text, as it is on record."""
    engine, passage = Engine(policy), Passage(text="x" * 9, side="input")
    asks = [one for one in engine.asks([passage], PLACE) if one.entry.name in answers]
    made = engine.decide([passage], asks, [answers[one.entry.name] for one in asks], id="d")
    found = Recorded(
        "d", "request", PLACE, policy.digest, made.outcome, made.scores, made.findings, 9
    )
    return found, made


def changed(**terms: object) -> Policy:
    """Return the base with other terms for `bombs`."""
    return Policy(detectors=(structs.replace(BOMBS, **terms), MAILS))


ANSWERS = st.one_of(
    st.floats(0, 1).map(Reading),
    st.floats(0, 1).map(lambda score: Reading(score, beyond=True)),
    st.sampled_from([Trouble("failed", "X"), Trouble("late", "Y")]),
)
TERMS = st.fixed_dictionaries(
    {},
    optional={
        "threshold": st.floats(0, 1),
        "action": st.sampled_from(["allow", "redact", "block", "annotate"]),
        "mode": st.sampled_from(["enforce", "shadow"]),
        "on_failure": st.sampled_from(["open", "closed"]),
        "beyond": st.sampled_from(["allow", "block"]),
    },
)


@given(ANSWERS, ANSWERS, TERMS)
def test_it_is_what_the_new_policy_would_have_decided(
    bombs: Reading | Trouble, mails: Reading | Trouble, terms: dict[str, object]
) -> None:
    new = changed(**terms)
    recorded, _ = record(BASE, bombs=bombs, mails=mails)
    _, expected = record(new, bombs=bombs, mails=mails)
    found = rescored(recorded, Engine(BASE), Engine(new))
    assert isinstance(found, Decision)
    assert (found.outcome, found.would) == (expected.outcome, expected.would)


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (changed(use="z"), "'bombs' looks otherwise (`use`)"),
        (changed(settings={"head": "b"}), "'bombs' looks otherwise (`with`)"),
        (changed(sides=("output",)), "'bombs' looks otherwise (`sides`)"),
        (changed(context=2), "'bombs' looks otherwise (`context`)"),
        (
            Policy(detectors=(BOMBS, MAILS, Entry(name="leak", use="z"))),
            "'leak' did not look then",
        ),
        (structs.replace(BASE, longest=5), "`longest` changes what is read"),
        (
            structs.replace(BASE, scopes=(Scope(headers={"x-team": "a"}),)),
            "a scope reads headers, which are not on record",
        ),
    ],
)
def test_what_looks_otherwise_is_not_guessed(new: Policy, why: str) -> None:
    recorded, _ = record(BASE, bombs=Reading(0.1), mails=Reading(0.1))
    assert rescored(recorded, Engine(BASE), Engine(new)) == f"texts not kept, and {why}"


def test_a_block_by_what_is_known_stands_whatever_the_rest_would_say() -> None:
    recorded, _ = record(BASE, bombs=Reading(0.9), mails=Reading(0.1))
    new = Policy(detectors=(BOMBS, MAILS, Entry(name="leak", use="z")))
    found = rescored(recorded, Engine(BASE), Engine(new))
    assert isinstance(found, Decision)
    assert found.outcome == "block"


def test_only_the_policy_that_decided_tells_what_the_scores_are_of() -> None:
    recorded, made = record(BASE, bombs=Reading(0.1), mails=Reading(0.1))
    told = f"texts not kept, and the policy {BASE.digest} is not given as the base"
    new = changed(threshold=0.05)
    assert rescored(recorded, None, Engine(new)) == told
    assert rescored(recorded, Engine(changed(threshold=0.3)), Engine(new)) == told
    found = rescored(recorded, None, Engine(BASE))
    assert isinstance(found, Decision)
    assert found.outcome == made.outcome


def test_scopes_by_route_and_model_hold_and_more_time_is_unknown() -> None:
    off = Scope(route="/v1/chat/*", detectors={"bombs": Change(off=True)})
    recorded, _ = record(BASE, bombs=Reading(0.9), mails=Reading(0.1))
    found = rescored(recorded, Engine(BASE), Engine(structs.replace(BASE, scopes=(off,))))
    assert isinstance(found, Decision)
    assert found.outcome == "allow"
    late, _ = record(BASE, bombs=Trouble("late", ""), mails=Reading(0.1))
    why = rescored(late, Engine(BASE), Engine(changed(timeout=9.0)))
    assert why == "texts not kept, and 'bombs' was late and has more time now"
    assert isinstance(rescored(late, Engine(BASE), Engine(changed(timeout=1.0))), Decision)


def test_less_time_is_unknown_unless_the_whole_check_took_no_more() -> None:
    recorded, _ = record(BASE, bombs=Reading(0.1), mails=Reading(0.1))
    new = Engine(changed(timeout=0.5))
    why = rescored(recorded, Engine(BASE), new)
    assert why == "texts not kept, and 'bombs' has less time now"
    assert rescored(recorded._replace(seconds=0.6), Engine(BASE), new) == why
    assert isinstance(rescored(recorded._replace(seconds=0.4), Engine(BASE), new), Decision)
    failed, _ = record(BASE, bombs=Trouble("failed", ""), mails=Reading(0.1))
    assert isinstance(rescored(failed, Engine(BASE), new), Decision)


def test_headers_matter_where_a_scope_that_reads_them_can_hold() -> None:
    scope = Scope(route="/v1/embeddings", headers={"x-team": "a"})
    policy = structs.replace(BASE, scopes=(scope,))
    assert not reads_headers(policy, PLACE)
    assert reads_headers(policy, Place(route="/v1/embeddings", model="m"))
    recorded, _ = record(policy, bombs=Reading(0.1), mails=Reading(0.1))
    assert isinstance(rescored(recorded, None, Engine(policy)), Decision)
    there = recorded._replace(place=Place(route="/v1/embeddings"))
    assert rescored(there, None, Engine(policy)) == f"texts not kept, and {HEADERS}"


def test_a_stream_that_was_stopped_is_on_record_so_far_only() -> None:
    recorded, made = record(BASE, bombs=Reading(0.9), mails=Reading(0.1))
    cut = recorded._replace(cut=True)
    passing = structs.replace(made, outcome="allow", findings=())
    assert outcomes(cut, passing) == Outcomes("d", "request", "block", None, ("bombs",), (), CUT)
    assert outcomes(cut, made).now == "block"
    assert outcomes(recorded, passing).now == "allow"


def test_no_reply_is_made_to_what_is_stopped() -> None:
    found = replayed(
        [
            Outcomes("a", "request", "allow", "block", (), ("bombs",)),
            Outcomes("a", "response", "block", "block", ("mails",), ("mails",)),
            Outcomes("b", "request", "allow", "unavailable"),
            Outcomes("b", "stream", "allow", None, why=CUT),
            Outcomes("c", "request", "unavailable", "allow"),
        ]
    )
    assert (found.by_then, found.by) == ({"mails": 1}, {"bombs": 1})
    assert found.now == {"block": 1, "unavailable": 1, "allow": 1}
    assert (found.untold, found.unanswered) == ({}, 1)
    assert [one.phases for one in found.blocked] == [("request",)]


def test_who_lets_a_long_text_pass_blocked_nothing() -> None:
    mild = structs.replace(MAILS, action="block", beyond="allow")
    base = Policy(detectors=(BOMBS, mild))
    long = Reading(0.0, beyond=True)
    recorded, made = record(base, bombs=long, mails=long)
    found = outcomes(recorded, made, {base.digest: frozenset({"mails"})})
    assert (found.by_then, found.by) == (("bombs",), ("bombs",))
    assert outcomes(recorded, made).by_then == ("bombs", "mails")


def test_an_exchange_is_blocked_where_any_phase_is() -> None:
    found = replayed(
        [
            Outcomes("a", "request", "allow", "allow"),
            Outcomes("a", "response", "allow", "block", (), ("bombs",)),
            Outcomes("b", "request", "block", "allow", ("bombs",)),
            Outcomes("c", "request", "allow", "redact"),
            Outcomes("c", "response", "block", "allow", ("mails",)),
            Outcomes("d", "request", "block", "block", ("bombs",), ("bombs", "mails")),
            Outcomes("e", "request", "allow", None, why="no"),
            Outcomes("e", "response", "allow", "allow"),
            Outcomes("f", "request", "allow", None, why="no"),
            Outcomes("f", "response", "allow", "block", (), ("bombs",)),
        ]
    )
    assert found.requests == 6
    assert [(one.id, one.phases) for one in found.newly] == [
        ("a", ("response",)),
        ("f", ("response",)),
    ]
    assert [one.id for one in found.no_longer] == ["b", "c"]
    assert [one.id for one in found.blocked] == ["a", "d", "f"]
    assert (found.then, found.now) == (
        {"allow": 2, "block": 3},
        {"block": 3, "allow": 1, "redact": 1},
    )
    assert (found.by_then, found.by) == ({"bombs": 2, "mails": 1}, {"bombs": 3, "mails": 1})
    assert (found.untold, found.unanswered) == ({"no": 1}, 1)
    assert msgspec.json.decode(msgspec.json.encode(found))["requests"] == 6


def test_where_nobody_decided_before_all_blocks_are_listed() -> None:
    found = replayed([Outcomes("a", "request", None, "block", (), ("bombs",))], recorded=False)
    assert (found.then, found.newly, len(found.blocked)) == ({}, (), 1)


def test_a_record_beside_the_decision_that_would_be() -> None:
    recorded, _ = record(BASE, bombs=Reading(0.9), mails=Reading(0.1))
    made = rescored(recorded, None, Engine(BASE))
    assert outcomes(recorded, made) == Outcomes(
        "d", "request", "block", "block", ("bombs",), ("bombs",)
    )
    assert outcomes(recorded, "why not") == Outcomes(
        "d", "request", "block", None, ("bombs",), (), "why not"
    )
    found: tuple[Finding, ...] = recorded.findings
    assert [one.detector for one in found] == ["bombs"]
