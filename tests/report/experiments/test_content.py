import msgspec

from statera.report.experiments.content import Shown
from tests.report.experiments.made import shown


def test_all_that_is_shown_comes_through_json_whole() -> None:
    found = shown()
    assert msgspec.json.decode(msgspec.json.encode(found), type=Shown) == found
