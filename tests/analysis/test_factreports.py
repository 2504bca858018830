from statera.analysis.factreports import fact_report, facts_of, lines
from statera.records.samples import Sample
from statera.records.scores import UNJUDGED, Score
from statera.stats.factprecision import Facts
from statera.store.rows import Stored
from tests.scorers.conversations import BROKEN, conversation

TOLD = "She was a physicist who was born in Warsaw and worked in Paris all her life."


def judged(number: int, counts: str | None, reply: str = TOLD) -> Stored:
    sample = Sample(id=f"s{number}", input="Tell of her.")
    value = None if counts is None else 0.5
    score = Score(
        metric="atomic_facts",
        value=value,
        outcome="infra_error" if counts is None else "wrong",
        extracted=counts,
        flags=(UNJUDGED,) if counts is None else (),
    )
    return Stored(sample, conversation(reply), (score,))


ROWS = [
    judged(0, "S 3, NS 1, IR 0"),
    judged(1, "S 1, NS 0, IR 1"),
    judged(2, "S 0, NS 0, IR 0", "I don't know."),
    judged(3, None),
]


def test_the_figures_of_judged_replies() -> None:
    report = fact_report(ROWS, "atomic_facts", k=4)
    assert report.unjudged == 1
    found = report.figures
    assert (found.of_all.value, found.of_all.n) == (0.625, 2)
    assert (found.of_relevant.value, found.facts) == (0.875, 3.0)
    assert found.abstained.value == 1 / 3
    assert found.f1.n == 3


def test_an_abstention_needs_no_judge_and_another_score_is_none() -> None:
    assert facts_of(ROWS[2].trial, None) == Facts(abstained=True)
    assert facts_of(ROWS[0].trial, None) is None
    assert fact_report(ROWS[:1], "other", k=1).unjudged == 1


def test_a_lost_reply_is_no_abstention() -> None:
    assert facts_of(conversation(BROKEN), None) is None


def test_the_table_names_its_denominators() -> None:
    text = "\n".join(lines(fact_report(ROWS, "atomic_facts", k=4)))
    assert "supported / all facts       0.625" in text
    assert "F1@4 " in text
    assert "without a verdict           1" in text
