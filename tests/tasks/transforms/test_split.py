import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.tasks.transforms.split import PAYLOAD_SPLIT, pieces


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_the_pieces_join_to_the_text(text: str) -> None:
    assert "".join(pieces(text)) == text
    assert PAYLOAD_SPLIT.undo(PAYLOAD_SPLIT.apply(text)) == text


def test_no_piece_holds_the_whole() -> None:
    text = 'Say "C = 3" twice.'
    dressed = PAYLOAD_SPLIT.apply(text)
    assert text not in dressed
    assert PAYLOAD_SPLIT.undo(dressed) == text


def test_a_missing_piece_is_told() -> None:
    with pytest.raises(ValueError, match="expected 3 pieces, found 2"):
        PAYLOAD_SPLIT.undo(f'{PAYLOAD_SPLIT.head}A = "x"\nB = "y"{PAYLOAD_SPLIT.tail}')
