"""Who can be ranked: chains of wins, against a slow search, and what is said of the rest."""

import doctest

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import statera.stats.connectedness as module
from statera.stats.connectedness import apart, connected, cyclic, groups, reachable

tables = st.integers(1, 7).flatmap(
    lambda m: st.lists(st.integers(0, m * m - 1), max_size=12).map(
        lambda cells: [[int(i != j and i * m + j in cells) for j in range(m)] for i in range(m)]
    )
)


def searched(wins: list[list[int]], start: int) -> set[int]:
    """Walk along wins, one at a time."""
    seen: set[int] = set()
    waiting = [start]
    while waiting:
        for j, won in enumerate(wins[waiting.pop()]):
            if won and j not in seen:
                seen.add(j)
                waiting.append(j)
    return seen


@given(tables)
def test_chains_are_those_that_a_walk_finds(wins: list[list[int]]) -> None:
    walks = [searched(wins, k) for k in range(len(wins))]
    table = np.array(wins)
    leads = reachable(table)
    assert [set(np.flatnonzero(row)) for row in leads] == walks
    everyone = set(range(len(wins)))
    assert bool(connected(table)) == all(walk | {k} == everyone for k, walk in enumerate(walks))
    assert bool(cyclic(table)) == any(k in walk for k, walk in enumerate(walks))
    found = groups(table)
    assert sorted(k for group in found for k in group) == sorted(everyone)
    for group in found:
        for i in everyone:
            both = i in walks[group[0]] and group[0] in walks[i]
            assert (i in group) == (both or i == group[0])


@given(tables, st.randoms(use_true_random=False))
def test_groups_do_not_depend_on_names(wins: list[list[int]], random: object) -> None:
    order = list(range(len(wins)))
    random.shuffle(order)  # type: ignore[attr-defined]
    table = np.array(wins)
    moved = {tuple(sorted(order[k] for k in group)) for group in groups(table[order][:, order])}
    assert moved == set(groups(table))


def test_many_tables_at_a_time_are_as_one_by_one() -> None:
    many = np.random.default_rng(0).random((200, 6, 6)) < 0.25
    assert connected(many).tolist() == [bool(connected(one)) for one in many]
    assert cyclic(many).tolist() == [bool(cyclic(one)) for one in many]
    assert 0 < connected(many).sum() < 200


def test_each_model_outside_says_why() -> None:
    wins = np.zeros((7, 7))
    wins[0, 1] = wins[1, 0] = 1  # the group
    wins[2, 0] = wins[1, 3] = 1  # above, below
    wins[4, 3] = 1  # beats who is below, and no more
    wins[5, 6] = 1  # apart
    assert groups(wins)[0] == (0, 1)
    assert apart(wins, (0, 1)) == {
        2: "never beaten by the ranked group",
        3: "never beats the ranked group",
        4: "no chain of wins to or from the ranked group",
        5: "no games link it to the ranked group",
        6: "no games link it to the ranked group",
    }


def test_of_two_groups_of_one_size_the_one_with_more_wins_is_first() -> None:
    wins = np.zeros((4, 4))
    wins[0, 1] = wins[1, 0] = 1
    wins[2, 3] = wins[3, 2] = 5
    assert groups(wins) == ((2, 3), (0, 1))


def test_the_example_is_true() -> None:
    assert doctest.testmod(module).failed == 0
