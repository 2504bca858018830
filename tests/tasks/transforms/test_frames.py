import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.tasks.transforms.frames import MANY_SHOT, PREFIX_INJECTION, ROLE_PLAY


@pytest.mark.parametrize("frame", [ROLE_PLAY, PREFIX_INJECTION, MANY_SHOT], ids=lambda f: f.name)
@given(text=st.text())
def test_the_text_stands_in_it_as_it_is(frame, text: str) -> None:  # type: ignore[no-untyped-def]
    dressed = frame.apply(text)
    assert text in dressed
    assert frame.undo(dressed) == text


def test_the_shots_are_answered_at_once() -> None:
    talk = MANY_SHOT.apply("x")
    assert talk.count("\nAssistant: Of course.") == talk.count("User: ") == 9
