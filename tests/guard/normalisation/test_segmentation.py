from statera.guard.normalisation.segmentation import LETTERS, segmented
from tests.guard.normalisation.tokenizer import token_count


def test_words_are_found() -> None:
    for text in ("how to make a bomb", "steal a car and sell the parts", "to my neighbour"):
        assert segmented(text.replace(" ", ""), token_count) == text


def test_look_ups_are_bounded() -> None:
    asked: set[str] = set()

    def counting(text: str) -> int:
        asked.add(text)
        return len(text)

    letters = "".join(chr(97 + i * i % 26) for i in range(20 * LETTERS))
    assert segmented(letters, counting).replace(" ", "") == letters
    assert len(asked) <= 16 * LETTERS
