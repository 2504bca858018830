from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as some

from statera.errors import DeclarationError
from statera.records.samples import Sample
from statera.runner.selection import asked_order, check_known, limited, named, stratified_order


def samples(sizes: dict[str, int]) -> list[Sample]:
    return [
        Sample(id=f"t/{name}/{i}", input="?", category=name)
        for name, size in sizes.items()
        for i in range(size)
    ]


@given(some.lists(some.integers(1, 40), min_size=1, max_size=6), some.integers(0, 99))
def test_every_prefix_is_stratified(sizes: list[int], seed: int) -> None:
    found = samples({str(i): size for i, size in enumerate(sizes)})
    order = stratified_order(found, seed)
    assert sorted(order) == list(range(len(found)))
    for length in range(1, len(found) + 1):
        counts = Counter(found[place].category for place in order[:length])
        for i, size in enumerate(sizes):
            assert abs(counts[str(i)] - length * size / len(found)) < len(sizes) + 1


def test_a_smaller_limit_is_part_of_a_larger_one() -> None:
    found = samples({"a": 50, "b": 30})
    small = {s.id for s in limited(found, 20, 7)}
    large = {s.id for s in limited(found, 40, 7)}
    assert len(small) == 20
    assert small < large


def test_the_seed_chooses_and_file_order_is_kept() -> None:
    found = samples({"a": 50})
    first, second = limited(found, 10, 1), limited(found, 10, 2)
    assert first != second
    assert [found.index(s) for s in first] == sorted(found.index(s) for s in first)
    assert limited(found, 99, 1) == found
    assert limited(found, None, 1) == found


@given(some.integers(1, 40), some.integers(0, 9))
def test_pairs_stay_whole(limit: int, seed: int) -> None:
    found = [
        Sample(id=f"t/{pair}/{side}", input="?", category=str(pair % 4), cluster=str(pair))
        for side in ("safe", "unsafe")
        for pair in range(20)
    ]
    chosen = limited(found, limit, seed, paired=True)
    assert all(count == 2 for count in Counter(s.unit for s in chosen).values())
    assert len(chosen) == max(2, limit - limit % 2)
    categories = Counter(s.category for s in chosen)
    assert max(categories.values()) - min(categories.values()) <= 2 or len(chosen) < 16


def test_pairs_are_asked_one_after_the_other() -> None:
    found = [
        Sample(id=f"t/{side}/{pair}", input="?", category=str(pair % 3), cluster=str(pair))
        for side in "ab"
        for pair in range(9)
    ]
    order = asked_order(found, 4, paired=True)
    assert sorted(order) == list(range(18))
    assert all(found[a].unit == found[b].unit for a, b in zip(order[::2], order[1::2], strict=True))
    assert asked_order(found, 4) == stratified_order(found, 4)


def test_names() -> None:
    found = samples({"a": 3})
    assert [s.id for s in named(found, ["t/a/2", "t/a/0"])] == ["t/a/0", "t/a/2"]
    with pytest.raises(DeclarationError, match=r"no sample 't/a/9' in these tasks\. Did you mean"):
        check_known(["t/a/9"], [s.id for s in found])
