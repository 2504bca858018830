import pytest

from statera.diagnosis.probes import Probe
from statera.diagnosis.restoration import restoration

PROBE = Probe(
    name="longer-limit",
    task="t",
    cause="longer answers",
    restored="the limit",
    otherwise="the model",
    commands=(),
    asks=True,
    samples=(),
)


@pytest.mark.parametrize(
    ("right", "as_before", "verdict", "remains"),
    [
        ([1] * 18 + [0] * 2, [0] * 20, "restored", "the limit"),
        ([1] * 7 + [0] * 13, [0] * 20, "partly", "both: the limit; and the model"),
        ([1] * 2 + [0] * 18, [0] * 20, "not restored", "the model"),
        ([1] * 18 + [0] * 2, [1] * 18 + [0] * 2, "not restored", "the model"),
        ([1, 1, 0], [0, 0, 0], "undetermined", "undetermined: the limit, or the model"),
        ([], [], "undetermined", "undetermined: the limit, or the model"),
    ],
)
def test_only_what_comes_back_beyond_asking_again_counts(
    right: list[int], as_before: list[int], verdict: str, remains: str
) -> None:
    found = restoration(PROBE, [bool(x) for x in right], [bool(x) for x in as_before], ("a", "b"))
    assert (found.verdict, found.remains) == (verdict, remains)
    assert (found.n, found.right, found.as_before) == (len(right), sum(right), sum(as_before))
    assert found.runs == ("a", "b")


def test_the_p_value_is_mcnemars() -> None:
    assert restoration(PROBE, [True] * 6, [False] * 6).p == pytest.approx(2 * 0.5**6)


def test_sides_of_different_length_are_an_error() -> None:
    with pytest.raises(ValueError, match="zip"):
        restoration(PROBE, [True], [])
