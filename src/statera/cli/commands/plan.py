"""Say before a run how likely a gate is to decide, and what deciding costs."""

from typing import Any

import click
import msgspec

from statera.api.plans import existing, pilot_assumptions, pilot_labels
from statera.api.stored import Run
from statera.cli.columns import Column, Line, print_table
from statera.cli.flags import json_flag, store_flag
from statera.cli.settings import Flag, Lines
from statera.cli.tables import console, plural
from statera.cli.wrapping import plain
from statera.codec.files import to_json
from statera.errors import DeclarationError
from statera.gate.labelneeds import BETTER, LabelNeed
from statera.gate.outlook import DISCORDANCE, Assumed, Assumptions, Truth, stated
from statera.gate.planning import MOST, Chances, Mix, chances, cheapest
from statera.gate.policy import Policy, naming, read_policy
from statera.store.runstore import RunStore

_TRUTHS: tuple[Truth, ...] = ("equal", "seen", "limit")
_SAID = {
    "equal": "as good as the base",
    "seen": "as the pilot shows",
    "limit": "just at every limit",
}
_COLUMNS = (
    Column("items a task"),
    Column("epochs", 1),
    Column("requests", 2),
    Column("cost", 3),
    Column("if the candidate is", name=True),
    Column("pass"),
    Column("fail"),
    Column("inconclusive"),
)
_TRIED = (100, 300, 1000, 3000, 10_000)
_LEAST = 5
_SURE = 0.99


@click.command()
@click.argument("policy")
@click.option("--pilot", cls=Flag, metavar="RUN", help="A stored run to learn the spread from.")
@click.option("--base", cls=Flag, metavar="RUN", help="The run that the pilot is compared with.")
@click.option(
    "--items",
    cls=Flag,
    type=click.IntRange(1),
    help="Items that each task has at most; also the number whose chances are shown.",
)
@click.option(
    "--epochs", cls=Flag, type=click.IntRange(1), help="Epochs whose chances are shown (1)."
)
@click.option(
    "--power",
    cls=Flag,
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.8,
    show_default=True,
    help="How surely the gate shall decide.",
)
@click.option(
    "--discordance",
    cls=Flag,
    type=float,
    default=DISCORDANCE,
    show_default=True,
    help="Share of items on which two runs disagree, where no pilot shows it.",
)
@click.option(
    "--value",
    cls=Flag,
    type=Lines(),
    multiple=True,
    metavar="METRIC=SHARE",
    help="The true number of a `min` or `max` rule, without a pilot.",
)
@click.option("--seed", cls=Flag, type=int, default=0, show_default=True, help="For simulation.")
@store_flag
@json_flag
def command(policy: str, **flags: Any) -> None:
    """Plan the gate of a POLICY file: the joint chance of pass, fail and inconclusive.

    With --pilot, spread, correlations and prices come from that run (and --base); without, from
    --discordance and --value. The last lines name the cheapest mix of items and epochs that decides
    with the wished power when the candidate is as good as the base. For rules on what a judge says,
    the pilot tells how many labels by people they need as well.
    """
    read = read_policy(policy)
    with naming(policy):
        supposed = _assumptions(read, flags)
        labels = _labels(read, flags)
    sizes = existing(dict.fromkeys(rule.target.task for rule in supposed.rules))
    most = flags["items"] or min(sizes.values(), default=MOST)
    mixes = _mixes(supposed, flags, most)
    rows = [
        chances(supposed, truth, mix, seed=flags["seed"])
        for mix in mixes
        for truth in _TRUTHS
        if truth != "seen" or _shows(supposed, flags)
    ]
    best = cheapest(supposed, power=flags["power"], seed=flags["seed"], most=most)
    if flags["as_json"]:
        click.echo(to_json(_json(read, supposed, rows, best) | {"exist": sizes, "labels": labels}))
    else:
        _print(read, supposed, rows, [*_best(best, rows, flags["power"]), *_exist(sizes)])
        _print_notes(supposed, best or _equal(rows), [*_sides(supposed, flags), *_wanted(labels)])


def _assumptions(policy: Policy, flags: dict[str, Any]) -> Assumptions:
    discordance = flags["discordance"]
    if flags["pilot"] is None:
        if flags["base"] is not None:
            raise DeclarationError("--base goes with --pilot")
        return stated(policy, _values(flags["value"]), discordance=discordance)
    runs = RunStore(flags["store"])
    pilot = Run(runs, runs.find(flags["pilot"]))
    base = None if flags["base"] is None else Run(runs, runs.find(flags["base"]))
    return pilot_assumptions(policy, pilot, base, discordance=discordance)


def _labels(policy: Policy, flags: dict[str, Any]) -> list[LabelNeed]:
    """Return how many labels each judged rule needs; without a pilot nothing is known of it."""
    if flags["pilot"] is None:
        return []
    runs = RunStore(flags["store"])
    pilot = Run(runs, runs.find(flags["pilot"]))
    base = None if flags["base"] is None else Run(runs, runs.find(flags["base"]))
    return pilot_labels(policy, pilot, base, power=flags["power"])


def _shows(supposed: Assumptions, flags: dict[str, Any]) -> bool:
    """Return whether a pilot shows another truth than that the candidate is as good as the base."""
    rules = supposed.rules
    return flags["pilot"] is not None and any(
        rule.truth("seen") != rule.truth("equal") or not rule.target.paired for rule in rules
    )


def _wanted(labels: list[LabelNeed]) -> list[str]:
    """Return the labels that judged rules need, one line a rule."""
    return [f"labels for {_of_need(need)} ({need.form}): {need.told}" for need in labels]


def _of_need(need: LabelNeed) -> str:
    task, name = need.metric.split("/", 1)
    return f"{task}/{need.category}/{name}" if need.category else need.metric


def _values(said: tuple[str, ...]) -> dict[str, float]:
    """Return the numbers of `METRIC=SHARE`."""
    found = {}
    for text in said:
        name, _, number = text.rpartition("=")
        try:
            found[name] = float(number)
        except ValueError:
            raise DeclarationError(f"--value: '{text}' is not like task/metric=0.9") from None
    return found


def _mixes(supposed: Assumptions, flags: dict[str, Any], most: int) -> list[Mix]:
    """Return the mixes whose chances are shown: of no more items than there are."""
    epochs = flags["epochs"] or supposed.epochs[0]
    if epochs not in supposed.epochs and len(supposed.epochs) == 1:
        raise DeclarationError(
            f"--epochs {epochs}: a pilot of one epoch does not say what more would bring"
        )
    tried = [size for size in _TRIED if size < most] if flags["items"] is None else []
    sizes = [*tried, most] if most < MOST else tried
    return [Mix(items, epochs) for items in sizes]


def _json(
    policy: Policy, supposed: Assumptions, rows: list[Chances], best: Chances | None
) -> dict[str, object]:
    return {
        "schema": 1,
        "gate": policy.gate,
        "policy": policy.digest,
        "rules": [
            {
                "name": _name(rule),
                "form": rule.target.form,
                "limit": rule.target.limit,
                "value": rule.value if rule.known else None,
                "between": rule.between,
                "within": rule.within,
                "share": rule.share,
                "judged": rule.judged,
            }
            for rule in supposed.rules
        ],
        "chances": [msgspec.to_builtins(row) for row in rows],
        "cheapest": None if best is None else msgspec.to_builtins(best),
    }


def _print(policy: Policy, supposed: Assumptions, rows: list[Chances], best: list[str]) -> None:
    out = console()
    head = f"[bold]{plain(policy.gate)}[/] · {plural(len(supposed.rules), 'rule')}"
    out.print(f"{head} · one-sided alpha {policy.alpha:g}", soft_wrap=True)
    print_table(out, _COLUMNS, [Line(_cells(row)) for row in _telling(supposed, rows)])
    for line in best:
        out.print(line, soft_wrap=True)


def _print_notes(supposed: Assumptions, shown: Chances, sides: list[str]) -> None:
    out = console()
    notes = [f"[dim]{plain(note)}[/]" for note in [*sides, *_notes(supposed)]]
    for line in [*_least(supposed, shown), *notes]:
        out.print(line, soft_wrap=True)


def _telling(supposed: Assumptions, rows: list[Chances]) -> list[Chances]:
    """Return the rows that say something of their own: what holds at a limit is so at any size."""
    same = all(rule.truth("equal") == rule.target.limit for rule in supposed.rules)
    last = (rows[-1].items, rows[-1].epochs)
    return [
        row
        for row in rows
        if row.truth != "limit" or (not same and (row.items, row.epochs) == last)
    ]


def _equal(rows: list[Chances]) -> Chances:
    """Return the chances of the most items, if the candidate is as good as the base."""
    return [row for row in rows if row.truth == "equal"][-1]


def _cells(row: Chances) -> list[str]:
    shares = (row.passes, row.fails, row.inconclusive)
    return [
        f"{row.items:,}",
        str(row.epochs),
        f"{row.requests:,}",
        _money(row.cost),
        _SAID[row.truth],
        *(f"{100 * share:.0f} %" for share in shares),
    ]


def _money(cost: float | None) -> str:
    if cost is None:
        return "unknown"
    return f"${cost:,.2f}" if cost >= 1 else f"${cost:.4f}"


def _best(best: Chances | None, rows: list[Chances], power: float) -> list[str]:
    wished = f"decides with {100 * power:.0f} % if the candidate is as good as the base"
    if best is None:
        most = _equal(rows)
        at = f"{most.items:,} items a task decide with {100 * most.decides:.0f} %"
        return [f"[yellow]no number of items {wished}[/]; {at}"]
    cost = "" if best.cost is None else f", {_money(best.cost)}"
    what = f"{best.items:,} items a task x {plural(best.epochs, 'epoch')}"
    return [f"[bold]cheapest[/] {what}: {best.requests:,} requests{cost}, {wished}"]


def _exist(sizes: dict[str, int]) -> list[str]:
    """Return how many items there are of the tasks where that is known."""
    told = [f"{plain(name)} {size:,}" for name, size in sizes.items()]
    return [f"items that there are: {', '.join(told)}"] if told else []


def _sides(supposed: Assumptions, flags: dict[str, Any]) -> list[str]:
    """Return which run is taken for what and what it shows, or what is supposed in its place."""
    pilot, base = flags["pilot"], flags["base"]
    paired = [rule for rule in supposed.rules if rule.target.paired]
    read = [r for r in paired if base is not None and r.target.form == "baseline" and r.known]
    notes = []
    if pilot is not None:
        against = "" if base is None else f", {base} is the base"
        seen = [f"{_name(rule)} {rule.value:+z.4f}" for rule in read[:_LEAST]]
        told = f"; difference seen: {', '.join(seen)}" if seen else ""
        notes.append(f"{pilot} is the candidate{against}{told}")
    if len(read) < len(paired):
        share = f"{100 * flags['discordance']:g} %"
        notes.append(f"supposed: two runs differ on {share} of the items (--discordance)")
    own = [] if pilot is not None else [r for r in supposed.rules if not r.target.paired]
    if own:
        stated = ", ".join(f"{_name(rule)} is {rule.value:g}" for rule in own)
        notes.append(f"supposed: {stated} (--value)")
    return notes


def _least(supposed: Assumptions, shown: Chances) -> list[str]:
    """Return the rules that pass least surely there."""
    ranked = sorted(zip(shown.rules, supposed.rules, strict=True), key=lambda pair: pair[0])
    return [
        f"  {plain(_name(rule))} ({rule.target.form}): passes with {100 * chance:.0f} %"
        for chance, rule in ranked[:_LEAST]
        if chance < _SURE
    ]


def _notes(supposed: Assumptions) -> list[str]:
    """Return what the numbers suppose."""
    notes = []
    if supposed.runs > 1:
        notes.append(
            "requests count the candidate and the base; half, where the base has the items"
        )
    if len(supposed.epochs) == 1:
        notes.append("what more epochs would bring is not known: no pilot with several")
    if any(rule.target.rule.detector == "fallible" for rule in supposed.rules):
        notes.append("a person must read each failure that a fallible detector tells: labels cost")
    notes += [f"{_name(rule)}: {rule.judged}" for rule in supposed.rules if rule.judged]
    never = [r for r in supposed.rules if r.target.paired and not r.target.limit and not r.judged]
    notes += [f"{_name(rule)}: {BETTER}" for rule in never]
    unknown = [_name(rule) for rule in supposed.rules if not rule.known]
    if unknown:
        notes.append(f"nothing is known of {', '.join(unknown)}: never passed")
    return notes


def _name(rule: Assumed) -> str:
    metric, category, _ = rule.target.asked
    task, name = metric.split("/", 1)
    return f"{task}/{category}/{name}" if category else metric
