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

REPORT = "page.html"
EXPERIMENT = "experiment.html"
_STYLES = {REPORT: ("page.css",), EXPERIMENT: ("page.css", "experiment.css")}


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
def _style(template: str) -> str:
    """Return the style of a page: that of all pages, then its own; files like the templates."""
    environment = _environment()
    if environment.loader is None:
        raise LookupError(template)
    sources = [environment.loader.get_source(environment, name)[0] for name in _STYLES[template]]
    return "\n".join(sources)


def policy(template: str = REPORT) -> str:
    """Return the content security policy of a page with that template's style."""
    digest = b64encode(sha256(_style(template).encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def render(template: str = REPORT, /, **values: object) -> str:
    """Return the page made of those values: REPORT, or EXPERIMENT."""
    page = _environment().get_template(template)
    return page.render(style=Markup(_style(template)), policy=policy(template), **values)
