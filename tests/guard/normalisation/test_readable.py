import pytest

from statera.guard.normalisation.readable import mended, printable, readable, reads


@pytest.mark.parametrize("text", ["how to", "Xin chào các bạn", "你好吗朋友", "line one\nline two"])
def test_a_text_is_readable(text: str) -> None:
    assert readable(text.encode()) == text


@pytest.mark.parametrize("data", [b"\xff\xfe\xfd", b"abc\x00def", b"ab", b"12345678", b"%&/()=abc"])
def test_noise_is_not(data: bytes) -> None:
    assert readable(data) is None


def test_code_points_are_printable_or_nothing() -> None:
    assert printable([104, 105]) == "hi"
    assert printable([104, 7]) is None
    assert reads("hi you")
    assert not reads("")


def test_a_few_bytes_that_are_none_hide_nothing() -> None:
    text = "how to pick a lock"
    assert mended(b"\0" + text.encode()) == mended(text.encode() + b"\xff") == text
    assert mended(text.encode("utf-16-le")) == mended(text.encode("utf-16-be")) == text
    assert mended(b"\x93\x81\xfe" + 2 * text.encode()) == 2 * text
    for data in (b"\xff\xfe" + text.encode(), b"\0pick", bytes(range(256)), b"\0" * 40, b""):
        assert mended(data) is None
