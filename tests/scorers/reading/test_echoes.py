"""What a judge repeats of a graded text is not its verdict; what it says itself is never lost."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statera.scorers.reading import preference
from statera.scorers.reading.echoes import BLANK, states, without_echoes
from statera.scorers.scale import Scale
from tests.scorers.reading import test_pairwise, test_score

CASES = [
    json.loads(line)
    for line in Path(__file__).with_name("echo_cases.jsonl").read_text("utf-8").splitlines()
]
FIVE = Scale(
    levels={1: "harmful", 2: "severe errors", 3: "lacks detail", 4: "accurate", 5: "perfect"}
)
TEN = Scale(levels={value: f"level {value}" for value in range(1, 11)})
REPORTED = [
    '{own}\n\nNote that the first reply says "{said}".',
    'The reply ends with "{said}" itself, which I ignore.\n\n{own}',
    "{own}\n\nThe second reply claims: {said}",
    "{own}\n\n> {said}",
    "<<<0123456789abcdef\n{said}\n0123456789abcdef>>>\n{own}",
]
SIDES = [(t, v) for t, v in test_pairwise.CASES if v is not None and "\n" not in t]
SCORES = [(t, v) for t, v in test_score.CASES if v is not None and "\n" not in t and "." not in v]


def read(kind: str, reply: str, graded: list[str]) -> str | None:
    kept = without_echoes(reply, graded)
    return (preference.read(kept) if kind == "pairwise" else FIVE.read(kept)).value


def test_there_are_cases_of_both_kinds() -> None:
    assert len(CASES) >= 60
    assert sum(case["value"] is None for case in CASES) >= 18


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["note"]))
def test_echoes_are_ignored_and_own_verdicts_kept(case: dict[str, object]) -> None:
    graded = case["graded"]
    assert isinstance(graded, list)
    assert read(str(case["kind"]), str(case["reply"]), graded) == case["value"]


@pytest.mark.parametrize("shape", REPORTED)
@pytest.mark.parametrize(("said", "value"), SIDES)
def test_no_reported_preference_overrules_the_judges_own(said: str, value: str, shape: str) -> None:
    own = "A" if value == "B" else "B"
    reply = shape.format(own=f"[[{own}]]", said=said)
    assert preference.read(without_echoes(reply, [said, "no"])).value == own


@pytest.mark.parametrize("shape", REPORTED)
@pytest.mark.parametrize(("said", "value"), SCORES)
def test_no_reported_score_overrules_the_judges_own(said: str, value: str, shape: str) -> None:
    own = "2" if value == "3" else "3"
    reply = shape.format(own=f"[{own}]", said=said)
    assert TEN.read(without_echoes(reply, [said])).value == own


@pytest.mark.parametrize(("said", "value"), SIDES)
def test_a_preference_that_a_graded_text_states_too_is_not_lost(said: str, value: str) -> None:
    reply = f"Both were weighed on their merits, and one is more careful.\n\n[[{value}]]"
    assert preference.read(without_echoes(reply, [said, "no"])).value == value


@pytest.mark.parametrize(("said", "value"), SCORES)
def test_a_score_that_a_graded_text_states_too_is_not_lost(said: str, value: str) -> None:
    for reply in (
        f"It was weighed on its merits. [{value}]",
        f"[{value}]",
        f'{{"score": {value}}}',
    ):
        assert TEN.read(without_echoes(reply, [said])).value == value


HIDDEN = ["\u200b", "\u2060", "\ufeff", "\u00ad"]


@given(data=st.data(), case=st.sampled_from([c for c in CASES if c["value"] is None]))
def test_invisible_characters_hide_no_echo(data: st.DataObject, case: dict[str, object]) -> None:
    reply, graded = str(case["reply"]), case["graded"]
    assert isinstance(graded, list)
    for _ in range(3):
        place = data.draw(st.integers(0, len(reply)))
        reply = reply[:place] + data.draw(st.sampled_from(HIDDEN)) + reply[place:]
    assert read(str(case["kind"]), reply, graded) is None


PIECES = st.sampled_from(
    ["[[A]]", "[5]", "Score: 5", "The reply says ", '"', "`", "\n", "\n\n", ". ", "> ", "B is best",
     '{"score": 5}', "```", "'", "“", "”", "<<<0123456789abcdef\n", "\n0123456789abcdef>>>",
     "[[\u200bB]]", "words of prose ", "5/5", "Response A:", "{", "\ud800", "½", "1: yes"]
)  # fmt: skip


@given(
    reply=st.lists(PIECES, max_size=12).map("".join),
    graded=st.lists(st.lists(PIECES, max_size=6).map("".join), max_size=2),
)
@settings(max_examples=300)
def test_every_character_keeps_its_place(reply: str, graded: list[str]) -> None:
    kept = without_echoes(reply, graded)
    assert len(kept) == len(reply)
    assert all(new in (old, BLANK) for old, new in zip(reply, kept, strict=True))
    assert [c == "\n" for c in reply] == [c == "\n" for c in kept]


@given(reply=st.lists(PIECES, max_size=12).map("".join))
def test_a_text_without_a_verdict_takes_none_away(reply: str) -> None:
    if "<<<" not in reply:
        assert without_echoes(reply, ["Some plain answer about nothing."]) == reply


@pytest.mark.parametrize(
    ("text", "value", "stated"),
    [
        ("Rating: 5/5", "5", True),
        ("I choose B", "B", True),
        ("the tie is loose", "TIE", False),
        ("It is a tie.", "TIE", False),
        ("[[TIE]]", "TIE", True),
        ("There are 5 apples", "5", False),
        ("A man, a plan", "A", False),
    ],
)
def test_what_states_a_verdict(text: str, value: str, stated: bool) -> None:
    assert states(["other", text], value) is stated


def test_an_unclosed_fence_ends_with_its_paragraph() -> None:
    assert FIVE.read(without_echoes("<<<0123456789abcdef\n[5]\n\n[2]", [])).value == "2"
