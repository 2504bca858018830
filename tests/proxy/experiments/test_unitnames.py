"""What names a unit: the declared source alone, else the usual places in their order."""

from typing import Any

import pytest

from statera.experiment.design import Unit
from statera.proxy.experiments.unitnames import finder


@pytest.mark.parametrize(
    ("unit", "headers", "body", "named"),
    [
        (Unit(), {b"x-statera-user": b"h"}, {"user": "u", "safety_identifier": "s"}, "u"),
        (Unit(), {b"x-statera-user": b"h"}, {"safety_identifier": "s"}, "s"),
        (Unit(), {b"x-statera-user": b"h"}, {"metadata": {"user_id": "m"}}, "m"),
        (Unit(), {b"x-statera-user": b" h "}, {"user": "", "metadata": "x"}, "h"),
        (Unit(), {}, {"user": 7}, "7"),
        (Unit(), {}, {"user": True}, ""),
        (Unit(), {}, {"user": ["a"]}, ""),
        (Unit(header="X-User"), {b"x-user": "ä".encode()}, {"user": "u"}, "ä"),
        (Unit(header="X-User"), {}, {"user": "u"}, ""),
        (Unit(cookie="sid"), {b"cookie": b'a=1; sid="x=y"; b=2'}, {}, "x=y"),
        (Unit(cookie="sid"), {b"cookie": b"sid; xsid=1"}, {"user": "u"}, ""),
        (Unit(field="metadata.tenant"), {}, {"metadata": {"tenant": "t"}}, "t"),
        (Unit(field="metadata.tenant"), {}, {"metadata": None}, ""),
        (Unit(kind="session"), {b"x-statera-session": b"s"}, {"user": "u"}, "s"),
        (Unit(kind="request"), {b"x-statera-user": b"h"}, {"user": "u"}, ""),
    ],
)
def test_a_unit_is_named(
    unit: Unit, headers: dict[bytes, bytes], body: dict[str, Any], named: str
) -> None:
    assert finder(unit)(headers, body) == named
