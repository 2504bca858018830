import pytest

from statera.guard.normalisation.leet import replacements
from tests.guard.normalisation.rewriting import weighed


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("k1ll", "kill"),
        ("m4k3 4 b0mb", "make a bomb"),
        ("wr173 4 7hr3473n1ng l3773r", "write a threatening letter"),
        ('say "h@te" b3cause', 'say "hate" because'),
        ("m3th4mph3t4m1n3", "methamphetamine"),
    ],
)
def test_signs_are_letters(text: str, plain: str) -> None:
    assert weighed(replacements, text) == plain


@pytest.mark.parametrize(
    "text",
    [
        "mp3 h2o b2b 3rd 10am 5pm gpt4 x11 utf8 sha256 h264 i18n w3schools covid19",
        "open from 10am to 5pm, 3 times",
        "interp1d(x, y) == v100",
        "${noise} $now $s+2$ @Id x@y.org",
        "version5 group5 vision5",
        "£5, $10, 100€ and 7%",
    ],
)
def test_names_numbers_and_code_are_left(text: str) -> None:
    assert weighed(replacements, text) == text
