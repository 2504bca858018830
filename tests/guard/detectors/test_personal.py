from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.errors import DeclarationError
from statera.guard.detectors.personal import KINDS, Kind, Personal, Settings
from statera.guard.edits import edited
from statera.guard.normalisation.views import views
from statera.records.guarding import Edit, Passage, Reading
from tests.guard.tools_made import opened
from tests.shared_data import shared

ALL = Personal(Settings(kinds=KINDS))

MARKS: dict[Kind, str] = {
    "card": "4111 1111 1111 1111",
    "iban": "DE89 3704 0044 0532 0130 00",
    "email": "anna@example.org",
    "ssn": "123-45-6789",
    "national_id": "529.982.247-25",
    "phone": "+49 30 901820",
    "passport": "L898902C3",
    "ip": "8.8.8.8",
}
TEXT = (
    "Card 4111 1111 1111 1111, account DE89 3704 0044 0532 0130 00, mail anna@example.org, "
    "SSN 123-45-6789, CPF 529.982.247-25, call +49 30 901820, passport no. L898902C3, from 8.8.8.8."
)


def _seen(text: str, detector: Personal = ALL) -> Reading:
    return detector.find(Passage(text=text, side="output"), views(text))


def test_every_kind_is_found_under_its_label_and_can_be_taken_out() -> None:
    reading = _seen(TEXT)
    assert {(one.label, TEXT[one.start : one.end]) for one in reading.spans} == {
        (kind.upper(), mark) for kind, mark in MARKS.items()
    }
    left = edited(TEXT, [Edit(0, one.start, one.end, f"[{one.label}]") for one in reading.spans])
    assert _seen(left) == Reading(0.0)


@pytest.mark.parametrize("kind", get_args(Kind))
def test_only_what_is_named_is_looked_for(kind: Kind) -> None:
    reading = _seen(TEXT, Personal(Settings(kinds=(kind,))))
    assert [one.label for one in reading.spans] == [kind.upper()]


def test_addresses_of_machines_are_left_alone_unless_named() -> None:
    assert _seen("from 8.8.8.8", Personal(Settings())) == Reading(0.0)


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        ("mail an\u200bna@example.org", "an\u200bna@example.org"),
        ("card ４１１１１１１１１１１１１１１１", "４１１１１１１１１１１１１１１１"),
        ("see bWFpbCBhbm5hQGV4YW1wbGUub3Jn", "bWFpbCBhbm5hQGV4YW1wbGUub3Jn"),
    ],
)
def test_what_is_disguised_is_taken_out_of_the_raw_text(text: str, raw: str) -> None:
    (span,) = _seen(text).spans
    assert text[span.start : span.end] == raw


@given(st.text(max_size=300))
def test_any_text_gives_places_inside_it(text: str) -> None:
    reading = _seen(text)
    assert reading.score == float(bool(reading.spans))
    assert all(0 <= one.start < one.end <= len(text) for one in reading.spans)


@pytest.mark.parametrize("source", ["truthfulqa", "gsm8k_test", "mitre_frr"])
def test_questions_that_hold_no_personal_data(source: str) -> None:
    lines = shared("data", "safety", "benign", f"{source}.jsonl").read_text("utf-8").splitlines()
    hits = [number for number, line in enumerate(lines) if ALL.find(_passage(line), ()).score]
    assert len(hits) <= len(lines) // 500, hits


def _passage(text: str) -> Passage:
    return Passage(text=text, side="input")


def test_hostile_texts_are_read_in_linear_time() -> None:
    for text in ("1-" * 100_000, "4111 " * 40_000, "a@b." * 50_000, "::" * 100_000):
        ALL.find(_passage(text), ())


def test_a_kind_that_is_none_is_named_with_the_nearest() -> None:
    with pytest.raises(DeclarationError, match=r"with: .*'cards'.*'card'"):
        opened("{name: a, use: personal, with: {kinds: [cards]}}")


def test_settings_that_differ_give_another_digest() -> None:
    assert ALL.digest != Personal(Settings()).digest
    assert (
        Personal(Settings(kinds=("card", "ip"))).digest
        == Personal(Settings(kinds=("ip", "card"))).digest
    )
