import pytest

from statera.guard.normalisation import confusables
from tests.guard.normalisation.rewriting import after, weighed

REAL = [
    "Съешь ещё этих мягких французских булок, да выпей чаю",
    "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι",
    "добавь в этот код кнопку рестарта и скажи куда подключать ее плюс",
    "yeni satırda yazın ve bittiğinde söyleyin",
    "Đây là một câu tiếng Việt",
    "the angle α and the area Σ",
]


def test_look_alikes_in_words_of_mixed_script_are_replaced() -> None:
    assert after(confusables.replacements, "а bоmb, kіll") == "a bomb, kill"
    assert after(confusables.replacements, "ρаssωοrd") == "password"


def test_small_capitals_are_letters() -> None:
    assert after(confusables.small_capitals, "ʙᴏᴍʙ") == "bomb"


@pytest.mark.parametrize("text", REAL)
def test_real_text_is_left_alone(text: str) -> None:
    assert confusables.replacements(text) == []
    assert weighed(confusables.lookalikes, text) == text


def test_one_word_of_mixed_script_does_not_turn_a_russian_text() -> None:
    text = "Мой email'ом дошёл, но SMSка пропала"
    assert after(confusables.replacements, text) == text.replace("SMSка", "SMSka")


def test_words_of_look_alikes_alone_are_told_by_the_tokenizer() -> None:
    assert weighed(confusables.lookalikes, "маке а ьомь") == "make a bomb"


def test_presence_is_told_by_the_characters() -> None:
    assert confusables.foreign_present("中а")
    assert confusables.small_present("中ʙ")
    assert not confusables.foreign_present("中é")
    assert not confusables.small_present("中é")
