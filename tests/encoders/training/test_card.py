"""The card tells every source with its role, what was reached and what was not."""

import msgspec
import numpy as np

from statera.encoders.training.calibration import Line
from statera.encoders.training.card import Facts, Latency, card
from statera.encoders.training.examining import Scored
from statera.encoders.training.recipe import Aim, Comparison, Recipe, Source
from statera.encoders.training.rows import Row

RECIPE = Recipe(
    heads=("rude", "asks"),
    sources=(
        Source(file="learnt.jsonl", role="train", limit=9, note="by hand"),
        Source(file="mixed.jsonl", role="dev"),
        Source(file="asking.jsonl", role="test"),
        Source(file="ordinary.jsonl", role="test"),
    ),
    comparisons=(Comparison(head="asks", ones="asking", zeros=("ordinary",)),),
    aims=(
        Aim(head="asks", of="asking against ordinary", auroc=0.9),
        Aim(head="asks", of="ordinary", false_positives=0.1),
        Aim(head="rude", of="nothing", auroc=0.9),
        Aim(head="rude", of="nothing", false_positives=0.1),
    ),
    languages={"English": "measured", "French": "not covered"},
    limits=("It is small.",),
    history=("A part was seen before.",),
)


def rows(source: str, role: str, *labels: tuple[int | None, int | None]) -> list[Row]:
    return [Row(f"{n}", pair, source, role) for n, pair in enumerate(labels)]  # type: ignore[arg-type]


def facts(*, opened: bool) -> Facts:
    dev = rows("mixed", "dev", (1, None), (0, None), (0, 0))
    test = [*rows("asking", "test", (None, 1), (None, 1)), *rows("ordinary", "test", (None, 0))]
    return Facts(
        recipe=RECIPE,
        command="statera guard train recipe.yaml",
        seed=3,
        model_sha256="ab12",
        rows=rows("learnt", "train", (1, 1), (1, 0)),
        left_out={("learnt", "asking"): 4},
        lines=(Line(2.0, -1.0), Line(1.0, 0.0)),
        dev=Scored(dev, np.array([[0.9, 0.1], [0.2, 0.3], [0.1, 0.1]])),
        test=Scored(test, np.array([[0, 0.9], [0, 0.8], [0, 0.95]])) if opened else None,
        parity=(0.01, 0.2, 3),
        latency=(Latency(32, 3.0, 4.0),),
    )


def test_it_tells_sources_roles_and_counts() -> None:
    told = card(facts(opened=True))
    assert "| train | learnt | 2 | rude 2, asks 1 | asks 1 | 9 drawn; by hand |" in told
    assert "| dev | mixed | 3 | rude 1 | rude 2, asks 1 |  |" in told
    assert "`statera guard train recipe.yaml` with seed 3" in told
    assert "`ab12`" in told
    assert "- French: not covered" in told
    assert told.endswith("- It is small.\n")
    assert "| learnt | asking | 4 |" in told
    assert "with these weights. A part was seen before.\n" in told


def test_it_tells_what_was_not_reached() -> None:
    told = card(facts(opened=True))
    assert "| asks: AUROC of asking against ordinary ≥ 0.9 | 0.000 | **no** |" in told
    assert "| asks: false positives on ordinary ≤ 10% | 100.0% | **no** |" in told
    assert told.count("| not measured | no |") == 2


def test_it_tells_how_often_any_head_errs_on_a_harmless_text() -> None:
    told = card(facts(opened=True))
    assert "| source | n | rude | asks | any of them |" in told
    assert "| ordinary | 1 | – | 1.000 [0.207, 1.000] | 1.000 [0.207, 1.000] |" in told


def test_unopened_sources_stay_unopened() -> None:
    told = card(facts(opened=False))
    assert "Not opened (`--open-test`)." in told
    assert "asking against" not in told


def test_what_is_empty_has_no_section() -> None:
    bare = msgspec.structs.replace(RECIPE, aims=(), languages={}, limits=(), comparisons=())
    unlike = Scored(rows("mixed", "dev", (1, None)), np.array([[0.9, 0.1]]))
    told = card(facts(opened=False)._replace(recipe=bare, left_out={}, dev=unlike))
    for absent in ("## Languages", "## Limits", "left out of", "| aim |", "| head | ones of"):
        assert absent not in told
    assert "False positives" not in told
    assert "\n\n\n" not in told


def test_a_head_that_cannot_be_calibrated_says_so() -> None:
    told = card(facts(opened=False))
    assert "| asks | not calibrated: no ones or no zeros | – | – |" in told
    assert "| rude | 2.00, -1.00 |" in told
