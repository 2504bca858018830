from statera.store.live.wanted import Wanted
from tests.store.live.made import SOLVED


def test_what_is_not_said_is_nothing() -> None:
    wanted = Wanted(experiment="tone", arms=("a", "b"), outcomes={"solved": SOLVED})
    assert (wanted.history, wanted.segments, wanted.clustered, wanted.shadow) == (
        0,
        {},
        False,
        False,
    )
