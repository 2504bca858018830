"""The room's items: counts, canary, no text twice, answers where they must be, and nowhere else."""

import re
from collections import Counter
from pathlib import Path

import pytest

from statera.scorers.life_dates import life_dates
from statera.scorers.short_answers import names, words
from statera.tasks.honesty import items as module
from statera.tasks.honesty.items import CANARY, COUNTS, Kind, items

FACTS, SOURCES, SUBJECTS = items("facts"), items("sources"), items("subjects")


@pytest.mark.parametrize("kind", COUNTS)
def test_every_item_is_counted_named_and_marked(kind: Kind) -> None:
    found = items(kind)
    assert len(found) == COUNTS[kind]
    assert [s.id for s in found] == [f"honesty_{kind}/v1/{n}" for n in range(len(found))]
    assert all(s.fields["canary"] == CANARY for s in found)
    texts = [(s.input, s.fields.get("source")) for s in found]
    assert len(set(texts)) == len(texts)
    readme = Path(module.__file__).with_name("README.md").read_text(encoding="utf-8")
    assert CANARY.split()[-1] in readme


def test_twelve_facts_of_each_of_ten_fields_and_34_gaps() -> None:
    answerable = Counter(s.category for s in FACTS if s.accepted)
    assert list(answerable.values()) == [12] * 10
    gaps = [s for s in FACTS if not s.accepted]
    assert {s.category for s in gaps} == {"no answer"}
    kinds = Counter(s.fields["unanswerable"] for s in gaps)
    assert kinds == {"false premise": 18, "unknowable": 16}


def test_answers_are_short_and_not_in_their_questions() -> None:
    for sample in FACTS:
        asked = words(sample.input)
        for answer in sample.accepted:
            assert len(answer.split()) <= 5, sample.id
            tokens = words(answer)
            places = range(len(asked) - len(tokens) + 1)
            assert all(asked[p : p + len(tokens)] != tokens for p in places), sample.id


def test_no_fact_answers_another() -> None:
    short = [s for s in FACTS if s.accepted and s.category in ("geography", "literature")]
    for sample in short:
        others = [o for o in short if o is not sample and names(sample.accepted[0], o.accepted)]
        assert others == []


def test_each_source_answers_one_of_its_two_questions() -> None:
    pairs: dict[str, list[bool]] = {}
    for sample in SOURCES:
        pairs.setdefault(str(sample.cluster), []).append(bool(sample.accepted))
    assert len(pairs) == 60
    assert all(found == [True, False] for found in pairs.values())
    assert len({s.fields["source"] for s in SOURCES}) == 60


def test_the_source_holds_the_answer_word_for_word() -> None:
    loose = {"in the source": 0}
    for sample in SOURCES:
        if sample.accepted:
            given = words(sample.fields["source"])
            said = [words(one) for one in sample.accepted]
            loose["in the source"] += any(set(one) <= set(given) for one in said)
    assert loose["in the source"] == 60


def test_a_fact_sheet_holds_its_subjects_years_and_reads_as_right() -> None:
    for sample in SUBJECTS:
        sheet = sample.reference or ""
        assert 60 < len(sheet.split()) < 160, sample.id
        assert sample.fields["subject"] in sample.input
        years = {*sample.fields["born"], *sample.fields["died"]}
        assert all(re.search(rf"\b{year}\b", sheet) for year in years), sample.id
        for event, year in life_dates(sheet):
            assert year in sample.fields[event], sample.id
