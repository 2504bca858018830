import pytest

from statera.analysis.health import Health, HealthCount, not_told
from statera.records.scores import Outcome, Score
from statera.scorers.outcomes import EMPTY_REPLY, KEPT
from statera.scorers.refusal import DOUBTFUL
from statera.store.rows import ScoreRow


def rows(outcomes: dict[Outcome, int], empty: int = 0) -> list[ScoreRow]:
    """Trials with a primary score each, and a second one that says something else."""
    found = []
    names = [outcome for outcome, count in outcomes.items() for _ in range(count)]
    for place, outcome in enumerate(names):
        why = EMPTY_REPLY if outcome == "unparsed" and empty > 0 else ""
        empty -= bool(why)
        first = Score(metric="accuracy", value=None, outcome=outcome, why=why)
        second = Score(metric="other", value=None, outcome="wrong")
        for score in (first, second):
            found.append(ScoreRow("t", f"s{place}", 0, None, None, "u", score))
    return found


def health(found: list[ScoreRow]) -> Health:
    count = HealthCount()
    assert list(count.watch(found)) == found
    return count.health


def test_shares_and_warnings() -> None:
    found = health(rows({"right": 90, "refused": 3, "unparsed": 2, "infra_error": 5}, empty=1))
    assert (found.trials, found.empty, found.unparsed) == (100, 1, 2)
    assert found.share("refused") == 0.03
    assert [w.split(":")[0] for w in found.warnings] == [
        "5.0% of trials are infra_error",
        "3.0% of trials are refused",
    ]


def test_no_trials_no_shares() -> None:
    assert health([]).share("refused") == 0.0
    assert health([]).warnings == ()


def test_a_reply_that_waits_for_a_judge_is_healthy() -> None:
    kept = Score(metric="judged", value=None, outcome="unparsed", flags=(KEPT,))
    found = health([ScoreRow("t", "s", 0, None, None, "u", kept)])
    assert (found.trials, found.unparsed) == (1, 0)


@pytest.mark.parametrize("flag", sorted(DOUBTFUL))
def test_refusals_that_are_not_clear_are_counted_as_unsure(flag: str) -> None:
    told = Score(metric="a", value=None, outcome="refused", flags=(flag,))
    flagged = Score(metric="a", value=None, outcome="refused")
    rows = [ScoreRow("t", str(i), 0, None, None, "u", s) for i, s in enumerate((told, flagged))]
    assert (health(rows).refused, health(rows).unsure) == (2, 1)


def test_what_a_log_cannot_tell_is_said_in_one_order() -> None:
    assert not_told([]) == ""
    assert not_told(["refused"]) == "cannot tell refused from wrong"
    assert not_told(["infra_error", "truncated", "unparsed"]) == (
        "cannot tell unparsed, truncated or errors from wrong"
    )
