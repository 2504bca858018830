import numpy as np

from statera.store.live.mixes import ANOTHER_ARM, Mixes, some
from statera.store.live.querying import Context
from tests.store.live.made import wants

CONTEXTS = [
    Context(1, "warm", 2, "assigned", "d1", {"language": "de"}),
    Context(2, "base", 0, "override", "d1", {}),
    Context(3, "gone", 0, "assigned", "d2", {}),
    Context(4, "base", 0, "stopped", "d2", {}),
]


def test_contexts_say_arm_slice_and_counts() -> None:
    mixes = Mixes(wants(), CONTEXTS)
    assert mixes.assigned.tolist() == [1, -1, -1, -1]
    assert mixes.slice.tolist() == [2, 0, 0, 0]
    context = np.array([0, 0, 1, 2, 3, 0])
    assert mixes.counts(context) == {
        "exposures": {"warm": 3}, "overridden": {"base": 1}, "stopped": {"base": 1},
        "designs": {"d1": 4, "d2": 2},
    }  # fmt: skip
    assert mixes.foreign(context) == {ANOTHER_ARM: 1}
    assert mixes.by_arm(np.array([1, -1, 1])) == {"warm": 2}
    assert some([("a", 0), ("b", 1)]) == {"b": 1}
