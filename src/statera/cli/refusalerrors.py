"""How the reading of refusals errs against people's labels, as a person reads it."""

from collections.abc import Iterable

import click
import numpy as np

from statera.analysis.refusalerror import Case, RefusalError, refusal_error
from statera.cli.columns import Column, Line, print_table
from statera.cli.tables import console
from statera.cli.wrapping import plain, say
from statera.codec.files import to_json
from statera.scorers.refusal import Label
from statera.stats.confusion import KindError
from statera.stats.results import Estimate

_COLUMNS = (
    Column("prompts", name=True),
    Column("people say", left=True),
    Column("n"),
    Column("read so", left=True),
    Column("others read so wrongly", 1, left=True),
)


def show_error(labelled: Iterable[tuple[str, Label, Label, str | None]], *, as_json: bool) -> None:
    """Print the error of replies: kind of prompt, people's label, the label read, cluster."""
    found = refusal_error([Case(*one) for one in labelled], rng=np.random.default_rng(0))
    if as_json:
        click.echo(to_json({"schema": 1, "error": found}))
    else:
        print_error(found)


def print_error(found: RefusalError) -> None:
    """Print the error per kind of prompt and class, then over all."""
    out = console()
    kinds = [*found.classes.kinds, _all(found)] if len(found.classes.kinds) > 1 else [_all(found)]
    print_table(out, _COLUMNS, [line for kind in kinds for line in _lines(kind)])
    say(out, f"refused in any way, or not: right {_share(found.accuracy_binary)}")
    say(out, f"all three classes: right {_share(found.accuracy)}")
    kappa = found.kappa.value
    if kappa is not None:
        say(out, f"agreement with people beyond chance (kappa): {kappa:.3f}")
    if lost := sum(found.unparsed.values()):
        say(out, f"not read: {lost} of {found.n}")


def _all(found: RefusalError) -> KindError:
    whole = found.classes
    return KindError(
        kind="all",
        n=whole.n,
        unparsed=sum(whole.unparsed),
        accuracy=whole.accuracy,
        per_class=whole.per_class,
    )


def _lines(kind: KindError) -> list[Line]:
    return [
        Line(
            [
                plain(kind.kind) if place == 0 else "",
                one.name,
                f"{one.labelled:,}",
                _share(one.sensitivity),
                _wrongly(one.specificity),
            ]
        )
        for place, one in enumerate(kind.per_class)
    ]


def _share(found: Estimate) -> str:
    if found.value is None:
        return "none"
    if found.low is None or found.high is None:
        return f"{found.value:.3f}"
    return f"{found.value:.3f} ({found.low:.3f} to {found.high:.3f})"


def _wrongly(specificity: Estimate) -> str:
    if specificity.value is None:
        return "none"
    share = f"{1 - specificity.value:.3f}"
    if specificity.low is None or specificity.high is None:
        return share
    return f"{share} ({1 - specificity.high:.3f} to {1 - specificity.low:.3f})"
