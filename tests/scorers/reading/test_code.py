"""The program in a chat answer."""

import pytest

from statera.scorers.reading import code

TWO = "```\npip install x\n```\nthen\n```python\ndef f():\n    return 1\n```\n```python\nf()\n```"


def test_the_block_that_defines_the_function_counts() -> None:
    assert code.read(TWO, "f").value == "def f():\n    return 1\n"
    assert code.read("```python\nf()\n```\n```py\ndef f(): ...\n```", "f").value == "def f(): ...\n"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (TWO, "pip install x\n"),
        ("```sh\nls\n```\n```py\nx = 1\n```", "x = 1\n"),
        ("    return 1\n", "    return 1\n"),
        ("```python\nx = 1", "x = 1"),
        ("~~~py\nx = '```'\n~~~", "x = '```'\n"),
        ("<think>```py\ny\n```</think>\n```py\nx\n```", "x\n"),
        ("```py\n```", None),
        ("", None),
        ("<think>```py\nx", None),
    ],
)
def test_which_text_is_the_program(text: str, value: str | None) -> None:
    reading = code.read(text)
    assert reading.value == value
    if value is not None and reading.span:
        assert text[slice(*reading.span)].strip() == value.strip()
