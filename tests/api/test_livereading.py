from pathlib import Path

import msgspec

from statera.api.livereading import live_units, pleasing, wanted
from statera.codec.strict import from_yaml
from statera.experiment.design import Design
from statera.store.live.opening import open_live
from statera.store.live.wanted import WantedOutcome
from tests.store.live.made import DAY, answer, exposure, said

DESIGN = from_yaml(
    """
experiment: tone
unit: {kind: request, field: id, cluster: x-user}
arms: [{name: base, weight: 0.5}, {name: warm, weight: 0.5}]
primary: {outcome: solved, minimum: 0.02}
guardrails: [{outcome: complaint, margin: 0.005}, {outcome: latency, margin: 0.1}]
outcomes: {latency: {source: answer, better: lower, low: 0, window: 0s}}
history: 7d
segments: {language: {header: x-language, values: [de, en]}}
""",
    Design,
    source="tone.yaml",
)


def test_what_is_wanted_is_what_the_design_says() -> None:
    found = wanted(DESIGN)
    assert (found.experiment, found.arms, found.history) == ("tone", ("base", "warm"), 7 * DAY)
    assert (found.segments, found.clustered, found.shadow) == (
        {"language": ("de", "en", "other")},
        True,
        False,
    )
    assert found.outcomes == {
        "solved": WantedOutcome("mean", "feedback", DAY, 0.0, 1.0),
        "complaint": WantedOutcome("event", "feedback", DAY, 0.0, 1.0),
        "latency": WantedOutcome("mean", "answer", 0.0, 0.0, None),
    }


def test_the_analysis_gets_units_and_what_is_aside(tmp_path: Path) -> None:
    store = open_live(str(tmp_path / "live.sqlite"))
    store.write([
        exposure(1, 10, segments={"language": "en"}, cluster=5), exposure(2, 11, "warm", at=3.0),
        said(1, 1), said(2, 2, 7.0), said(3, 99), answer(2, seconds=2.5),
        answer(2, seconds=9.0, shadow=True),
    ])  # fmt: skip
    units, aside = live_units(store, DESIGN)
    assert units.arm.tolist() == [0, 1]
    assert units.cluster.tolist() == [5, 11]
    assert units.outcomes["solved"].number.tolist() == [1, 0]
    assert units.outcomes["latency"].total.tolist() == [0.0, 2.5]
    assert units.segments["language"].codes.tolist() == [1, -1]
    assert units.segments["language"].values == ("de", "en", "other")
    assert (aside.unknown, aside.out_of_bounds) == ({"solved": 1}, {"solved": 1})
    assert aside.exposures == {"base": 1, "warm": 1}
    shadow, _ = live_units(store, DESIGN, shadow=True)
    assert shadow.outcomes["latency"].total.tolist() == [0.0, 9.0]
    store.close()


def test_outcomes_for_the_servility_warning_are_read_where_both_sides_were_reported(
    tmp_path: Path,
) -> None:
    store = open_live(str(tmp_path / "live.sqlite"))
    store.write([exposure(1, 10), said(1, 1)])
    assert pleasing(store, DESIGN) == ()  # complaint is read anyway, but nothing of approval is
    store.write([said(2, 1, outcome="thumb"), said(3, 1, outcome="harm_report")])
    more = pleasing(store, DESIGN)
    assert more == ("thumb", "harm_report")
    assert live_units(store, DESIGN, further=more)[0].outcomes["thumb"].total.tolist() == [1.0]
    assert pleasing(store, msgspec.structs.replace(DESIGN, mode="shadow")) == ()
    store.close()
