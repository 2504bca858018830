import json
from typing import Any

import msgspec
import pytest

from statera.interop.document import document
from statera.interop.jsonl import line
from statera.store.rows import Stored
from tests.interop import made


class Encodable(msgspec.Struct):
    """An estimate that can be encoded, as those of `statera.analysis` are."""

    metric: str = "mmlu/accuracy"
    category: str | None = None
    estimate: float | None = 0.6
    low: float | None = 0.2
    high: float | None = 0.9
    level: float = 0.95
    method: str = "wilson"
    n: int = 6
    clusters: int = 5
    outcomes: dict[Any, int] = {}


@pytest.mark.parametrize("stored", [[], [made.right()], made.every()])
def test_a_document_is_the_whole_run(stored: list[Stored]) -> None:
    found = json.loads(b"".join(document(made.INFO, stored, [Encodable()])))
    assert found["schema"] == 1
    assert found["run"]["id"] == made.INFO.id
    assert found["metrics"][0]["estimate"] == 0.6
    expected = [json.loads(msgspec.json.encode(line(one))) for one in stored]
    assert found["trials"] == expected
