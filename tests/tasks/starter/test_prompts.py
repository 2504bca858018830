"""How choices are worded: short, one line of reply."""

import doctest

from statera.records.requests import Chat, Complete, Likelihood
from statera.records.samples import Sample
from statera.records.specs import Api, Mode
from statera.tasks.starter import prompts
from statera.tasks.starter.prompts import ChoicePrompt
from statera.tasks.task import TaskOptions

SAMPLE = Sample(id="s/v1/0", input="Which is a mammal?", choices=("trout", "otter"), answer=1)


def _prompt(mode: Mode, *, api: Api = "chat", letters: bool = True) -> ChoicePrompt:
    return ChoicePrompt(
        options=TaskOptions(mode=mode, api=api),
        task=lambda sample: "the question",
        context=lambda sample: f"Q: {sample.input}",
        letters=letters,
    )


def test_the_module_s_example_holds() -> None:
    assert doctest.testmod(prompts).failed == 0


def test_letters_or_choices_are_the_continuations() -> None:
    letters = _prompt("loglikelihood")(SAMPLE)
    texts = _prompt("loglikelihood", letters=False)(SAMPLE)
    assert letters == Likelihood(context="Q: Which is a mammal?", continuations=(" A", " B"))
    assert texts == Likelihood(context="Q: Which is a mammal?", continuations=(" trout", " otter"))


def test_a_chat_is_asked_for_one_line() -> None:
    request = _prompt("generate")(SAMPLE)
    assert isinstance(request, Chat)
    assert request.messages[0].content.startswith("Answer the question. Reply with one line")
    assert request.sampling.max_tokens == prompts.LETTER_TOKENS


def test_a_completion_goes_on_after_the_word_answer_up_to_the_end_of_the_line() -> None:
    request = _prompt("generate", api="completions")(SAMPLE)
    assert isinstance(request, Complete)
    assert request.prompt == "Which is a mammal?\nA. trout\nB. otter\nAnswer:"
    assert request.sampling.stop == ("\n",)
