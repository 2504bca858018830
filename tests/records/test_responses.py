import pytest

from statera.records.responses import Failure, Response


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (Response(text="a", finish="stop"), False),
        (Response(text="a", finish="length"), True),
        (Response(failure=Failure(kind="truncated", message="too long")), True),
        (Response(failure=Failure(kind="infra", message="reset")), False),
    ],
)
def test_cut_off(response: Response, expected: bool) -> None:
    assert response.cut_off is expected
