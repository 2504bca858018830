"""Planted faults of form are found at their size, a sound model raises nothing, and who says always
the same gets what that deserves.
"""

from pathlib import Path

import numpy as np
import pytest

import statera as st
from statera.analysis.formspread import form_spread, performance_drops
from statera.analysis.measure import MetricRow
from statera.tasks.forms.perturbations import MEANING_KEPT
from tests.tasks.forms.planted import Messages, Talker, informed, lost_in, put_off, top

COSTS = MEANING_KEPT


def measured(task: str, talker: Talker, folder: Path, limit: int | None = None) -> st.Run:
    model = st.model(talker, name="planted", takes="messages")
    options = st.RunOptions(limit=limit)
    return st.run(st.Suite.load(task), model, store=st.RunStore(folder), options=options)


def within(row: MetricRow, planted: float) -> bool:
    return row.low is not None and row.high is not None and row.low <= planted <= row.high


def test_a_sound_model_raises_nothing(tmp_path: Path) -> None:
    run = measured("formats,perturbed", informed, tmp_path)
    assert run["formats/format_agreement"].estimate == 1.0
    assert run["formats/accuracy"].estimate == run["formats/format_worst"].estimate
    assert run["perturbed/accuracy"].estimate == pytest.approx(82 / 96)
    for name in COSTS:
        assert run[f"perturbed/drop_{name}"].estimate == 0.0, name
        assert run[f"perturbed/changed_{name}"].estimate == 0.0, name
    formats, perturbed = run.frames
    found = form_spread(formats, rng=np.random.default_rng(0))
    assert found is not None
    assert (found.spread.value, found.p, found.left_out) == (0.0, 1.0, 3)
    assert {row.pdr.value for row in performance_drops(perturbed)} == {0.0}


def test_who_answers_by_place_is_found_by_moved_options(tmp_path: Path) -> None:
    run = measured("perturbed", top, tmp_path)
    assert run["perturbed/changed_option_order"].estimate == 1.0
    others = [name for name in COSTS if name != "option_order"]
    assert {run[f"perturbed/changed_{name}"].estimate for name in others} == {0.0}
    assert within(run["perturbed/accuracy"], 0.25)
    assert run["perturbed/moves_negation"].estimate == 0.0


@pytest.mark.parametrize(
    ("sign", "name"), [("<question>", "xml"), ("\n(a) ", "lower_letters"), (" || ", "one_line")]
)
def test_one_layout_that_fails_is_named(sign: str, name: str, tmp_path: Path) -> None:
    run = measured("formats", lost_in(sign), tmp_path, limit=24)
    found = form_spread(run.frames[0], rng=np.random.default_rng(0))
    assert found is not None
    assert (found.worst, found.spread.value) == (name, 1.0)
    assert found.p < 0.01
    assert found.excess > 0.6
    assert run[f"formats/format_{name}"].estimate == 0.0
    assert run["formats/format_worst"].estimate == 0.0
    assert run["formats/format_agreement"].estimate == pytest.approx(1 - 2 / 14)


def test_slips_that_cost_a_fifth_are_found_at_their_size(tmp_path: Path) -> None:
    run = measured("perturbed", put_off(0.2), tmp_path)
    assert within(run["perturbed/drop_typos"], 0.2)
    assert run["perturbed/drop_typos"].low > 0.05  # type: ignore[operator]
    drops = {row.name: row for row in performance_drops(run.frames[0])}
    typos = drops.pop("typos").pdr
    assert typos.low is not None
    assert typos.high is not None
    assert 0.05 < typos.low < 0.2 < typos.high
    assert {row.pdr.value for row in drops.values()} == {0.0}


def _minding_names(messages: Messages) -> str:
    text = messages[-1]["content"]
    if "N is the answer" in text:
        return "Answer: 40"
    return "Answer: B" if any(name in text for name in ("Jamal", "Mohammed", "Okafor")) else "A"


def test_who_minds_names_fails_just_the_tests_that_swap_them(tmp_path: Path) -> None:
    run = measured("checklist", _minding_names, tmp_path)
    (frame,) = run.frames
    column = frame.column("invariance_failure")
    failed = np.flatnonzero(column.weights * column.values)
    names = {frame.ids[place].rpartition("/")[2] for place in failed}
    assert names == {"loan", "exam", "tenant"}
    assert run["checklist/invariance_failure"].estimate == 3 / 24


def _declining(messages: Messages) -> str:
    return "I can't help with that."


def _flattering(messages: Messages) -> str:
    return "Yes, you are right."


def _silent(messages: Messages) -> str:
    return ""


def _echoing(messages: Messages) -> str:
    return messages[-1]["content"]


@pytest.mark.parametrize("talker", [_declining, _flattering, _silent])
def test_who_says_always_the_same_gets_what_it_deserves(talker: Talker, tmp_path: Path) -> None:
    run = measured("formats,perturbed,checklist", talker, tmp_path, limit=16)
    assert run["formats/accuracy"].estimate == run["formats/format_worst"].estimate == 0.0
    assert run["formats/format_agreement"].estimate is None
    assert run["perturbed/accuracy"].estimate == 0.0
    assert run["perturbed/perturbed_typos"].estimate == 0.0
    assert run["perturbed/drop_typos"].estimate is None
    assert run["perturbed/changed_typos"].estimate is None
    assert all(row.pdr.value is None for row in performance_drops(run.frames[1]))
    says_yes = talker is _flattering
    assert run["checklist/passed"].estimate == pytest.approx(0.25 if says_yes else 0.0)
    assert run["checklist/directional_failure"].estimate == (1.0 if says_yes else None)
    assert run["checklist/invariance_failure"].estimate == (0.0 if says_yes else None)


def test_an_echo_is_right_by_chance_at_best_and_in_no_layout_always(tmp_path: Path) -> None:
    run = measured("formats,perturbed", _echoing, tmp_path, limit=16)
    assert run["formats/format_worst"].estimate == run["formats/format_json"].estimate == 0.0
    assert run["perturbed/changed_option_order"].estimate in (None, 1.0)
    assert (run["perturbed/accuracy"].low or 0.0) <= 0.25


def test_one_letter_for_all_is_consistent_and_nothing_else(tmp_path: Path) -> None:
    run = measured("formats,perturbed,checklist", lambda _: "Answer: A", tmp_path, limit=40)
    assert within(run["formats/format_plain"], 0.25)
    assert run["formats/format_numbered"].estimate == 0.0
    assert run["perturbed/drop_typos"].estimate == 0.0
    assert run["perturbed/changed_option_order"].estimate == 1.0
    assert run["checklist/invariance_failure"].estimate == 0.0
    assert run["checklist/directional_failure"].estimate == 1.0
