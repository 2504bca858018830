"""Which models can be ranked against each other at all, from who beat whom.

Strengths are finite exactly where no set of models can be split off that never lost to the rest:
where everyone is joined to everyone by a chain of wins (Ford, American Mathematical Monthly 64
(1957) 28-33, assumption 1). A tie is half a win for each, and so a win of both.

>>> wins = np.array([[0, 1, 0], [1, 0, 1], [0, 0, 0]])
>>> groups(wins), apart(wins, (0, 1))
(((0, 1), (2,)), {2: 'never beats the ranked group'})
"""

import numpy as np

ABOVE = "never beaten by the ranked group"
BELOW = "never beats the ranked group"
BESIDE = "no chain of wins to or from the ranked group"
ELSEWHERE = "no games link it to the ranked group"


def reachable(wins: np.ndarray) -> np.ndarray:
    """Return whether a chain of wins leads from i to j, (..., m, m), for wins of that shape.

    By squaring: log2(m) products of matrices, for any number of them at a time. i leads to itself
    only by a chain of others.
    """
    found = np.asarray(wins) > 0
    for _ in range(max(1, int(found.shape[-1] - 1).bit_length())):
        path = found.astype(np.float32)
        found = found | (path @ path > 0)
    return found


def connected(wins: np.ndarray) -> np.ndarray:
    """Return whether chains of wins lead from every model to every other, shape (...)."""
    leads = reachable(wins) | np.eye(wins.shape[-1], dtype=bool)
    return np.asarray(leads.all(axis=(-2, -1)))


def cyclic(wins: np.ndarray) -> np.ndarray:
    """Return whether some chain of wins comes back to where it began, shape (...)."""
    return np.asarray(np.diagonal(reachable(wins), axis1=-2, axis2=-1).any(axis=-1))


def groups(wins: np.ndarray) -> tuple[tuple[int, ...], ...]:
    """Return the sets of models joined by chains of wins both ways, the largest first.

    `wins` has shape (m, m). Of sets of one size the one with more wins inside comes first, then the
    one with the lower index.
    """
    leads = reachable(wins)
    both = leads & leads.T | np.eye(len(leads), dtype=bool)
    sets = {tuple(np.flatnonzero(row).tolist()) for row in both}
    return tuple(sorted(sets, key=lambda s: (-len(s), -wins[np.ix_(s, s)].sum(), s)))


def apart(wins: np.ndarray, ranked: tuple[int, ...]) -> dict[int, str]:
    """Return why each model outside `ranked`, one of the groups, has no place beside it.

    One of `ABOVE`, `BELOW`, `BESIDE`, `ELSEWHERE`.
    """
    leads, links = reachable(wins), reachable(wins + wins.T)
    inside = ranked[0]
    return {
        model: _why(leads[model, inside], leads[inside, model], links[model, inside])
        for model in range(len(wins))
        if model not in ranked
    }


def _why(beats: bool, beaten: bool, linked: bool) -> str:
    if beats:
        return ABOVE
    if beaten:
        return BELOW
    if linked:
        return BESIDE
    return ELSEWHERE
