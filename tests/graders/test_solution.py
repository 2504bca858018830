import pytest

from statera.graders.solution import from_chat, from_completion, preamble

PROMPT = (
    "import math\nfrom typing import List\n\n\n"
    "def helper(x: int) -> int:\n    return math.floor(x)\n\n\n"
    'def twice(xs: List[int]) -> List[int]:\n    """Double all.\n    """\n'
)
GOOD = "def twice(xs):\n    return [2 * x for x in xs]\n"
BAD = "def twice(xs):\n    return xs\n"


def result(program: str) -> object:
    names: dict[str, object] = {}
    exec(program, names)
    return eval("twice([1, 2])", names)


@pytest.mark.parametrize(
    "reply",
    [
        f"Sure:\n```python\n{GOOD}```\nDone.",
        f"```\n{GOOD}```",
        f"~~~py\n{GOOD}~~~",
        f"First try:\n```python\n{BAD}```\nThat is wrong. Better:\n```python\n{GOOD}```",
        f"```python\n{GOOD}```\nUse it:\n```python\nprint(twice([1]))\n```\n```text\n[2]\n```",
        f"```python\nfrom typing import List\n{PROMPT}    return [2 * x for x in xs]\n```",
        f"```python\n{GOOD}",
        GOOD,
        f"{PROMPT}    return [2 * x for x in xs]\n",
        "    return [2 * x for x in xs]\n",
        "```python\n    return [2 * x for x in xs]\n```",
        f"<think>```python\n{BAD}```</think>\n```python\n{GOOD}```",
        "1. So:\n\n   ```python\n   def twice(xs):\n       return [2 * x for x in xs]\n   ```",
        "```python\ndef twice(xs: List[int]):\n    return [helper(2 * x) for x in xs]\n```",
        f"```python\n{GOOD}```\nand the same again, cut\n```python\ndef twice(xs):\n    return [",
        "```python\ntwice = lambda xs: [2 * x for x in xs]\n```",
        f"```python\r\n{GOOD}```",
    ],
)
def test_the_program_is_found_in_a_chat_answer(reply: str) -> None:
    solution = from_chat(reply, PROMPT, "twice")
    assert solution is not None
    assert solution.whole
    assert result(solution.program) == [2, 4]
    assert reply[slice(*solution.span)] == solution.extracted


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "I'm sorry, I cannot help with that.",
        "The function `twice` doubles all.",
        "```python\n```",
        "   \n",
        "<think>unfinished ```python\ndef twice(xs): return xs",
        "twice",
    ],
)
def test_no_program_is_none(reply: str) -> None:
    assert from_chat(reply, PROMPT, "twice") is None


def test_a_block_that_was_cut_in_the_middle_is_not_whole() -> None:
    solution = from_chat("```python\ndef twice(xs):\n    return [2 *", PROMPT, "twice")
    assert solution is not None
    assert not solution.whole


def test_a_block_that_defines_something_else_is_still_the_answer() -> None:
    solution = from_chat("```python\ndef double(xs): return xs\n```", PROMPT, "twice")
    assert solution is not None
    assert "double" in solution.extracted


@pytest.mark.parametrize(
    "tail", ["", "\ndef other(): pass", "\nprint(twice([1]))", "\n# Test", "\nif True: pass"]
)
def test_a_completion_ends_at_the_stops(tail: str) -> None:
    solution = from_completion("    return [2 * x for x in xs]" + tail, PROMPT)
    assert solution is not None
    assert solution.extracted == "    return [2 * x for x in xs]"
    assert result(solution.program) == [2, 4]


@pytest.mark.parametrize("text", ["", "  \n", "\nprint(1)"])
def test_an_empty_completion_is_none(text: str) -> None:
    assert from_completion(text, PROMPT) is None


def test_a_completion_that_was_cut_is_not_whole() -> None:
    solution = from_completion("    return [2 *", PROMPT)
    assert solution is not None
    assert not solution.whole


def test_the_preamble_is_all_but_the_function_to_be_written() -> None:
    text = preamble(PROMPT, "twice")
    assert "import math" in text
    assert "def helper" in text
    assert "twice" not in text
    assert preamble("def f(x):\n", "f") == ""
    assert preamble("not python at all (", "f") == ""
