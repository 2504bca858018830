"""A recipe is read strictly: what cannot be is one line that says what can."""

from pathlib import Path

import pytest

from statera.encoders.training.recipe import read_recipe
from statera.errors import DeclarationError

GOOD = """
heads: [toxicity, harmful]
sources:
  - {file: a/rude.jsonl, role: train, held: 0.2, ones: {toxicity: 1}, zeros: {toxicity: 0}}
  - {file: a/asks.jsonl, role: dev, ones: {harmful: 1}}
comparisons:
  - {head: toxicity, ones: rude (held), zeros: [asks]}
"""


def read(tmp_path: Path, text: str) -> None:
    (tmp_path / "recipe.yaml").write_text(text, encoding="utf-8")
    read_recipe(tmp_path / "recipe.yaml")


def test_a_good_recipe_names_its_sources_by_their_files(tmp_path: Path) -> None:
    (tmp_path / "recipe.yaml").write_text(GOOD, encoding="utf-8")
    recipe = read_recipe(tmp_path / "recipe.yaml")
    assert [source.title for source in recipe.sources] == ["rude", "asks"]
    assert recipe.threshold == 0.85


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("role: dev", "role: developement", "Did you mean|Allowed: train, dev, test"),
        ("ones: {harmful: 1}", "ones: {harmfull: 1}", "unknown head 'harmfull'. Did you mean"),
        ("ones: {harmful: 1}", "ones: {harmful: 2}", "Expected `int` <= 1|<= 1"),
        ("zeros: [asks]", "zeros: [ask]", "unknown source 'ask'. Did you mean 'asks'"),
        ("a/asks.jsonl", "b/rude.jsonl", "two are called 'rude'"),
        ("[toxicity, harmful]", "[toxicity, harmful, harmful]", "each once"),
        ("heads:", "overlap: 126\nheads:", "overlap: 126; less than the window"),
        ("heads:", "frozen: 7\nheads:", "frozen: 7; there are 6 layers"),
        ("heads:", "epoch: 7\nheads:", "Did you mean 'epochs'"),
    ],
)
def test_a_slip_is_one_line_with_the_nearest_name(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    with pytest.raises(DeclarationError, match=told) as error:
        read(tmp_path, GOOD.replace(old, new, 1))
    assert str(error.value).startswith(str(tmp_path / "recipe.yaml"))


def test_the_recipe_of_the_classifier_that_ships_is_good() -> None:
    recipe = read_recipe(Path(__file__).parents[3] / "training" / "recipe.yaml")
    assert recipe.heads == ("toxicity", "harmful", "jailbreak", "injection", "refusal")
    tests = {source.title for source in recipe.sources if source.role == "test"}
    assert {"surge_toxicity", "advbench", "strongreject", "xstest", "user_oriented"} <= tests
