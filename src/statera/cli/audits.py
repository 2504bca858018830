"""What a person reads of an audit: first whether the judge stands, then figures with intervals."""

from statera.analysis.audit import Audit
from statera.analysis.judgeaudit.figures import Section, State
from statera.cli.columns import Column, Line, print_table
from statera.cli.controls import visible
from statera.cli.tables import console
from statera.report.auditpage import about, cells_of, headline, title

_COLUMNS = (
    Column("figure", name=True),
    Column("value"),
    Column("interval"),
    Column("n", 1, left=True),
)
_STYLE: dict[State, str] = {"void": "bold red", "not shown": "bold red", "warning": "yellow"}


def print_audit(audit: Audit) -> None:
    """Print the page: why the judge is void comes first, in words."""
    out = console()
    out.print(visible(headline(audit)), style=_STYLE.get(audit.state, "bold"), markup=False)
    for why in audit.why:
        out.print(f"  {visible(why)}", soft_wrap=True, markup=False)
    out.print(visible(about(audit)), style="dim", soft_wrap=True, markup=False)
    for section in audit.sections:
        _print(section)


def _print(section: Section) -> None:
    out = console()
    out.print()
    style = _STYLE.get(section.state, "bold")
    out.print(visible(title(section)), style=style, soft_wrap=True, markup=False)
    for line in section.said:
        out.print(f"  {visible(line)}", soft_wrap=True, markup=False)
    if section.figures:
        print_table(out, _COLUMNS, [Line(cells_of(figure)) for figure in section.figures])
    lacking = {f.method for f in section.figures if f.value is None or f.low is None}
    for why in sorted(lacking):
        out.print(f"no interval where: {visible(why)}", style="dim", soft_wrap=True, markup=False)
