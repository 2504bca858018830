"""Templates to text: the one place in `report` that reads files, those beside it.

Everything is escaped that is not Markup. The style's digest is named in the page's own security
policy, so that a browser applies this style and nothing else: no script, no image, no request.
"""

from base64 import b64encode
from functools import cache
from hashlib import sha256

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from statera.report import numbers

PAGE = "page.html"
STYLE = "page.css"


@cache
def _environment() -> Environment:
    found = Environment(
        loader=PackageLoader("statera.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["plural"] = numbers.plural
    return found


@cache
def _style() -> str:
    """Return the style sheet, which is a file like the templates."""
    environment = _environment()
    if environment.loader is None:
        raise LookupError(STYLE)
    return environment.loader.get_source(environment, STYLE)[0]


def policy() -> str:
    """Return the content security policy of a page with that style."""
    digest = b64encode(sha256(_style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def render(**values: object) -> str:
    """Return the page made of those values."""
    page = _environment().get_template(PAGE)
    return page.render(style=Markup(_style()), policy=policy(), **values)
