"""Rank many runs with a judge, or recorded games without one: Bradley-Terry, ranks with bounds."""

from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import click

from statera.analysis.instrument import shown_model
from statera.analysis.leaderboards import Leaderboard
from statera.analysis.style import PLACE, controls_of
from statera.api.answers import read_outputs
from statera.api.matches import (
    Cost,
    Entrant,
    Matches,
    check_entrants,
    cost,
    play,
    prepare,
    run_entrants,
)
from statera.api.panelbench import AnySeat, benches
from statera.api.ranking import check_ties, leaderboards, recorded_board
from statera.cli.flags import json_flag, level_flag, store_flag, task_flag
from statera.cli.judgeflags import ask_seat, check_named, pair_judge_flags
from statera.cli.judging.compare import of_judge
from statera.cli.rankings import print_leaderboards
from statera.cli.settings import Flag
from statera.codec.files import to_json
from statera.errors import DeclarationError
from statera.graders.families import shared_family
from statera.interop.games import read_games
from statera.store.runstore import RunStore

_FILE = ".jsonl"
_IDLE = {
    "task": "--task",
    "judge": "--judge",
    "judge_model": "--judge-model",
    "only_count": "--estimate",
}
"""Flags that recorded games have no use for."""


@click.command("rank")
@click.argument("runs", nargs=-1, metavar="RUN|FILE.jsonl…")
@pair_judge_flags
@click.option(
    "--games",
    cls=Flag,
    metavar="FILE.csv",
    help="Rank recorded games instead (model_a, model_b, winner[, item, length_a, length_b, …]).",
)
@click.option(
    "--base",
    cls=Flag,
    metavar="RUN",
    help="Judge each run against this one only, and say how likely it is to be beaten.",
)
@click.option(
    "--control",
    cls=Flag,
    metavar="NAMES",
    help="Rank at equal traits too: length, style (or headers, bold, lists). Of recorded games: "
    "place, and any NAME with columns NAME_a and NAME_b.",
)
@click.option(
    "--ties",
    cls=Flag,
    type=click.Choice(["half", "davidson"]),
    default="half",
    show_default=True,
    help="A tie is half a win of both, or an outcome of its own (Davidson's model).",
)
@task_flag
@click.option(
    "--seed",
    cls=Flag,
    type=int,
    default=0,
    show_default=True,
    help="Of the judge's run, and of resampling.",
)
@click.option("--estimate", "only_count", cls=Flag, is_flag=True, help="Only print what it takes.")
@level_flag
@store_flag
@json_flag
def command(runs: tuple[str, ...], store: str, as_json: bool, **flags: Any) -> None:
    """Rank three runs or more by their replies, as a judge sees them.

    Every two runs are compared on all their items, in both orders; where these disagree it is a
    tie. Two replies of the same text are a tie without being shown. What was judged before is not
    asked again. Instead of runs, .jsonl files of outputs are ranked just so: runs only, or files
    only.

    \b
    statera judge rank new old mini --judge pairwise --judge-model http://localhost:8000/v1#judge
    statera judge rank new mini nano --base old --control length,style --judge preferred.yaml
    statera judge rank --games games.csv --control length
    """
    if flags["games"] is not None:
        _rank_games(runs, as_json, flags)
        return
    check_named(flags, "pairwise")
    controls = controls_of(_named(flags["control"]))
    check_ties(flags["ties"], controls)
    kept = RunStore(store)
    entrants = read_entrants(kept, runs, flags["task"], base=flags["base"])

    async def work(seat: AnySeat) -> tuple[AnySeat, Matches, Cost, list[Leaderboard], str]:
        matches = prepare(seat, entrants, base=flags["base"])
        found = cost(seat, matches)
        if flags["only_count"]:
            return seat, matches, found, [], ""
        if not flags["quiet"]:
            click.echo(f"ranking by judge {seat.judge.name}: {found}", err=True)
        played = await play(seat, matches)
        boards = leaderboards(
            played,
            controls=controls,
            ties=flags["ties"],
            level=flags["level"],
            seed=flags["seed"],
        )
        return seat, matches, found, boards, played.run

    seat, matches, found, boards, run = ask_seat(flags, kept, work, seed=flags["seed"])
    if flags["only_count"]:
        click.echo(to_json(found) if as_json else str(found))
        return
    notes = _notes(seat, matches)
    if as_json:
        said = {"judge": seat.judge.name, "judge_run": run}
        _tell_json(said, {e.name: e.info.id for e in entrants if e.info}, boards, notes)
        return
    print_leaderboards(boards, notes)


def read_entrants(
    store: RunStore, names: Sequence[str], tasks: tuple[str, ...], *, base: str | None = None
) -> list[Entrant]:
    """Return what the names stand for, the base among them.

    DeclarationError for runs beside files, too few, one that is there twice, no task in common.
    """
    wanted = list(names) + ([base] if base is not None and base not in names else [])
    if twice := [name for name in wanted if wanted.count(name) > 1]:
        raise DeclarationError(f"'{twice[0]}' is there twice")
    files = [name.endswith(_FILE) for name in wanted]
    if any(files) and not all(files):
        raise DeclarationError("give runs only, or .jsonl files of outputs only")
    if not any(files):
        return run_entrants({name: (store, store.find(name)) for name in wanted}, tasks)
    if tasks:
        raise DeclarationError("--task names a task of a run; a file of outputs has none")
    check_entrants([Entrant(name=name, answers=()) for name in wanted])
    return [Entrant(name=name, answers=read_outputs(Path(name))) for name in wanted]


def _rank_games(runs: Sequence[str], as_json: bool, flags: dict[str, Any]) -> None:
    """Rank recorded games; DeclarationError for a flag that only a judge has use for."""
    typed = click.get_current_context().get_parameter_source
    given = [name for name in _IDLE if typed(name) is click.core.ParameterSource.COMMANDLINE]
    if runs or given:
        idle = "RUN" if runs else _IDLE[given[0]]
        raise DeclarationError(f"--games ranks recorded games and asks no judge: leave {idle}")
    controls = controls_of(_named(flags["control"]), known=None)
    check_ties(flags["ties"], controls)
    path = Path(flags["games"])
    board = recorded_board(
        read_games(path, [name for name in controls if name != PLACE]),
        base=flags["base"],
        controls=controls,
        ties=flags["ties"],
        level=flags["level"],
        seed=flags["seed"],
    )
    if as_json:
        _tell_json({"games": str(path)}, {}, [board], [])
        return
    print_leaderboards([board], [], judged=False)


def _tell_json(
    said: dict[str, str], runs: dict[str, str], boards: Sequence[Leaderboard], notes: list[str]
) -> None:
    found = {"schema": 1, **said, "runs": runs, "leaderboards": boards, "notes": notes}
    click.echo(to_json(found))


def _named(text: str | None) -> list[str]:
    return [] if text is None else [name.strip() for name in text.split(",")]


def _notes(seat: AnySeat, matches: Matches) -> list[str]:
    """Return what a reader must know of judge and runs."""
    notes = []
    for entrant, bench in product(matches.entrants, benches(seat)):
        if entrant.info is not None:
            judge = bench.judge.family or bench.model.identity
            if told := shared_family(judge, shown_model(entrant.info)):
                notes.append(f"{entrant.name}: {told}")
    for name, count in matches.alone.items():
        notes.append(f"{count} replies of {name} have no counterpart and are not compared")
    return [*notes, *of_judge(seat)]
