"""Scorers by their type, and the key that says which scores are stale."""

from typing import Any

import pytest

from statera.codec.strict import from_yaml
from statera.errors import DeclarationError
from statera.scorers import refusal
from statera.scorers.catalogue import scorer_type, scorer_types, scoring_key
from statera.scorers.choice import Choice
from statera.scorers.choice_likelihood import ChoiceLikelihood
from statera.scorers.contains import Contains

READY = {
    "choice", "choice_likelihood", "true_mass", "number", "exact", "contains", "regex",
    "json_valid", "json_schema", "token_f1", "rouge_l", "chrf", "length", "latency", "cost",
}  # fmt: skip
YAML = """
- type: choice
- {type: contains, all: [a, b], not: true, metric: clean}
- {type: number, form: strict}
- {type: regex, pattern: "a+"}
"""


def decode(text: str) -> Any:
    return from_yaml(text, list[scorer_type()], source="task.yaml")  # type: ignore[misc, arg-type]


def test_every_ready_scorer_is_found() -> None:
    assert set(scorer_types()) >= READY


def test_yaml_names_a_scorer_by_its_type() -> None:
    found = decode(YAML)
    assert found[0] == Choice()
    assert found[1] == Contains(all=("a", "b"), invert=True, name="clean")
    assert [s.metric for s in found] == ["accuracy", "clean", "strict_match", "regex"]
    assert all(isinstance(s.version, str) and isinstance(s.graded, bool) for s in found)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- {type: choise}", "Did you mean 'choice'"),
        ("- {type: contains, al: [a]}", "Did you mean 'all'"),
        ("- {type: regex, pattern: '('}", r"task.yaml: scorer 'regex'.*\$\[0\]"),
        ("- {type: contains, not: 'false'}", "Expected true or false"),
    ],
)
def test_a_mistake_names_file_place_and_the_nearest_name(text: str, said: str) -> None:
    with pytest.raises(DeclarationError, match=said):
        decode(text)


def test_the_key_changes_with_what_may_change_a_score(monkeypatch: pytest.MonkeyPatch) -> None:
    reads, blind = Choice(), ChoiceLikelihood()
    before = scoring_key(reads), scoring_key(blind)
    assert scoring_key(Choice()) == before[0]
    others = [Choice(labels="1234"), Choice(name="x"), Contains(), Contains(invert=True)]
    assert len({*before, *map(scoring_key, others)}) == 6
    monkeypatch.setattr(refusal, "VERSION", "next")
    assert scoring_key(reads) != before[0]
    assert scoring_key(blind) == before[1]
    monkeypatch.setattr(ChoiceLikelihood, "version", "next")
    assert scoring_key(blind) != before[1]
