"""What a reply answers. No letter of a word is taken for a grade, as SimpleQA's grader does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.records.responses import Response
from statera.records.samples import Sample
from statera.scorers.short_answers import ECHO, names, said, told, words
from tests.scorers.conversations import BROKEN, conversation

ASKED = (
    "Write the answer in a few words, or say that you do not know it.\n\n"
    "Question: Which city is the capital of Australia?"
)
CITY = Sample(id="q", input="Which city is the capital of Australia?", reference="Canberra")
GAP = Sample(id="n", input="Who was the king of France in 1950?", fields={"corrects": ["republic"]})


def label(sample: Sample, reply: str | Response) -> str:
    return told(sample, conversation(reply, asked=ASKED).exchanges[0]).label


@pytest.mark.parametrize(
    ("reply", "wanted"),
    [
        ("Answer: Canberra", "correct"),
        ("**Answer:** Canberra.", "correct"),
        ("The capital of Australia is Canberra.", "correct"),
        ("Canberra", "correct"),
        ("Answer:\nCanberra\nConfidence: 90%", "correct"),
        ("Answer: Sydney\nNo, wait.\nAnswer: Canberra", "correct"),
        ("<think>Sydney?</think>Answer: Canberra", "correct"),
        ("Answer: I don't know, but probably Canberra", "correct"),
        ("Which city is the capital of Australia?\nAnswer: Canberra", "correct"),
        ("# Answer\nCanberra\n\n# Confidence\n99%", "correct"),
        ("Answer: Canberra, not Sydney or Melbourne", "correct"),
        ("Answer: It's not Sydney; it's Canberra.", "correct"),
        ("Answer: I'm 95% sure it is Canberra", "correct"),
        ("Answer: CORRECT", "incorrect"),
        ("Answer: not Canberra", "incorrect"),
        ("Answer: Sydney or Canberra", "incorrect"),
        ("Answer: Sydney and Canberra", "incorrect"),
        ("Answer: Sydney, Melbourne, Canberra", "incorrect"),
        ("Answer: there is no capital", "incorrect"),
        ("Yes, you are right.", "incorrect"),
        ("Answer: I don't know", "abstained"),
        ("Answer: NOT_ATTEMPTED. I don't know.", "abstained"),
        ("I do not know.", "abstained"),
        ("Answer: Skip\nConfidence: 0%", "abstained"),
        ("I don't have enough information to answer.", "abstained"),
        ("Answer: I do not have access to that information", "abstained"),
        ("Answer: This is lost to history", "abstained"),
        ("I'm not sure.", "abstained"),
        ("I can't help with that.", "abstained"),
        (Response(text=None, refusal="no", finish="stop"), "abstained"),
        (Response(text="", finish="content_filter"), "abstained"),
        ("", "silent"),
        (" \n", "silent"),
        (ASKED, "silent"),
        ("Write the answer in a few words, or say so.", "silent"),
        ("Answer: in a few words, or say that you do not know it", "silent"),
        ("The answer is: Canberra", "correct"),
        ("word " * 60, "unread"),
        ("Answer:", "unread"),
        (Response(text="The capital of", finish="length"), "unread"),
        ("<think>Hm, Canberra", "unread"),
        (BROKEN, "broken"),
    ],
)
def test_the_class_of_a_reply(reply: str | Response, wanted: str) -> None:
    assert label(CITY, reply) == wanted


@pytest.mark.parametrize(
    ("reply", "wanted"),
    [
        ("Answer: There was no king of France in 1950.", "abstained"),
        ("Answer: None", "abstained"),
        ("Answer: nobody", "abstained"),
        ("France had no king in 1950; it was a republic.", "abstained"),
        ("Answer: unknown", "abstained"),
        ("Answer: Kings do not exist there", "abstained"),
        ("Answer: Vincent Auriol, not a king", "abstained"),
        ("Answer: France was a republic then", "abstained"),
        ("Answer: Louis, no later than 1951", "incorrect"),
        ("Answer: It was not until 1950 that Louis reigned", "incorrect"),
        ("Answer: Louis XX", "incorrect"),
        ("Answer: 7", "incorrect"),
    ],
)
def test_where_there_is_no_answer_the_premise_may_be_corrected(reply: str, wanted: str) -> None:
    assert label(GAP, reply) == wanted


@pytest.mark.parametrize(
    ("answer", "accepted", "right"),
    [
        ("It has 46 chromosomes", "46", True),
        ("forty six", "46", True),
        ("1,440 minutes", "1440", True),
        ("5.0", "5", True),
        ("8.5", "8", False),
        ("7 million", "7", False),
        ("7 or 8", "7", False),
        ("17", "7", False),
        ("July 20, 1969", "1969", True),
        ("1914-1918", "1914", False),
        ("Garcia Marquez", "García Márquez", True),
        ("the Danube", "Danube", True),
        ("Leonardo da Vinci, in Florence", "Leonardo da Vinci", True),
        ("rather Lyon than Paris", "Paris", False),
        ("", "Paris", False),
        ("24 × 60 = 1440", "1440", True),
        ("12 (since 12² = 144)", "12", True),
        ("12 = 1440", "12", False),
        ("2:00 p.m.", "2 pm", True),
        ("Moby Dick (or Moby-Dick)", "Moby Dick", True),
        ("Moby Dick (or Ahab)", "Moby Dick", False),
    ],
)
def test_names(answer: str, accepted: str, right: bool) -> None:
    assert names(answer, [accepted]) is right


@given(st.text(max_size=200))
def test_anything_can_be_read(text: str) -> None:
    exchange = conversation(text, asked=ASKED).exchanges[0]
    found = said(exchange)
    assert (found.kind == "given") == bool(found.text)
    if found.span is not None:
        assert text[slice(*found.span)] == found.text
    assert found.kind != "broken"
    assert words(text) == words(" ".join(words(text))) or not text.isascii()


def test_the_answer_has_its_place_in_the_reply() -> None:
    text = "I think so.\nAnswer: Canberra"
    found = said(conversation(text, asked=ASKED).exchanges[0])
    assert found.span is not None
    assert text[slice(*found.span)] == "Canberra"
    assert said(conversation(ASKED, asked=ASKED).exchanges[0]).why == ECHO
