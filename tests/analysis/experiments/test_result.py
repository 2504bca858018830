import msgspec

from statera.analysis.experiments.analysis import analysed
from statera.analysis.experiments.result import Result
from statera.records.live import Aside
from tests.analysis.experiments.made import NOW, codes, design, drawn


def test_a_result_is_the_same_after_it_was_written_and_read() -> None:
    found = drawn(1, 600)
    found = found._replace(segments={"platform": codes(found.unit % 2, ("ios", "other"))})
    result = analysed(design(prior=0.1), found, Aside(excluded={"no unit": 3}), now=NOW)
    assert result.segments
    assert result.novelty
    assert result.bayes
    assert result.aside == {"excluded": {"no unit": 3}}
    assert msgspec.json.decode(msgspec.json.encode(result), type=Result) == result
