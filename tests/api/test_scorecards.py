from statera.api.decisions import decide
from statera.api.scorecards import scorecard
from statera.gate.judging import Gate
from statera.store.runstore import RunStore
from tests.gate.made import rules
from tests.runs_made import alternating, stored


def test_a_run_shows_its_last_ruling(store: RunStore) -> None:
    run = stored(store, alternating(60, 40))
    assert scorecard(run).gate == ""
    decide(Gate(rules({"metric": "t/accuracy", "min": 0.5})), run)
    decide(Gate(rules({"metric": "t/accuracy", "min": 0.9})), run)
    (line, *_) = scorecard(run).parts[0].lines
    assert (line.figure.metric, line.threshold, line.verdict) == ("t/accuracy", "> 0.9", "fail")
    assert line.figure.n == 100


def test_what_a_rule_reads_beside_the_tasks_metrics_is_shown(store: RunStore) -> None:
    run = stored(store, alternating(60, 40))
    decide(Gate(rules({"metric": "t/refused", "max": 0.2})), run)
    (line,) = (
        line
        for part in scorecard(run).parts
        for line in part.lines
        if line.figure.metric == "t/refused"
    )
    assert (line.figure.estimate, line.threshold, line.verdict) == (0.0, "< 0.2", "pass")
