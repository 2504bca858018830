from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from statera.api.experimentshow import Asked, json_shown, show
from statera.api.experimentstarts import halt, start
from statera.errors import DeclarationError
from statera.experiment.assignment import Assignment
from statera.records.live import Answered, Exposure, Feedback
from statera.store.live.opening import LiveStore, open_live
from tests.api.live_made import DAY, DESIGN, NOW, expose, opened

EFFECT = {"base": 0.4, "warm": 0.6}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LiveStore]:
    found = open_live(str(tmp_path / "live.sqlite"))
    yield found
    found.close()


def test_a_planted_effect_is_found_with_all_that_is_around_it(
    store: LiveStore, tmp_path: Path
) -> None:
    expose(store, opened(tmp_path), units=1500, rates=EFFECT)
    halt(store, "tone", "stopped", why="by hand", now=NOW - DAY)
    found = show(store, "tone", now=NOW, asked=Asked(bayes=True, late=True))
    (primary,) = found.result.primary
    assert primary.standing == "better"
    assert primary.low is not None
    assert primary.low > 0.05
    assert found.result.verdict == "pass"
    assert not found.result.ratio.failed
    assert [part.value for part in found.result.segments] == ["free", "paid"]
    assert found.result.bayes[0].prior == 0.05
    assert found.result.path[0].points[-1].units == found.result.closed
    assert (found.state, [event.kind for event in found.events]) == (
        "stopped",
        ["started", "stopped"],
    )
    assert found.late
    assert show(store, "tone", now=NOW).result.bayes == ()


def test_a_planted_loss_of_units_voids_the_result(store: LiveStore, tmp_path: Path) -> None:
    expose(store, opened(tmp_path), units=1500, rates=EFFECT, lost=0.4)
    found = show(store, "tone", now=NOW).result
    assert found.ratio.failed
    assert found.verdict == "inconclusive"
    assert found.primary[0].standing == "void"


def test_edits_are_shown_with_date_and_lines(store: LiveStore, tmp_path: Path) -> None:
    expose(store, opened(tmp_path), units=300, rates=EFFECT)
    first = show(store, "tone", now=NOW)
    edited = opened(tmp_path, DESIGN.replace("minimum: 0.05", "minimum: 0.3"))
    start(store, edited, now=NOW - DAY, edit=True)
    found = show(store, "tone", now=NOW)
    (edit,) = found.edits
    assert (edit.at, edit.digest) == (NOW - DAY, edited.digest)
    assert "-primary: {outcome: solved, minimum: 0.05}" in edit.diff
    assert "+primary: {outcome: solved, minimum: 0.3}" in edit.diff
    assert (found.digest, found.registered) == (first.digest, NOW - 10 * DAY)
    assert found.design.primary.minimum == 0.3


def test_a_history_from_a_file_narrows_the_interval(store: LiveStore, tmp_path: Path) -> None:
    """Everybody did before what they do now, so that history explains nearly all."""
    expose(store, opened(tmp_path), units=600, rates={"base": 0.5, "warm": 0.5})
    plain = show(store, "tone", now=NOW).result.primary[0]
    solved = np.random.default_rng(5).random((600, 3))[:, 0] < 0.5
    path = tmp_path / "past.csv"
    path.write_text("unit,solved\n" + "".join(f"u{n},{int(v)}\n" for n, v in enumerate(solved)))
    asked = Asked(history=path, unit_key=b"key")
    adjusted = show(store, "tone", now=NOW, asked=asked).result.primary[0]
    assert adjusted.error is not None
    assert plain.error is not None
    assert adjusted.error < plain.error / 5
    with pytest.raises(DeclarationError, match=r"knows none of the 600 units. Is --unit-key"):
        show(store, "tone", now=NOW, asked=asked._replace(unit_key=b"other"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("unit,solvd\nu1,1\n", "column 'solved' is missing. Did you mean 'solvd'?"),
        ("unit,solved\nu1,yes\n", "line 2: 'yes' is no number"),
        ("unit,solved\nu1,inf\n", "line 2: 'inf' is no number"),
        ("unit,solved\nu1,\n", "knows none"),
    ],
)
def test_a_history_that_cannot_be_read_is_one_line(
    store: LiveStore, tmp_path: Path, text: str, told: str
) -> None:
    expose(store, opened(tmp_path), units=10, rates=EFFECT)
    path = tmp_path / "past.csv"
    path.write_text(text)
    with pytest.raises(DeclarationError) as error:
        show(store, "tone", now=NOW, asked=Asked(history=path, unit_key=b"key"))
    assert told in str(error.value)


def test_what_cannot_be_shown_is_one_line(store: LiveStore, tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="no experiment yet: `statera experiment start"):
        show(store, "tone", now=NOW)
    found = opened(tmp_path)
    start(store, found, now=NOW)
    with pytest.raises(DeclarationError, match=r"unknown experiment 'tonne'. Did you mean 'tone'"):
        show(store, "tonne", now=NOW)
    with pytest.raises(DeclarationError, match="nobody was exposed yet"):
        show(store, "tone", now=NOW)
    exposure = Exposure(decision=1, experiment="wild", unit=1, arm="a", slice=0, at=NOW)
    store.write([exposure, msgspec.structs.replace(exposure, decision=2, experiment="tone",
                                                   entry="override", arm="warm")])  # fmt: skip
    with pytest.raises(DeclarationError, match="its design was never registered"):
        show(store, "wild", now=NOW)
    with pytest.raises(DeclarationError, match=r"nobody was exposed yet \(counted aside: 1 overr"):
        show(store, "tone", now=NOW)
    halt(store, "tone", "ended", why="over", now=NOW)
    with pytest.raises(DeclarationError, match="its facts were deleted, or nobody was exposed"):
        show(store, "tone", now=NOW)


def test_an_experiment_whose_ramp_is_ahead_has_not_begun(store: LiveStore, tmp_path: Path) -> None:
    ramp = "ramp:\n  - {at: 2031-01-01T00:00:00Z, traffic: 0.5}\n"
    start(store, opened(tmp_path, DESIGN + ramp), now=NOW)
    with pytest.raises(DeclarationError, match="has not begun: its ramp starts 2031-01-01 00:00"):
        show(store, "tone", now=NOW)


def test_the_json_has_the_whole_result_and_its_past(store: LiveStore, tmp_path: Path) -> None:
    expose(store, opened(tmp_path), units=200, rates=EFFECT)
    found = show(store, "tone", now=NOW)
    told = json_shown(found, 3)
    assert list(told) == ["schema", "experiment", "verdict", "exit_code", "state", "seen",
                          "registered", "edits", "occurrences", "result"]  # fmt: skip
    assert told["schema"] == 1
    assert told["result"] == msgspec.to_builtins(found.result)


def test_a_shadow_is_read_from_what_nobody_was_shown(store: LiveStore, tmp_path: Path) -> None:
    text = DESIGN.replace("primary: {outcome: solved, minimum: 0.05}",
                          "mode: shadow\nprimary: {outcome: error, minimum: 0.05}")  # fmt: skip
    text += "outcomes:\n  error: {kind: mean, source: answer, better: lower, window: 0s}\n"
    expose(store, opened(tmp_path, text), units=100, rates=EFFECT)
    store.write([Answered(decision=n, at=NOW - DAY, arm="warm", status=502, fault=True, shadow=True)
                 for n in range(1, 101)])  # fmt: skip
    (primary,) = show(store, "tone", now=NOW).result.primary
    assert (primary.base.value, primary.candidate.value) == (0.0, 1.0)


def test_an_edit_after_the_first_exposure_makes_no_pass(store: LiveStore, tmp_path: Path) -> None:
    """alpha 0.9 would call anything better; an edit before anybody was exposed is no matter."""
    expose(store, opened(tmp_path), units=800, rates={"base": 0.5, "warm": 0.55})
    assert show(store, "tone", now=NOW).result.verdict == "inconclusive"
    loose = DESIGN + "alpha: 0.9\n"
    start(store, opened(tmp_path, loose), now=NOW - DAY, edit=True)
    found = show(store, "tone", now=NOW).result
    assert found.primary[0].standing == "better"
    assert found.verdict == "inconclusive"
    assert found.reasons[0].startswith("no pass: by the design as it was when the first unit was")
    other = DESIGN.replace("outcome: solved", "outcome: returned")
    start(store, opened(tmp_path, other), now=NOW - DAY, edit=True)
    assert show(store, "tone", now=NOW).result.primary[0].outcome == "returned"


def test_an_edit_before_anybody_was_exposed_is_the_promise(
    store: LiveStore, tmp_path: Path
) -> None:
    strict = DESIGN.replace("minimum: 0.05", "minimum: 0.06")
    start(store, opened(tmp_path, strict), now=NOW - 11 * DAY)
    start(store, opened(tmp_path), now=NOW - 10.5 * DAY, edit=True)
    expose(store, opened(tmp_path), units=1500, rates=EFFECT)
    found = show(store, "tone", now=NOW)
    assert (found.result.verdict, len(found.edits)) == ("pass", 1)


def test_windows_that_a_stop_cut_make_no_pass(store: LiveStore, tmp_path: Path) -> None:
    expose(store, opened(tmp_path), units=1500, rates=EFFECT)
    halt(store, "tone", "stopped", why="by hand", now=NOW - 8.9 * DAY)
    found = show(store, "tone", now=NOW).result
    assert found.verdict == "inconclusive"
    assert found.reasons[0].startswith("no pass: of the windows that had closed before the stop")
    halt(store, "tone", "resumed", why="by hand", now=NOW - 8.8 * DAY)
    assert show(store, "tone", now=NOW).result.verdict == "pass"


def test_a_history_that_no_design_names_makes_no_pass(store: LiveStore, tmp_path: Path) -> None:
    expose(store, opened(tmp_path), units=600, rates={"base": 0.5, "warm": 0.56})
    solved = np.random.default_rng(5).random((600, 3))[:, 0]
    path = tmp_path / "past.csv"
    path.write_text("unit,solved\n" + "".join(f"u{n},{v}\n" for n, v in enumerate(solved < 0.53)))
    path.write_text(path.read_text().replace("True", "1").replace("False", "0"))
    asked = Asked(history=path, unit_key=b"key")
    found = show(store, "tone", now=NOW, asked=asked).result
    assert found.primary[0].standing == "better"
    assert found.reasons[0].startswith("no pass: without the history, which the design does not")
    start(store, opened(tmp_path, DESIGN + "history: 7d\n"), now=NOW - 9.5 * DAY, edit=True)
    assert show(store, "tone", now=NOW, asked=asked).result.verdict == "pass"


def test_thumbs_and_harm_beside_the_design_are_warned_of(store: LiveStore, tmp_path: Path) -> None:
    found = opened(tmp_path)
    expose(store, found, units=1500, rates={"base": 0.5, "warm": 0.5})
    facts = []
    for unit in range(1500):
        warm = Assignment(found.design).place(f"u{unit}")
        up = warm is not None and warm.arm == 1
        at = NOW - 9 * DAY + 8 * DAY * unit / 1500 + 5
        facts.append(Feedback(id=10_000 + unit, at=at, outcome="thumb", decision=unit + 1,
                              value=float(unit % 10 < 4 + 4 * up)))  # fmt: skip
        if unit % 10 < 1 + 2 * up:
            facts.append(Feedback(id=20_000 + unit, at=at, outcome="invalid_approval",
                                  decision=unit + 1, value=1.0))  # fmt: skip
    store.write(facts)
    warnings = show(store, "tone", now=NOW).result.warnings
    assert any(line.startswith("servility: in 'warm'") for line in warnings)


def test_what_is_no_declared_value_of_a_segment_is_shown_as_other(
    store: LiveStore, tmp_path: Path
) -> None:
    text = DESIGN.replace("values: [free, paid]", "values: [free, team]")
    expose(store, opened(tmp_path, text), units=300, rates=EFFECT)
    other = Exposure(decision=-1, experiment="tone", unit=1, arm="base", slice=0, at=NOW - 5 * DAY,
                     segments={"plan": "other"})  # fmt: skip
    store.write([other])
    parts = show(store, "tone", now=NOW).result.segments
    assert [part.value for part in parts] == ["free", "other"]
