import json
from xml.etree import ElementTree

import pytest

from statera.errors import DeclarationError
from statera.records.samples import Sample
from statera.scorers.choice import Choice
from statera.scorers.number import Number
from statera.tasks.forms.layouts import LAYOUTS, UNMARKED, Layout, applies, laid, named
from statera.tasks.starter.items import items
from tests.scorers.conversations import conversation

PICK = Sample(id="p", input="Is 3 < 4 & 4 < 5?", choices=('a "yes" & so', "a no"), answer=1)
SUM = Sample(id="s", input="2 + 3?", reference="5")
NUMERIC = Sample(id="n", input="3 + 4?", choices=("7", "2", "1"), answer=0)


def test_there_are_ten_or_more_for_any_question_and_all_differ() -> None:
    for sample, least in ((PICK, 14), (SUM, 11), (NUMERIC, 13)):
        texts = [laid(layout, sample) for layout in LAYOUTS if applies(layout, sample)]
        assert len(set(texts)) == len(texts) >= least


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda one: one.name)
def test_nothing_is_lost_in_any_layout(layout: Layout) -> None:
    for sample in items("knowledge"):
        text = laid(layout, sample).replace('\\"', '"')
        assert sample.input in text
        assert all(choice in text for choice in sample.choices)


def test_documents_are_well_formed_whatever_is_in_them() -> None:
    body = laid(named("json"), PICK).partition("\n\n")[2]
    assert json.loads(body) == {
        "question": PICK.input,
        "options": {"A": PICK.choices[0], "B": PICK.choices[1]},
    }
    body = laid(named("xml"), PICK).partition("\n\n")[2]
    tree = ElementTree.fromstring(f"<all>{body}</all>")
    assert [node.text for node in tree.iter() if node.tag in ("question", "option")] == [
        PICK.input,
        *PICK.choices,
    ]


def test_options_that_read_like_marks_are_not_numbered() -> None:
    assert not applies(named("numbered"), NUMERIC)
    assert not applies(named("numbered"), SUM)
    many = Sample(id="m", input="?", choices=tuple("abcdefghij"), answer=0)
    assert not applies(named("numbered"), many)
    assert applies(named("bullets"), NUMERIC)
    assert not applies(named("bullets"), Sample(id="d", input="?", choices=("Yes", "yes")))


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda one: one.name)
def test_the_reply_that_is_asked_for_is_read(layout: Layout) -> None:
    sample = items("knowledge")[0]
    sign = sample.reference if layout.marks == UNMARKED else layout.marks[sample.answer or 0]
    form = {"json": '{{"answer": "{}"}}', "xml": "<answer>{}</answer>"}.get(
        layout.document, "Answer: {}"
    )
    trial = conversation(form.format(sign))
    assert Choice(labels=layout.marks).score(sample, trial).outcome == "right"
    for reader in (Number(form="flexible"), Number(form="stated")):
        assert reader.score(SUM, conversation(form.format(5))).outcome == "right"


def test_room_to_reason_is_given_where_there_is_some() -> None:
    assert laid(named("plain"), SUM).startswith("Answer the question. Reply with one line of")
    assert laid(named("plain"), SUM, room=True).startswith(
        "Solve the problem step by step. End your reply with a line of"
    )


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    with pytest.raises(DeclarationError, match="Did you mean 'bullets'"):
        named("bulets")
