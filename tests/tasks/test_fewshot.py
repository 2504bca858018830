import pytest

from statera.errors import DeclarationError
from statera.tasks.fewshot import drawn, shots
from statera.tasks.task import TaskOptions


def test_without_a_wish_the_default_holds() -> None:
    assert shots("t", TaskOptions(), default=5, most=9, why="") == 5
    assert shots("t", TaskOptions(num_fewshot=0), default=5, most=9, why="") == 0


@pytest.mark.parametrize("number", [-1, 6])
def test_a_number_out_of_range_says_why(number: int) -> None:
    with pytest.raises(DeclarationError, match=rf"t: num_fewshot {number} .*0 to 5: five exist"):
        shots("t", TaskOptions(num_fewshot=number), default=0, most=5, why="five exist")


def test_a_draw_is_fixed_by_its_key_and_grows_without_changing() -> None:
    rows = list(range(100))
    assert drawn(rows, 8, key="a")[:5] == drawn(rows, 5, key="a")
    assert drawn(rows, 8, key="a") != drawn(rows, 8, key="b")
    assert len(set(drawn(rows, 100, key="a"))) == 100
