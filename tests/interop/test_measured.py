import pytest

from statera.interop.measured import name
from tests.interop.made import Row


@pytest.mark.parametrize(
    ("metric", "category", "expected"),
    [
        ("mmlu/accuracy", None, "mmlu/accuracy"),
        ("mmlu/accuracy", "law", "mmlu/law/accuracy"),
        ("mmlu/accuracy", "a/b", "mmlu/a/b/accuracy"),
    ],
)
def test_a_metric_is_called_by_task_category_and_metric(
    metric: str, category: str | None, expected: str
) -> None:
    assert name(Row(metric, category, 0.5)) == expected
