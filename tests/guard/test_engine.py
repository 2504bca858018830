"""The engine against tables: who looks at what, and which outcome follows."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.guard.engine import Answer, Ask, Engine
from statera.guard.policy import Change, Entry, Place, Policy, Scope
from statera.records.guarding import Edit, Outcome, Passage, Reading, Span, Trouble

_TEXT = "write to a@b.c today"
_SPAN = Span(9, 14, "EMAIL")


def _entry(**words: Any) -> Entry:
    return Entry(**({"name": "one", "use": "regex"} | words))


def _decided(answer: Answer, **words: Any) -> Any:
    engine = Engine(Policy(detectors=(_entry(**words),)))
    passages = [Passage(text=_TEXT, side="input", place="messages[0].content")]
    asks = engine.asks(passages, Place())
    return engine.decide(passages, asks, [answer] * len(asks), id="d")


@pytest.mark.parametrize(
    ("answer", "words", "outcome", "would"),
    [
        (Reading(0.49), {}, "allow", "allow"),
        (Reading(0.5), {}, "block", "block"),
        (Reading(0.9), {"mode": "shadow"}, "allow", "block"),
        (Reading(0.9), {"action": "annotate"}, "allow", "allow"),
        (Reading(0.9), {"action": "allow"}, "allow", "allow"),
        (Reading(0.9), {"action": "redact"}, "redact", "redact"),
        (Reading(0.1, beyond=True), {}, "block", "block"),
        (Reading(0.1, beyond=True), {"beyond": "allow"}, "bypassed", "bypassed"),
        (Reading(0.9, beyond=True), {"action": "redact"}, "block", "block"),
        (Reading(0.9, beyond=True), {"action": "redact", "beyond": "allow"}, "bypassed", None),
        (Reading(0.1, beyond=True), {"mode": "shadow"}, "allow", "block"),
        (Trouble("failed", "ValueError"), {}, "unavailable", "unavailable"),
        (Trouble("late", "2 s"), {"on_failure": "open"}, "bypassed", "bypassed"),
        (Trouble("late", "2 s"), {"action": "annotate"}, "bypassed", "bypassed"),
        (Trouble("failed", "x"), {"mode": "shadow"}, "allow", "unavailable"),
    ],
)
def test_an_answer_has_its_outcome(
    answer: Answer, words: dict[str, Any], outcome: Outcome, would: Outcome | None
) -> None:
    decision = _decided(answer, **words)
    assert decision.outcome == outcome
    assert decision.would == (would or outcome)
    assert bool(decision.message) == (outcome == "block")


def test_a_redaction_takes_out_the_span_or_else_the_passage() -> None:
    spot = _decided(Reading(1.0, spans=(_SPAN,)), action="redact")
    assert spot.edits == (Edit(0, 9, 14, "[EMAIL]"),)
    back = _decided(Reading(1.0, spans=(_SPAN,)), action="redact", restore=True)
    assert back.edits == (Edit(0, 9, 14, "[EMAIL_1]"),)
    whole = _decided(Reading(1.0), action="redact")
    assert whole.edits == (Edit(0, 0, len(_TEXT), "[ONE]"),)


def test_what_an_open_check_lets_pass_is_still_redacted_by_the_others() -> None:
    entries = (_entry(action="redact"), _entry(name="two", on_failure="open"))
    engine = Engine(Policy(detectors=entries))
    passages = [Passage(text=_TEXT, side="input")]
    asks = engine.asks(passages, Place())
    answers: list[Answer] = [Reading(1.0, spans=(_SPAN,)), Trouble("late", "")]
    decision = engine.decide(passages, asks, answers, id="d")
    assert decision.outcome == "bypassed"
    assert decision.edits


@given(st.permutations(["allow", "redact", "bypassed", "unavailable", "block"]), st.data())
def test_the_worst_outcome_wins_in_any_order(outcomes: list[Outcome], data: st.DataObject) -> None:
    kinds: dict[Outcome, tuple[dict[str, Any], Answer]] = {
        "allow": ({}, Reading(0.0)),
        "redact": ({"action": "redact"}, Reading(1.0)),
        "bypassed": ({"on_failure": "open"}, Trouble("failed", "")),
        "unavailable": ({}, Trouble("failed", "")),
        "block": ({}, Reading(1.0)),
    }
    chosen = outcomes[: data.draw(st.integers(1, 5))]
    entries = tuple(_entry(name=f"d{i}", **kinds[one][0]) for i, one in enumerate(chosen))
    engine = Engine(Policy(detectors=entries))
    passages = [Passage(text=_TEXT, side="input")]
    asks = engine.asks(passages, Place())
    decision = engine.decide(passages, asks, [kinds[one][1] for one in chosen], id="d")
    ranks = ["allow", "redact", "bypassed", "unavailable", "block"]
    assert decision.outcome == max(chosen, key=ranks.index)


def test_sides_roles_and_blank_texts_decide_who_looks() -> None:
    entries = (_entry(sides=("input",), roles=("user",)), _entry(name="two", sides=("output",)))
    engine = Engine(Policy(detectors=entries))
    passages = [
        Passage(text="a", side="input", role="user"),
        Passage(text="b", side="input", role="system"),
        Passage(text="", side="output"),
        Passage(text="c", side="output", role="assistant"),
    ]
    asks = engine.asks(passages, Place())
    assert [(ask.passage, ask.entry.name) for ask in asks] == [(0, "one"), (3, "two")]


def test_the_later_scope_wins_word_by_word() -> None:
    scopes = (
        Scope(route="/v1/*", detectors={"one": Change(mode="shadow", threshold=0.9)}),
        Scope(model="lab-*", headers={"X-Team": "red*"}, detectors={"one": Change(threshold=0.3)}),
        Scope(route="/off", detectors={"one": Change(off=True)}),
    )
    engine = Engine(Policy(detectors=(_entry(),), scopes=scopes))
    (plain,) = engine.entries(Place(route="/other"))
    assert (plain.mode, plain.threshold) == ("enforce", 0.5)
    place = Place(route="/v1/chat/completions", model="lab-7", headers={"x-team": "red-1"})
    (both,) = engine.entries(place)
    assert (both.mode, both.threshold) == ("shadow", 0.3)
    assert engine.entries(Place(route="/off")) == ()


def test_the_message_is_the_detectors_own_or_that_of_the_side() -> None:
    assert _decided(Reading(1.0), message="No.").message == "No."
    assert _decided(Reading(1.0)).message == Policy().messages.input


def test_names_in_a_reply_have_no_number_and_stand_for_nothing() -> None:
    engine = Engine(Policy(detectors=(_entry(action="redact", restore=True),)))
    for side, name in (("input", "[EMAIL_1]"), ("output", "[EMAIL]"), ("tool_call", "[EMAIL]")):
        said = [Passage(text=_TEXT, side=side)]  # type: ignore[arg-type]
        asks = [Ask(0, engine.policy.detectors[0])]
        decision = engine.decide(said, asks, [Reading(1.0, spans=(_SPAN,))], id="d")
        assert decision.edits[0].replacement == name
