from typing import Any

import pytest

from statera.proxy.wire.fields import Reader
from statera.proxy.wire.items import answered, asked
from statera.proxy.wire.refusals import Refused
from tests.proxy.wire.markers import OPEN, STRICT


def test_a_message_needs_no_type_and_needs_a_role() -> None:
    reader = Reader(STRICT, "input")
    asked(reader, [], 0, {"role": "tool", "content": "s"}, "input[0]")
    assert (reader.slots[0].passage.role, reader.slots[0].passage.side) == ("tool", "tool_result")
    for role in ("root", None, ["user"]):
        with pytest.raises(Refused, match="must be one of user"):
            asked(reader, [], 0, {"role": role, "content": "s"}, "input[0]")


@pytest.mark.parametrize("kind", ["image_generation_call", "computer_call_output"])
def test_images_pass_only_where_the_policy_allows(kind: str) -> None:
    item: dict[str, Any] = {"type": kind, "result": "AAAA", "revised_prompt": "two words"}
    with pytest.raises(Refused) as refused:
        answered(Reader(STRICT, "output"), [], 0, item, "output[0]")
    assert refused.value.code == "image_not_allowed"
    reader = Reader(OPEN, "output")
    answered(reader, [], 0, item, "output[0]")
    assert [slot.passage.text for slot in reader.slots] == ["two words"]
