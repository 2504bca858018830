"""What every page of this server is made of: its templates, its files, and answers as JSON."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import JSONResponse, Response

from statera.codec.files import to_json


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("statera.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def source(name: str) -> str:
    """Return a file beside the templates as it stands."""
    environment = _environment()
    if environment.loader is None:
        raise LookupError(name)
    return environment.loader.get_source(environment, name)[0]


def render(name: str, **values: object) -> str:
    """Return the page that a template and those values make; what is no Markup is escaped."""
    return _environment().get_template(name).render(**values)


def shown(view: object) -> Response:
    """Return a view as JSON."""
    return Response(to_json(view), media_type="application/json")


def failed(message: str, status: int) -> Response:
    """Return why something was not done, as the pages' scripts read it."""
    return JSONResponse({"error": message}, status_code=status)
