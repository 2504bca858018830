from typing import Any

import pytest

from statera.records.responses import Response
from statera.records.trials import Exchange
from statera.store import bodies
from statera.store.replies import digest_of
from statera.store.runstore import RunStore
from tests.store.made import asked, failure, filled, likelihoods, opened, reply, scored


def digest(*responses: Response) -> str | None:
    return digest_of(bodies.encode(tuple(Exchange(asked(0), one) for one in responses)))


def test_the_same_text_has_the_same_digest_whatever_it_took() -> None:
    quick = Response(text="B", seconds=0.1, fingerprint="fp_1", reasoning="so")
    assert digest(reply("B")) == digest(quick)
    assert digest(reply("B")) != digest(reply("B."))
    assert digest(reply("A"), reply("B")) != digest(reply("B"), reply("A"))
    assert digest(reply("")) is not None


def call(identity: str, name: str) -> tuple[dict[str, Any], ...]:
    return ({"id": identity, "function": {"name": name}},)


def test_calls_of_tools_are_replies_but_for_their_ids() -> None:
    one, again = (Response(tool_calls=call(identity, "find")) for identity in ("1", "2"))
    assert digest(one) == digest(again)
    assert digest(one) != digest(Response(tool_calls=call("1", "send")))


def test_likelihoods_are_replies_too() -> None:
    packed = [bodies.encode((likelihoods(*sums),)) for sums in ((-1.0, -2.0), (-1.0, -2.5))]
    assert digest_of(packed[0]) != digest_of(packed[1])
    assert digest_of(packed[0]) == digest_of(packed[0])


@pytest.mark.parametrize("nothing", [failure(), Response(finish="stop")])
def test_where_nothing_came_back_there_is_none(nothing: Response) -> None:
    assert digest(nothing) is None
    assert digest(reply(), nothing) is None
    assert digest(failure("refused")) is not None


def test_replies_come_in_the_order_of_the_scores(store: RunStore) -> None:
    run = opened(store, 3)
    store.write(run.id, [scored(number, epoch=e) for e in (1, 0) for number in (2, 0, 1)])
    places = [(row.task, row.sample_id, row.epoch) for row in store.scores(run.id)]
    assert [row[:3] for row in store.replies(run.id)] == places
    assert store.epochs(run.id) == {"mmlu": 2}
    assert len({row.digest for row in store.replies(run.id)}) == 1


def test_a_run_without_trials_has_no_epochs(store: RunStore) -> None:
    assert store.epochs(opened(store, 3).id) == {}
    assert store.epochs(filled(store, 2).id) == {"mmlu": 1}
