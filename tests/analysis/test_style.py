"""What is counted of a text, as LMArena counts it, and what is held equal of two."""

import doctest
from math import log

import numpy as np
import pytest

import statera.analysis.style as module
from statera.analysis.style import NAMES, STYLE, Traits, controls_of, covariate, traits, unit
from statera.errors import DeclarationError


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", Traits(0, 0, 0, 0)),
        ("plain words", Traits(11, 0, 0, 0)),
        ("# One\n## Two\n####### Seven\n#no space", Traits(36, 2, 0, 0)),
        ("**a** and __b__, not **\nthis or ****", Traits(36, 0, 2, 0)),
        ("1. one\n  2. two\n- three\n* four\n+ five\n-six\n3.five", Traits(49, 0, 0, 5)),
        ("```\n# no\n- no\n**no**\n```\n# yes", Traits(30, 1, 0, 0)),
    ],
)
def test_traits(text: str, found: Traits) -> None:
    assert traits(text) == found


@pytest.mark.parametrize("part", ["\n", "```", "**a", "__", " ", "#", "1."])
def test_a_hostile_text_ends(part: str) -> None:
    assert traits(part * 200_000).length == len(part) * 200_000


def test_covariates_are_differences_with_a_unit() -> None:
    assert covariate("length", [200, 100, 0], [100, 100, 90]).tolist() == [log(2), 0, 0]
    assert covariate("headers", [3, 0, 0], [1, 0, 2]).tolist() == [0.4, 0, -2 / 3]
    assert covariate("place", [5, 7], [7, 5]).tolist() == [1, 1]
    rng = np.random.default_rng(0)
    ours, theirs = rng.integers(0, 50, (2, 200))
    for name in ("length", *STYLE):
        there, back = covariate(name, ours, theirs), covariate(name, theirs, ours)
        assert there == pytest.approx(-back)


def test_style_is_all_of_it_and_each_name_counts_once() -> None:
    assert controls_of(["length", "style", "bold"]) == ("length", *STYLE)
    assert controls_of([]) == ()
    assert controls_of(["cost", "style"], known=None) == ("cost", *STYLE)
    assert all(unit(name) for name in (*NAMES, "place"))


def test_other_names_are_refused() -> None:
    with pytest.raises(DeclarationError, match="Did you mean 'length'"):
        controls_of(["lenght"])
    with pytest.raises(DeclarationError, match="without a name"):
        controls_of(["length", ""])


def test_the_examples_are_true() -> None:
    assert doctest.testmod(module).failed == 0
