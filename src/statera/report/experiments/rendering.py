"""Template to text for an experiment's page: its own style after that of every report page."""

from base64 import b64encode
from functools import cache
from hashlib import sha256

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from statera.report import numbers

_STYLES = ("page.css", "experiment.css")


@cache
def _environment() -> Environment:
    found = Environment(
        loader=ChoiceLoader(
            [
                PackageLoader("statera.report.experiments", "templates"),
                PackageLoader("statera.report", "templates"),
            ]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["plural"] = numbers.plural
    return found


@cache
def _style() -> str:
    loader = _environment().loader
    if loader is None:
        raise LookupError(_STYLES[0])
    return "\n".join(loader.get_source(_environment(), name)[0] for name in _STYLES)


def policy() -> str:
    """Return the content security policy of the page: its own style and nothing else."""
    digest = b64encode(sha256(_style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def render(**values: object) -> str:
    """Return the page made of those values."""
    page = _environment().get_template("experiment.html")
    return page.render(style=Markup(_style()), policy=policy(), **values)
