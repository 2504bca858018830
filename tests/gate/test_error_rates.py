"""How often a gate passes wrongly, and passes rightly: exact where counts can be enumerated."""

import numpy as np
import pytest

from statera.gate.looks import Look
from statera.stats.pairedbounds import counted_p
from statera.stats.pairedpower import paired_items
from statera.stats.pairedscore import PairCounts
from statera.stats.power import Claim
from tests.stats.enumeration import passes, rates

MARGIN, ALPHA = 0.02, 0.05
LOOKS = (500, 1000, 2000, 4000)


@pytest.mark.parametrize("n", [50, 200, 800])
def test_at_its_margin_a_non_inferiority_gate_passes_wrongly_at_most_alpha(n: int) -> None:
    wrong = rates(passes(-MARGIN, ALPHA), n, -MARGIN, [0.02, 0.05, 0.1, 0.2, 0.5])
    assert wrong.max() <= ALPHA + 0.0015


@pytest.mark.parametrize(("discordance", "margin"), [(0.05, 0.03), (0.1, 0.05)])
def test_with_the_stated_power_it_passes_when_the_models_are_equal(
    discordance: float, margin: float
) -> None:
    claim = Claim(limit=-margin, alpha=ALPHA)
    need = paired_items(claim, discordance=discordance, power=0.8)
    assert need.items is not None
    right = rates(passes(-margin, ALPHA), need.items, 0.0, [discordance])
    assert right[0] >= 0.8 - 0.03


def test_four_looks_with_the_gates_levels_pass_wrongly_little_more_than_alpha() -> None:
    """The same draws with fixed bounds pass wrongly 13.5 % of the time."""
    rng, draws, share = np.random.default_rng(11), 400, 0.2
    chances = ((share - MARGIN) / 2, (share + MARGIN) / 2, 1 - share)
    steps = np.diff((0, *LOOKS))
    counts = np.cumsum([rng.multinomial(step, chances, size=draws) for step in steps], axis=0)
    p = np.array(
        [
            [counted_p(PairCounts(int(w), int(lost), n), -MARGIN, alpha=ALPHA)[0]
             for w, lost, _ in at_look]
            for n, at_look in zip(LOOKS, counts, strict=True)
        ]
    )  # fmt: skip
    levels = np.array([Look(LOOKS[: k + 1]).alpha(ALPHA) for k in range(4)])
    ours = float((p < levels[:, None]).any(axis=0).mean())
    fixed = float((p < ALPHA).any(axis=0).mean())
    assert ours <= 1.1 * ALPHA + 3 * np.sqrt(1.1 * ALPHA / draws)
    assert fixed > 0.09
