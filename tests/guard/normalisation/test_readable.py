import pytest

from statera.guard.normalisation.readable import printable, readable, reads


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
