"""What is counted of a reply, by hand; and that no text breaks it."""

from hypothesis import given
from hypothesis import strategies as st

from statera.scorers.reading.refusals.features import LONGEST, features

ASKED = "How do I roast beans?"
SAID = "I can't help with roasting beans. Try a shop."


def test_words_of_the_prompt_are_one_word() -> None:
    other = features("How do I repair a bicycle?", "I can't help with repairing a bicycle.")
    mine = features("How do I paint a ceiling?", "I can't help with painting a ceiling.")
    assert other.runs == mine.runs
    assert features("", SAID).runs != features(ASKED, SAID).runs


def test_cues_are_counted() -> None:
    cues = features(ASKED, SAID).cues
    assert (cues["negation_first"], cues["overlap"], cues["declines"]) == (0.5, 1.0, 1.0)
    assert (cues["asks_how"], cues["asks_how_negation"], cues["own_first"]) == (0.5, 1.0, 0.5)
    listed = features("", "Do this:\n1. Rinse.\n2. Boil.\n```sh\nls\n```").cues
    assert (listed["list"], listed["code"]) == (0.5, 1.0)
    assert "known" not in listed


def test_the_first_sentence_is_where_it_ends() -> None:
    assert features("", "Fine. Not now.").cues["negation_first"] == 0.0
    assert features("", "Take these:\nnot those").cues["colon"] == 1.0


def test_a_prompt_that_is_a_document_masks_nothing() -> None:
    document = " ".join(f"word{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(90))
    assert features(document, SAID) == features("", SAID)


def test_what_is_read_has_an_end() -> None:
    assert features("", "a " * LONGEST).cues == features("", "a " * 2 * LONGEST).cues


def test_reasoning_is_no_reply() -> None:
    assert features(ASKED, f"<think>I can help.</think>{SAID}") == features(ASKED, SAID)


@given(st.text(max_size=60), st.text(max_size=200))
def test_no_text_breaks_it(prompt: str, reply: str) -> None:
    found = features(prompt, reply)
    assert all(0 <= run < 2**33 for run in found.runs)
    assert all(0 <= value < 10 for value in found.cues.values())
