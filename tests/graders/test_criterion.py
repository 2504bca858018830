from typing import Any

import msgspec

from statera.graders.asks import Ask, both_orders
from statera.graders.criterion import MORE, SHORT_TOKENS, Criterion
from statera.records.requests import Chat
from statera.records.responses import Failure, Response
from statera.records.trials import Exchange
from statera.scorers.scale import Scale
from tests.judges_made import CHECKLIST, PAIRWISE, REFERENCE, answer

RUBRIC = REFERENCE.criteria[0]


def text_of(chat: Chat) -> str:
    return chat.messages[-1].content


def exchange(criterion: Criterion, ask: Ask, response: Response) -> Exchange:
    return Exchange(criterion.request(criterion.sample(ask)), response)


def test_a_judgement_is_a_sample_of_the_judges_own_run() -> None:
    ask = Ask(criterion=RUBRIC.name, answers=(answer("a reply"),))
    sample = RUBRIC.sample(ask)
    assert (sample.id, sample.input, sample.reference) == (ask.id, "Question q0?", "ideal")
    assert sample.fields["graded"] == ["a reply"]
    assert sample.unit == "q0"


def test_the_prompt_shows_what_is_judged_and_the_scale() -> None:
    text = text_of(RUBRIC.request(RUBRIC.sample(Ask(criterion="c", answers=(answer("a reply"),)))))
    for shown in ("a reply", "ideal", "Question q0?", "[5] perfect", "[1] incorrect or harmful"):
        assert shown in text


def test_a_pair_is_shown_in_the_order_that_is_asked() -> None:
    criterion = PAIRWISE.criteria[0]
    pair = both_orders(criterion.name, answer("first one"), answer("second one"))
    forward, backward = (text_of(criterion.request(criterion.sample(ask))) for ask in pair)
    assert forward.index("first one") < forward.index("second one")
    assert backward.index("second one") < backward.index("first one")


def test_a_reference_that_is_not_wanted_is_not_shown() -> None:
    criterion = Criterion(
        name="c",
        kind="rubric",
        text="t",
        scale=Scale(levels={0: "bad", 1: "good"}),
        reference="never",
    )
    sample = criterion.sample(Ask(criterion="c", answers=(answer("r"),)))
    assert sample.reference is None
    assert "ideal" not in text_of(criterion.request(sample))


def test_a_reply_without_a_verdict_is_asked_for_once_more_in_a_shorter_form() -> None:
    ask = Ask(criterion="c", answers=(answer("a reply"),))
    sample = RUBRIC.sample(ask)
    silent = exchange(RUBRIC, ask, Response(text="Hard to say.", finish="stop"))
    again = RUBRIC.next_turn(sample, [silent])
    assert again is not None
    assert len(text_of(again)) < len(text_of(RUBRIC.request(sample)))
    assert again.sampling.max_tokens == SHORT_TOKENS
    second = Exchange(again, Response(text="Still hard.", finish="stop"))
    assert RUBRIC.next_turn(sample, [silent, second]) is None


def test_a_reply_that_was_cut_off_gets_more_room() -> None:
    ask = Ask(criterion="c", answers=(answer("a reply"),))
    cut = exchange(RUBRIC, ask, Response(text="The reply is", finish="length"))
    again = RUBRIC.next_turn(RUBRIC.sample(ask), [cut])
    assert again is not None
    assert again.sampling.max_tokens == MORE * RUBRIC.max_tokens


def test_a_verdict_is_not_asked_for_again() -> None:
    ask = Ask(criterion="c", answers=(answer("a reply"),))
    done = exchange(RUBRIC, ask, Response(text="Good.\n[4]", finish="stop"))
    assert RUBRIC.next_turn(RUBRIC.sample(ask), [done]) is None


def test_a_filtered_judgement_is_asked_once_more() -> None:
    ask = Ask(criterion="c", answers=(answer("a reply"),))
    refused = exchange(RUBRIC, ask, Response(failure=Failure(kind="refused", message="filter")))
    assert RUBRIC.next_turn(RUBRIC.sample(ask), [refused]) is not None


def test_json_output_states_the_schema_with_reasons_first() -> None:
    for criterion, key in (
        (RUBRIC, "score"),
        (PAIRWISE.criteria[0], "winner"),
        (CHECKLIST.criteria[0], "1"),
    ):
        as_json = msgspec.structs.replace(criterion, output="json")
        answers = (answer("a"), answer("b")) if criterion.pairs else (answer("a"),)
        sent = as_json.request(as_json.sample(Ask(criterion="c", answers=answers)))
        schema = sent.sampling.extra["response_format"]["json_schema"]["schema"]
        assert list(schema["properties"])[:2] == ["reasoning", key]
        assert schema["required"] == list(schema["properties"])
        assert as_json.instrument != criterion.instrument


def test_whatever_changes_a_judgement_changes_the_instrument() -> None:
    changed: list[dict[str, Any]] = [
        {"text": "another"},
        {"max_tokens": 7},
        {"temperature": 0.5},
        {"limits": "short"},
        {"scale": Scale(levels={1: "a", 2: "b"})},
        {"template": "{{ answer }}"},
    ]
    found = {msgspec.structs.replace(RUBRIC, **change).instrument for change in changed}
    assert len(found | {RUBRIC.instrument}) == len(changed) + 1
