import re

from statera.records.samples import Sample
from statera.scorers.reading.figures import figures
from statera.tasks.forms.distractors import TRUE, distracted, noisy
from statera.tasks.forms.wording import WORTH


def test_no_sentence_has_a_number() -> None:
    for sentence in TRUE:
        assert not list(figures(sentence))
        assert not WORTH.keys() & set(re.findall(r"[a-z]+", sentence.lower()))


def test_a_sentence_that_shares_a_word_is_not_taken() -> None:
    sample = Sample(id="b", input="Which bird swims?", choices=("penguin", "hen"))
    assert all(
        not distracted(Sample(id=str(k), input=sample.input, choices=sample.choices)).startswith(
            "Penguins"
        )
        for k in range(50)
    )
    everything = Sample(id="all", input=" ".join(TRUE))
    assert distracted(everything) == everything.input


def test_noise_stands_behind_and_says_nothing() -> None:
    sample = Sample(id="n", input="Which bird swims?")
    assert noisy(sample).startswith(sample.input)
    assert not re.search(r"\w", noisy(sample).removeprefix(sample.input))
