"""Many models ranked, from judged matches of stored runs, or from games that someone recorded.

    boards = leaderboards(await play(bench, matches), controls=("length",))
    board = recorded_board(read_games(Path("games.csv")), base="old")

Where the two orders of a pair disagree, the game is a tie and counted as a flip.
"""

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np

from statera.analysis.leaderboards import Leaderboard
from statera.analysis.ranking import Tournament, leaderboard
from statera.analysis.style import PLACE, Traits, controls_of, covariate, traits
from statera.analysis.winrates import MIDDLE, JudgedPair
from statera.api.judged import Pair
from statera.api.matches import Match, Played
from statera.errors import DeclarationError, unknown
from statera.interop.games import RecordedGames
from statera.stats.games import Games, Ties
from statera.stats.results import LEVEL
from statera.stats.winrate import UNPARSED


def leaderboards(
    played: Played,
    *,
    controls: Sequence[str] = (),
    ties: Ties = "half",
    level: float = LEVEL,
    seed: int = 0,
) -> list[Leaderboard]:
    """Return a leaderboard for each task and criterion; `controls` are names of traits.

    DeclarationError for an unknown control, or Davidson's ties beside controls.
    """
    check_ties(ties, controls)
    held = controls_of(controls)
    found: dict[tuple[str, str], list[tuple[Match, Pair]]] = {}
    for match, pair in played.pairs:
        place = pair.asked.candidate.task, pair.asked.criterion
        found.setdefault(place, []).append((match, pair))
    names = tuple(entrant.name for entrant in played.matches.entrants)
    boards = []
    for (task, criterion), pairs in found.items():
        tournament = _tournament(names, pairs, held)._replace(
            task=task,
            criterion=criterion,
            base=played.matches.base,
            void=played.voids.get(task, ""),
        )
        rng = np.random.default_rng(seed)
        board = leaderboard(tournament, ties=ties, level=level, rng=rng)
        notes = (*board.notes, *_bare(pair for _, pair in pairs)) if held else board.notes
        boards.append(msgspec.structs.replace(board, notes=notes))
    return boards


def recorded_board(
    games: RecordedGames,
    *,
    base: str | None = None,
    controls: Sequence[str] = (),
    ties: Ties = "half",
    level: float = LEVEL,
    seed: int = 0,
) -> Leaderboard:
    """Return the leaderboard of recorded games, which hold the traits that `controls` name.

    `place` needs none: what being the left one adds. DeclarationError for an unknown base, a trait
    that was not read, or Davidson's ties beside controls.
    """
    check_ties(ties, controls)
    names = controls_of(controls, known=None)
    if missing := [name for name in names if name not in {*games.traits, PLACE}]:
        raise unknown("control", missing[0], {*games.traits, PLACE})
    if base is not None and base not in games.models:
        raise unknown("base", base, games.models)
    nothing: tuple[Sequence[float], Sequence[float]] = (games.score, games.score)
    held = [covariate(name, *games.traits.get(name, nothing)) for name in names]
    tournament = Tournament(
        models=games.models,
        games=Games(
            games.left,
            games.right,
            games.score,
            cluster=games.items,
            covariates=np.stack(held, axis=1) if held else None,
        ),
        controls=names,
        base=base,
    )
    return leaderboard(tournament, ties=ties, level=level, rng=np.random.default_rng(seed))


def check_ties(ties: Ties, controls: Sequence[str]) -> None:
    """Raise DeclarationError for Davidson's ties at equal covariates, which nothing here fits."""
    if ties == "davidson" and controls:
        raise DeclarationError("ties of Davidson's model are not fitted with controls: leave one")


def _tournament(
    names: tuple[str, ...], pairs: Sequence[tuple[Match, Pair]], controls: Sequence[str]
) -> Tournament:
    """Return the games of pairs: an item counts the same, however often it was judged."""
    rows = [(match, pair, row) for match, pair in pairs for row in pair.rows]
    judged = [one for one in rows if UNPARSED not in (one[2].forward, one[2].backward)]
    items = [(match.left, match.right, row.unit, row.item) for match, _, row in judged]
    often: dict[tuple[int, int, str, str], int] = {}
    for item in items:
        often[item] = often.get(item, 0) + 1
    return Tournament(
        models=names,
        games=Games(
            [match.left for match, _, _ in judged],
            [match.right for match, _, _ in judged],
            [row.forward if row.forward == row.backward else MIDDLE for _, _, row in judged],
            weight=[1 / often[item] for item in items],
            cluster=[row.unit for _, _, row in judged],
            covariates=_covariates([pair for _, pair, _ in judged], controls),
        ),
        controls=tuple(controls),
        flips=_by_model(len(names), ((m, r.forward != r.backward) for m, _, r in judged)),
        unparsed=_by_model(len(names), ((m, UNPARSED in _both(r)) for m, _, r in rows)),
        same=sum(row.same for _, _, row in rows),
    )


def _both(row: JudgedPair) -> tuple[float, float]:
    return row.forward, row.backward


def _by_model(count: int, seen: Iterable[tuple[Match, bool]]) -> list[int]:
    """Return, by model, how many of its games it is true of."""
    found = [0] * count
    for match, true in seen:
        found[match.left] += true
        found[match.right] += true
    return found


def _bare(pairs: Iterable[Pair]) -> Iterable[str]:
    """Say in how many pairs a reply is empty, so that nothing is held equal there."""
    if count := sum(not _both_say(pair) for pair in pairs):
        yield f"an empty reply in {count} pairs: nothing is held equal there, it counts as it is"


def _both_say(pair: Pair) -> bool:
    return bool(pair.asked.candidate.output.strip() and pair.asked.other.output.strip())


def _covariates(pairs: Sequence[Pair], controls: Sequence[str]) -> np.ndarray | None:
    """Return what is held equal, (pairs, controls): nothing beside an empty reply.

    That one is not short or plain: what it loses, it loses by saying nothing.
    """
    if not controls:
        return None
    known: dict[str, Traits] = {}
    for pair in pairs:
        for answer in (pair.asked.candidate, pair.asked.other):
            if answer.output not in known:
                known[answer.output] = traits(answer.output)
    ours = [known[pair.asked.candidate.output] for pair in pairs]
    theirs = [known[pair.asked.other.output] for pair in pairs]
    columns = [
        covariate(
            name, [getattr(one, name) for one in ours], [getattr(one, name) for one in theirs]
        )
        for name in controls
    ]
    said = np.array([_both_say(pair) for pair in pairs])
    return np.stack([np.where(said, column, 0.0) for column in columns], axis=1)
