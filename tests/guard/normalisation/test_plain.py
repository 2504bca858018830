import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from statera.guard.normalisation.plain import plain
from tests.guard.normalisation.disguises import PLAIN, SENTENCES

_ODD = "a1bо\u200b\u0336\u0301ａ🅰🇰ᴀ\u00ad\ufe0f\U000e0041аeξ中 \u202e\u1161\uff9e\ufdfaﬁİ"
_TEXT = st.text(st.sampled_from(_ODD) | st.characters(), max_size=20)

REAL = {
    "Russian": "Съешь ещё этих мягких французских булок, да выпей чаю.",
    "Greek": "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια.",
    "Arabic": "يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق.",
    "Hebrew": "כָּל בְּנֵי הָאָדָם נוֹלְדוּ בְּנֵי חוֹרִין",
    "Chinese": "人人生而自由、在尊严和权利上一律平等。",
    "Japanese": "すべての人間は、生まれながらにして自由である。",
    "Korean": "모든 인간은 태어날 때부터 자유로우며 존엄하다.",
    "Vietnamese": "Tất cả mọi người sinh ra đều được tự do và bình đẳng.",
    "Hindi": "सभी मनुष्यों को गौरव और अधिकारों के मामले में स्वतन्त्रता प्राप्त है।",
    "French": "L’été, où êtes-vous allés ? À Nîmes, çà et là.",
    "flags": "🇫🇷 🇻🇳🇯🇵",
}


@pytest.mark.parametrize("language", REAL)
def test_real_text_is_plain_already(language: str) -> None:
    assert plain(REAL[language]) == (REAL[language], ())


def test_joined_emoji_lose_only_what_joins_them() -> None:
    assert plain("👩🏽‍🚀 and 👨‍👩‍👧 ❤️")[0] == "👩🏽🚀 and 👨👩👧 ❤"


@pytest.mark.parametrize("disguise", PLAIN)
def test_a_disguise_is_gone(disguise: str) -> None:
    for sentence in SENTENCES:
        found, _ = plain(PLAIN[disguise](sentence))
        assert sentence.lower() in found.lower()


@given(_TEXT)
@example("aе\u0338о")
@example("b\u0338а")
@example("е\u200b\u0301")
def test_doing_it_again_changes_nothing(text: str) -> None:
    once, _ = plain(text)
    assert plain(once) == (once, ())


@given(st.text(st.characters(max_codepoint=0x7E, min_codepoint=0x20)))
def test_ascii_is_plain(text: str) -> None:
    assert plain(text) == (text, ())
