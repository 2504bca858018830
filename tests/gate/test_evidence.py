import pytest

from statera.analysis.comparison import Comparison
from statera.analysis.frame import Frame
from statera.analysis.pairing import Pairing
from statera.gate.evidence import Evidence, measured
from statera.metrics.attacks import AttackRate
from statera.metrics.rates import Rate
from statera.records.scores import UNDRAWN, Outcome, Score
from statera.records.specs import RunInfo, RunSpec, SystemUnderTest
from statera.store.rows import ScoreRow
from tests.analysis.made import frame
from tests.gate.made import items, only_target, pair_counts, paired, single

R: tuple[Outcome, ...] = ("right",)
W: tuple[Outcome, ...] = ("wrong",)
LOST: tuple[Outcome, ...] = ("infra_error",)
MAX = {"metric": "t/refused", "max": 0.05}
MIN = {"metric": "t/accuracy", "min": 0.5}
THAN = {"metric": "t/accuracy", "than": "baseline", "margin": 0.02}


def test_a_pair_is_measured_by_its_difference() -> None:
    evidence = paired(*pair_counts(400, 30, 20, 50))
    found = measured(only_target(evidence, THAN), evidence, alpha=0.05)
    assert found.value == pytest.approx(0.02)
    assert (found.candidate, found.base) == pytest.approx((0.86, 0.84))
    assert found.worst is found.best
    assert found.worst.n == 500
    assert found.worst.lower is not None
    assert found.worst.lower < 0.02 < (found.worst.upper or 0)


def test_infrastructure_errors_are_read_at_either_end() -> None:
    evidence = single(frame(items({"a": [(60, R), (30, W), (10, LOST)]})))
    found = measured(only_target(evidence, MIN), evidence, alpha=0.05)
    assert found.infra == 10
    assert found.value == pytest.approx(60 / 90)
    assert (found.worst.value, found.best.value) == pytest.approx((0.6, 0.7))
    assert found.worst.n == found.best.n == 100


def test_the_worst_end_of_less_is_better_is_the_higher() -> None:
    evidence = single(frame(items({"a": [(90, R), (10, LOST)]})))
    found = measured(only_target(evidence, MAX), evidence, alpha=0.05)
    assert (found.worst.value, found.best.value) == pytest.approx((0.1, 0.0))


def test_lost_trials_of_either_run_count_against_the_candidate_first() -> None:
    candidate = frame(items({"a": [(80, R), (10, LOST), (10, R)]}))
    base = frame(items({"a": [(80, R), (10, R), (10, LOST)]}))
    evidence = paired(candidate, base)
    found = measured(only_target(evidence, THAN), evidence, alpha=0.05)
    assert (found.infra, found.value) == (20, 0.0)
    assert (found.worst.value, found.best.value) == pytest.approx((-0.1, 0.1))


def test_infrastructure_errors_are_known_where_they_are_what_is_asked() -> None:
    evidence = single(frame(items({"a": [(90, R), (10, LOST)]})))
    found = measured(
        only_target(evidence, {"metric": "t/infra_error", "max": 0.2}), evidence, alpha=0.05
    )
    assert found.infra == 0
    assert found.worst.value == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("evidence", "rule", "why"),
    [
        (
            paired(frame(items({"a": [(9, R)]})), frame(items({"a": [(9, R)], "b": [(7, R)]}))),
            THAN | {"metric": "t/b/accuracy"},
            "the candidate has no item of this category; another run has 7",
        ),
        (
            single(frame(items({"a": [(9, R)]})), declared={"t": frozenset("b")}),
            MIN | {"metric": "t/b/accuracy"},
            "the candidate has no item of this category",
        ),
        (
            paired(frame([("1", "a", R)]), frame([("2", "a", R)])),
            THAN,
            "no item of this task is shared with the baseline",
        ),
        (
            single(frame([("1", "a", R)]), base={}, others=(frame([("1", "a", R)], task="u"),)),
            THAN | {"metric": "u/accuracy"},
            "the candidate has no item of this task; another run has 1",
        ),
    ],
)
def test_what_is_not_there_is_said(evidence: Evidence, rule: dict[str, object], why: str) -> None:
    found = measured(only_target(evidence, rule), evidence, alpha=0.05)
    assert found.worst.method == why
    assert (found.worst.p_above, found.worst.p_below, found.worst.n) == (None, None, 0)


def test_items_that_the_candidate_lacks_are_counted() -> None:
    evidence = paired(frame(items({"a": [(60, R)]})), frame(items({"a": [(100, R)]})))
    assert measured(only_target(evidence, THAN), evidence, alpha=0.05).missing == 40


def test_a_comparison_is_evidence() -> None:
    spec = RunSpec(suite="s", system=SystemUnderTest(model="m"), tasks=(), seed=0)
    info = RunInfo(id="r", spec=spec, status="done", created=0.0, updated=0.0)
    candidate, base = pair_counts(90, 5, 5)
    comparison = Comparison(
        candidate=info,
        base=info,
        rows=(),
        pairings=(Pairing.of(candidate, base),),
        system=(),
        instrument=(),
        only_candidate=(),
        only_base=(),
    )
    evidence = Evidence.of(comparison, comparison)
    assert evidence.candidate == {"t": candidate}
    assert evidence.base is not None
    assert evidence.anchor is not None
    assert [task.name for task in evidence.known] == ["t"]


def test_the_share_of_what_the_log_cannot_tell_is_never_known() -> None:
    here = frame(items({"a": [(500, R)]}), blind=["refused"])
    whole = frame(items({"a": [(500, R)]}))
    share = {"metric": "t/refused", "than": "baseline", "margin": 0.05}
    for evidence, rule in (
        (single(here), MAX),
        (paired(here, whole), share),
        (paired(whole, here), share),
    ):
        found = measured(only_target(evidence, rule), evidence, alpha=0.05)
        assert (found.value, found.worst.upper, found.worst.n) == (None, None, 0)
        assert found.worst.method == "the log that was imported cannot tell refused from wrong"
    for rule in (MIN, MAX | {"metric": "t/truncated"}):
        found = measured(only_target(single(here), rule), single(here), alpha=0.05)
        assert found.worst.n == 500


def test_an_attack_that_was_not_understood_passes_no_rule() -> None:
    attack = AttackRate(score="attack", opposed="decoded")
    read = Frame("t", (Rate(score="decoded", better="higher"), attack))
    for place in range(40):
        known = place < 10
        scores = (
            Score(metric="decoded", value=float(known), outcome="right" if known else "wrong"),
            Score(metric="attack", value=0.0, outcome="right", flags=() if known else (UNDRAWN,)),
        )
        read.add([ScoreRow("t", f"i{place}", 0, None, None, f"i{place}", one) for one in scores])
    evidence = single(read)
    found = measured(
        only_target(evidence, {"metric": "t/attack", "max": 0.5}), evidence, alpha=0.05
    )
    assert found.value is None
    assert found.worst.upper is None
    assert found.worst.method == "not understood: 10 of 40 controls, 50 % needed"
