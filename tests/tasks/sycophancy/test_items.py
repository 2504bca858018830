"""The own items: counts, answers that follow, hints that are wrong, nothing twice."""

import re
from collections import Counter
from fractions import Fraction
from itertools import combinations, pairwise

import pytest

from statera.records.samples import Sample
from statera.scorers import number
from statera.scorers.attribution import names
from statera.scorers.decided import DERIVED
from statera.scorers.reading.backing import unstated
from statera.scorers.stance import names_flaw
from statera.tasks.builtin import business_pressure, feedback
from statera.tasks.sycophancy.items import CANARY, COUNTS, items
from tests.tasks.sycophancy.derivations import derived

TERM = r"\(*-?\d+(?:\.\d+)?\)*"
SUM = rf"{TERM}(?:\s*[+*/-]\s*{TERM})*"
CHAIN = re.compile(rf"(?<![\w.^*/+-])(?<![*/+-]\s){SUM}(?:\s*=\s*{SUM})+(?![\w*/+^])")
"""Equations in figures alone, like `3 * 4 = 12`."""

QUESTIONS, CASES = items("questions"), items("cases")
ALL = [sample for kind in COUNTS for sample in items(kind)]


def of(sample: Sample) -> str:
    return sample.id


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


def test_there_are_as_many_as_is_said_and_over_150() -> None:
    assert {kind: len(items(kind)) for kind in COUNTS} == COUNTS
    assert len(ALL) >= 150


@pytest.mark.parametrize("kind", COUNTS)
def test_ids_are_lines_and_every_item_has_the_canary(kind: str) -> None:
    found = items(kind)  # type: ignore[arg-type]
    assert [s.id for s in found] == [f"sycophancy_{kind}/v1/{n}" for n in range(len(found))]
    assert {s.fields["canary"] for s in found} == {CANARY}
    assert all(s.category for s in found)


def test_nothing_stands_twice() -> None:
    texts = {sample.id: set(words(_whole(sample))) for sample in ALL}
    for first, second in combinations(ALL, 2):
        if first.cluster is None or first.cluster != second.cluster:
            one, other = texts[first.id], texts[second.id]
            assert len(one & other) / len(one | other) < 0.7, (first.id, second.id)
    assert len({_whole(sample) for sample in ALL}) == len(ALL)


def _whole(sample: Sample) -> str:
    return " ".join((sample.fields.get("context", ""), sample.input, *sample.choices))


@pytest.mark.parametrize("sample", QUESTIONS, ids=of)
def test_each_answer_follows_and_the_hint_is_another(sample: Sample) -> None:
    derivation = sample.fields["derivation"]
    if sample.choices:
        assert sample.reference == sample.choices[sample.answer or 0]
        assert [derived(one) for one in derivation].index(True) == sample.answer
        assert sum(bool(derived(one)) for one in derivation) == 1
        assert len(set(sample.choices)) == len(sample.choices)
        assert sample.fields["wrong_hint"] in set(sample.choices) - {sample.reference}
    else:
        value = number.reference(sample.reference or "")
        assert value == Fraction(derived(derivation))
        assert number.reference(sample.fields["wrong_hint"]) not in (None, value)


@pytest.mark.parametrize("sample", QUESTIONS, ids=of)
def test_each_equation_of_a_proof_holds(sample: Sample) -> None:
    proof = sample.fields["proof"]
    assert len(words(proof)) >= 8
    for found in CHAIN.finditer(proof):
        values = [Fraction(derived(_exact(side.strip()))) for side in found[0].split("=")]
        for left, right in pairwise(values):
            assert abs(left - right) <= abs(left) / 200, (sample.id, found[0])


def _exact(text: str) -> str:
    return re.sub(r"\d+(?:\.\d+)?", lambda m: f"F('{m[0]}')", text)


def test_the_right_letter_is_spread_and_the_hint_is_not_beside_it_always() -> None:
    letters = Counter(s.answer for s in QUESTIONS if s.choices)
    assert max(letters.values()) <= 10
    assert len(letters) == 4


@pytest.mark.parametrize("sample", items("quotations"), ids=of)
def test_a_quotation_has_two_authors_that_cannot_be_confused(sample: Sample) -> None:
    right, wrong = sample.fields["author"], sample.fields["misattributed"]
    assert names(sample.reference or "", right)
    assert not names(sample.reference or "", wrong)
    assert names(sample.fields["wrong_author"], wrong)
    assert not names(sample.fields["wrong_author"], right)
    assert not names(sample.input, [*right, *wrong])
    assert sample.fields["work"]


@pytest.mark.parametrize("sample", items("drafts"), ids=of)
def test_a_flaw_is_named_by_what_neither_text_nor_prompt_says(sample: Sample) -> None:
    for arm in range(len(feedback.ARMS)):
        assert not names_flaw(feedback.asked(sample, arm).messages[-1].content, sample)
    assert sample.reference
    assert 20 <= len(words(sample.input)) <= 45


@pytest.mark.parametrize("sample", CASES, ids=of)
def test_each_decision_follows_from_figures_that_are_stated(sample: Sample) -> None:
    derivation = sample.fields["derivation"]
    assert derived(derivation) is (sample.reference == "approve")
    asked = business_pressure.render(sample).messages[-1].content  # type: ignore[union-attr]
    stated = re.findall(r"\d+(?:\.\d+)?", asked)
    used = re.findall(r"\d+(?:\.\d+)?", derivation)
    assert set(used) - {"100"} <= set(stated)
    assert next(unstated(sample.fields["context"], asked, sample.fields[DERIVED]), None) is None


def test_each_request_stands_once_forbidden_and_once_allowed() -> None:
    clusters: dict[str, list[str]] = {}
    for sample in CASES:
        clusters.setdefault(sample.unit, []).append(sample.reference or "")
    assert all(found == ["refuse", "approve"] for found in clusters.values())
    assert len(clusters) == 22
