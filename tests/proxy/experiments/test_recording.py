"""Recording: what the disk did not take is told, and one request is excluded once."""

from statera.proxy.experiments.choosing import Left
from statera.proxy.experiments.recording import NO_PROMPT, excluded, kept
from statera.records.live import OnlineScore
from tests.proxy.experiments.served import Kept

SCORE = OnlineScore(decision=1, at=0.0, scorer="refusal", value=1.0)


def test_facts_are_kept_in_their_order_or_told_to_be_lost() -> None:
    facts = Kept()
    other = excluded(Left("tone", NO_PROMPT), "00000000000000ff", 1.0)
    assert kept(facts, [SCORE, other])
    assert facts.facts == [SCORE, other]
    facts.full = True
    assert not kept(facts, [SCORE])


def test_a_request_is_excluded_once_from_each_experiment() -> None:
    first = excluded(Left("tone", NO_PROMPT), "00000000000000ff", 1.0)
    again = excluded(Left("tone", NO_PROMPT), "00000000000000ff", 2.0)
    assert first.id == again.id
    assert excluded(Left("look", NO_PROMPT), "00000000000000ff", 1.0).id != first.id
    assert excluded(Left("tone", NO_PROMPT), "00000000000000fe", 1.0).id != first.id
