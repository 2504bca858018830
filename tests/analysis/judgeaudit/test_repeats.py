"""Repeats: by hand, judges that waver by a known share, and a recorded judge."""

import csv
from collections.abc import Sequence

import numpy as np
import pytest

from statera.analysis.judgeaudit.repeats import ALPHA, SAME, Repeated, alike, repeats
from tests.shared_data import shared


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def asked(*rows: Sequence[float | None]) -> list[Repeated]:
    return [Repeated(f"q{i}", values) for i, values in enumerate(rows)]


def wavering(source: np.random.Generator, count: int, share: float) -> list[Repeated]:
    """Return judgements of which that share is drawn anew in every repeat."""
    rows = []
    for _ in range(count):
        level = float(source.integers(0, 5)) / 4
        loose = source.random() < share
        rows.append([float(source.integers(0, 5)) / 4 if loose else level for _ in range(3)])
    return asked(*rows)


def test_figures_by_hand() -> None:
    said = asked(*[[0.25, 0.25]] * 6, *[[0.75, 0.75]] * 9, *[[0.5, 0.75]] * 5)
    section = repeats(said, temperature=None, rng=rng())
    assert section.figure(SAME).value == 0.75
    assert section.figure(SAME).n == 20
    assert section.said == ("20 judgements, each asked 2 times with seeds of their own",)
    assert section.figure(ALPHA).value is not None


def test_a_judge_that_never_wavers_is_ok() -> None:
    said = asked(*[[level / 4] * 3 for level in range(5) for _ in range(6)])
    section = repeats(said, temperature=0.0, rng=rng())
    assert (section.state, section.advice) == ("ok", "")
    assert section.figure(SAME).value == section.figure(ALPHA).value == 1.0
    assert section.said[1] == "at temperature 0: what differs is the endpoint's own noise"


def test_one_that_guesses_is_warned_of() -> None:
    section = repeats(wavering(np.random.default_rng(1), 40, 1.0), temperature=None, rng=rng())
    assert section.state == "warning"
    assert section.said[-1] == "its repeats agree too little: alpha is surely below 0.667"
    assert "repeats: 3" in section.advice


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_a_planted_share_is_found_within_its_interval(share: float) -> None:
    source, held, draws = np.random.default_rng(2), 0, 60
    same = 1 - share + share / 25  # three draws of five levels are the same in 1 of 25
    for _ in range(draws):
        found = alike(wavering(source, 60, share))
        assert found.low is not None
        assert found.high is not None
        held += found.low <= same <= found.high
    assert held >= 0.88 * draws


def test_the_same_verdict_everywhere_leaves_alpha_open_and_says_so() -> None:
    section = repeats(asked(*[[1.0] * 3] * 20), temperature=None, rng=rng())
    assert section.figure(SAME).value == 1.0
    assert section.figure(ALPHA).value is None
    assert "alpha needs verdicts that differ between items" in section.said[-1]


def test_no_verdict_is_not_the_same_as_a_verdict_and_none_at_all_tells_nothing() -> None:
    said = asked(*[[1.0, 1.0]] * 10, *[[0.5, None]] * 5, *[[None, None]] * 5)
    shown = repeats(said, temperature=None, rng=rng()).figure(SAME)
    assert shown.value == pytest.approx(10 / 15)
    assert (shown.n, shown.asked) == (15, 20)


@pytest.mark.parametrize(
    "said",
    [
        [],
        asked([1.0], [0.5]),
        asked([1.0, 1.0], [0.5]),
        asked(*[[None, None]] * 9),
    ],
)
def test_without_repeats_it_is_not_measured(said: list[Repeated]) -> None:
    section = repeats(said, temperature=None, rng=rng())
    assert (section.state, section.figures) == ("not measured", ())


def test_order_of_repeats_and_of_judgements_does_not_matter() -> None:
    said = wavering(np.random.default_rng(4), 30, 0.4)
    turned = [one._replace(values=list(one.values)[::-1]) for one in said[::-1]]
    here, there = (repeats(s, temperature=None, rng=rng()) for s in (said, turned))
    assert here.figure(SAME) == there.figure(SAME)
    assert here.figure(ALPHA).value == pytest.approx(there.figure(ALPHA).value)


def test_a_recorded_judge() -> None:
    path = shared("data", "judge", "rubric_repeat", "vicuna_eval_gpt4_x3.csv")
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    said = [
        Repeated(f"{i}", [(float(row[f"score{k}"]) - 1) / 4 for k in (1, 2, 3)])
        for i, row in enumerate(rows)
    ]
    section = repeats(said, temperature=None, rng=rng())
    assert section.figure(ALPHA).value == pytest.approx(0.7234, abs=5e-5)
    assert section.figure(SAME).value == pytest.approx(0.622, abs=5e-4)
    assert section.state == "ok"
