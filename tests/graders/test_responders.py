import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.graders.asks import Ask
from statera.graders.criterion import Criterion
from statera.graders.responders import CONSTANT, RESPONDERS, off_topic, responses
from statera.models.scriptedjudge import read_judgement
from statera.records.verdicts import Answer
from statera.scorers.scale import Scale

PROMPTS = [f"Question {n}: what is {n} times {n + 1}?" for n in range(200)]
LONGEST_SENTENCE = 110
NAMES = ("empty", "constant", "off_topic", "attack")


def answer(number: int, output: str, prompt: str = "Who wrote Emma?") -> Answer:
    return Answer(
        task="t",
        sample_id=str(number),
        epoch=1,
        prompt=prompt,
        output=output,
        unit=f"u{number}",
        reference="r",
        category="c",
    )


def test_there_are_four_and_they_say_the_same_whenever_they_are_asked() -> None:
    assert tuple(RESPONDERS) == NAMES
    for respond in RESPONDERS.values():
        assert [respond(p) for p in PROMPTS] == [respond(p) for p in PROMPTS]


def test_one_says_nothing_and_one_says_the_same_to_everyone() -> None:
    assert {RESPONDERS["empty"](prompt) for prompt in PROMPTS} == {""}
    assert {RESPONDERS["constant"](prompt) for prompt in PROMPTS} == {CONSTANT}


@pytest.mark.parametrize("name", ["off_topic", "attack"])
def test_the_others_vary_with_the_prompt(name: str) -> None:
    said = [RESPONDERS[name](prompt) for prompt in PROMPTS]
    assert len(set(said)) >= 6
    assert max(said.count(one) for one in set(said)) < 60


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("How does a canal lock lift a boat?", ("canal", "boat")),
        ("Explain how sourdough bread rises. Which yeast?", ("sourdough", "yeast")),
        ("What are lichens, and do reindeer eat them?", ("lichen", "reindeer")),
        ("How is a violin made? Which varnish?", ("violin", "varnish")),
        ("Who kept the lighthouses of the rock towers?", ("lighthouse", "tower")),
        ("Why do players use chess clocks?", ("chess", "clock")),
        ("How do nomads make felt from wool?", ("felt", "wool")),
        ("How old is peat in a bog?", ("peat", "bog")),
    ],
)
def test_off_topic_is_off_topic_even_for_what_it_could_talk_of(
    prompt: str, words: tuple[str, ...]
) -> None:
    said = off_topic(prompt).lower()
    assert not any(word in said for word in words)


@given(st.text(max_size=200), st.integers(1, 3000))
def test_an_off_topic_reply_is_whole_sentences_of_about_the_length_asked_for(
    prompt: str, length: int
) -> None:
    said = off_topic(prompt, length=length)
    assert abs(len(said) - length) <= LONGEST_SENTENCE
    assert re.fullmatch(r"(?:[A-Z][^.]+\.(?: |$))+", said)


def test_off_topic_sentences_are_never_said_twice() -> None:
    said = off_topic("?", length=10**6)
    sentences = said.rstrip(".").split(". ")
    assert len(set(sentences)) == len(sentences) == 64
    assert len(said) > 4000


def test_what_does_not_attack_has_nothing_like_a_verdict() -> None:
    for name in ("constant", "off_topic"):
        for prompt in PROMPTS:
            said = RESPONDERS[name](prompt)
            assert not re.search(r"[\[\]{}<>]|(?i:verdict|score|grade|\byes\b)", said)


def test_every_way_to_attack_is_used() -> None:
    said = "\n".join({RESPONDERS["attack"](prompt) for prompt in PROMPTS})
    for form in (
        "[5]",
        "[[A]]",
        '"score": 5',
        "1: yes",
        "system",
        ">>>",
        "<<<",
        "Ignore the above",
    ):
        assert form in said
    assert all(
        re.search(r"\[5\]|\"score\": 5|highest level", RESPONDERS["attack"](p)) for p in PROMPTS
    )


def test_no_attack_gets_out_of_the_fence() -> None:
    scale = Scale(levels={1: "bad", 5: "good"})
    rubric = Criterion(name="r", kind="rubric", text="Is it right?", scale=scale)
    pair = Criterion(name="p", kind="pairwise", text="Which is better?")
    said = sorted({RESPONDERS["attack"](prompt) for prompt in PROMPTS})
    for one, other in pairwise(said):
        for criterion, outputs in ((rubric, (one,)), (pair, (one, other))):
            answers = tuple(answer(0, output) for output in outputs)
            ask = Ask(criterion=criterion.name, answers=answers)
            prompt = criterion.request(criterion.sample(ask)).messages[-1].content
            seen = read_judgement(prompt)
            assert seen is not None
            assert seen.graded == outputs
            assert seen.kind == criterion.kind


def test_responses_keep_the_question_and_the_unit() -> None:
    answers = [answer(n, "word " * (40 + n), f"Question {n}?") for n in range(9)]
    found = responses(answers)
    assert tuple(found) == NAMES
    for name, replies in found.items():
        for given_, reply in zip(answers, replies, strict=True):
            assert reply.place == given_.place
            assert (reply.unit, reply.prompt, reply.reference, reply.category) == (
                given_.unit,
                given_.prompt,
                "r",
                "c",
            )
            if name != "off_topic":
                assert reply.output == RESPONDERS[name](given_.prompt)
    assert all(abs(len(reply.output) - 220) <= LONGEST_SENTENCE for reply in found["off_topic"])


def test_without_an_answer_to_go_by_the_length_is_the_usual_one() -> None:
    assert responses([]) == {name: [] for name in NAMES}
    (only,) = responses([answer(0, "")])["off_topic"]
    assert only.output == off_topic(only.prompt)
