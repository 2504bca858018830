import pytest

from statera.graders.asks import Ask, both_orders, for_candidate, of_pair, paired, to_ask
from statera.records.verdicts import Answer, Verdict


def answer(output: str, *, sample: str = "s1", epoch: int = 0, prompt: str = "p") -> Answer:
    return Answer(
        task="t", sample_id=sample, epoch=epoch, prompt=prompt, output=output, unit=sample
    )


def said(value: float | None, why: str = "") -> Verdict:
    return Verdict(
        value=value, label=None, outcome="unparsed" if value is None else "right", why=why
    )


def test_the_same_judgement_has_the_same_name_whoever_asks_for_it() -> None:
    first = Ask(criterion="c", answers=(answer("yes"),))
    again = Ask(criterion="c", answers=(answer("yes", sample="other", epoch=3),))
    assert first.id == again.id
    others = [
        Ask(criterion="d", answers=(answer("yes"),)),
        Ask(criterion="c", answers=(answer("no"),)),
        Ask(criterion="c", answers=(answer("yes", prompt="q"),)),
    ]
    assert len({first.id, *(ask.id for ask in others)}) == 4


def test_a_pair_turned_round_is_the_same_two_judgements() -> None:
    one, two = answer("one"), answer("two")
    pair, turned = both_orders("c", one, two), both_orders("c", two, one)
    assert pair.forward.shown == ("one", "two")
    assert pair.backward.shown == ("two", "one")
    assert (pair.forward.id, pair.backward.id) == (turned.backward.id, turned.forward.id)
    assert (pair.candidate, pair.other) == (one, two)


def test_of_the_same_text_there_is_nothing_to_ask() -> None:
    differ = both_orders("c", answer("one"), answer("two"))
    same = [
        both_orders("c", answer(a), answer(b)) for a, b in (("x", "x"), ("x", " x\n"), ("", " "))
    ]
    assert not differ.same
    assert all(pair.same for pair in same)
    assert to_ask([same[0], differ, *same[1:]]) == [*differ]


def test_replies_are_paired_by_task_sample_and_epoch() -> None:
    ours = [answer("a", sample="1"), answer("b", sample="2"), answer("c", sample="1", epoch=1)]
    theirs = [answer("x", sample="2"), answer("y", sample="1", epoch=1), answer("z", sample="9")]
    found = [(mine.output, other.output) for mine, other in paired(ours, theirs)]
    assert found == [("b", "x"), ("c", "y")]


@pytest.mark.parametrize(
    ("forward", "backward", "value", "label"),
    [
        (1.0, 0.0, 1.0, "win"),  # the candidate is named in both places
        (0.0, 1.0, 0.0, "loss"),
        (0.5, 0.5, 0.5, "tie"),
        (1.0, 1.0, 0.5, "flip"),  # always the first place
        (0.0, 0.0, 0.5, "flip"),
        (1.0, 0.5, 0.5, "flip"),
        (0.5, 1.0, 0.5, "flip"),
    ],
)
def test_both_orders_must_name_the_same_reply(
    forward: float, backward: float, value: float, label: str
) -> None:
    found = of_pair(said(forward), said(backward))
    assert (found.value, found.label) == (value, label)
    assert ("flip" in found.flags) == (label == "flip")
    assert found.outcome == ("right" if value > 0.5 else "wrong")


@pytest.mark.parametrize("place", [0, 1])
def test_a_pair_without_a_verdict_in_one_order_has_none(place: int) -> None:
    verdicts = [said(1.0), said(1.0)]
    verdicts[place] = said(None, "no verdict found")
    found = of_pair(*verdicts)
    assert (found.value, found.outcome) == (None, "unparsed")
    assert found.why == f"order {('ab', 'ba')[place]}: no verdict found"


def test_the_value_is_turned_for_the_candidate() -> None:
    assert for_candidate(said(1.0), "ab") == 1.0
    assert for_candidate(said(1.0), "ba") == 0.0
    assert for_candidate(said(0.5), "ba") == 0.5
    assert for_candidate(said(None), "ab") is None
