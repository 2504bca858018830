"""The page's paths, all below a random token: who labels, the page itself, and what it sends.

Nothing that leaves this server names a run, a model or an item.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal

import msgspec
from starlette.applications import Starlette
from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from statera.codec.strict import from_json
from statera.errors import DeclarationError
from statera.web import pages
from statera.web.desk import Desk, Stale, Unfit, View

LONGEST_NAME = 60
_FILES = {"label.css": "text/css", "asked.js": "text/javascript", "label.js": "text/javascript"}

Answer = Callable[[Request], Awaitable[Response]]


class Act(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the page sends: one act of a labeller on what it shows."""

    labeller: str
    act: Literal["choose", "skip", "undo", "again"]
    position: int | None = None
    choice: str = ""
    seconds: Annotated[float, msgspec.Meta(ge=0)] | None = None


def create_app(desk: Desk, *, token: str, labeller: str | None = None) -> Starlette:
    """Return the application; with `labeller` nobody is asked for a name."""
    page = _Page(desk, labeller)
    routes = [
        Route(f"/{token}/", page.start, methods=["GET"]),
        Route(f"/{token}/label", page.label, methods=["GET"]),
        Route(f"/{token}/now", page.now, methods=["GET"]),
        Route(f"/{token}/act", page.act, methods=["POST"]),
        *(Route(f"/{token}/{name}", _file(name), methods=["GET"]) for name in _FILES),
    ]
    return Starlette(routes=routes)


def fit_name(text: str) -> str | None:
    """Return a labeller's name without the white space round it, None where it is none."""
    name = " ".join(text.split())
    return name if name and name.isprintable() and len(name) <= LONGEST_NAME else None


class _Page:
    def __init__(self, desk: Desk, labeller: str | None) -> None:
        self._desk = desk
        self._labeller = labeller

    async def start(self, request: Request) -> Response:
        """Ask who labels."""
        if self._labeller is not None:
            asked = URL("label").include_query_params(labeller=self._labeller)
            return RedirectResponse(str(asked), status_code=303)
        return self._start()

    def _start(self, wrong: str = "") -> Response:
        text = pages.render("start.html", sheet=self._desk.sheet, wrong=wrong, longest=LONGEST_NAME)
        return HTMLResponse(text, status_code=400 if wrong else 200)

    async def label(self, request: Request) -> Response:
        """Return the page of the labeller whom the address names."""
        name = fit_name(request.query_params.get("labeller", ""))
        if name is None:
            return self._start(f"A name has 1 to {LONGEST_NAME} characters.")
        return HTMLResponse(pages.render("label.html", sheet=self._desk.sheet, labeller=name))

    async def now(self, request: Request) -> Response:
        """Return what a labeller sees now."""
        name = fit_name(request.query_params.get("labeller", ""))
        if name is None:
            return pages.failed("no labeller is named", 400)
        return pages.shown(self._desk.view(name))

    async def act(self, request: Request) -> Response:
        """Keep what a labeller did, and return what is next."""
        try:
            act = from_json(await request.body(), Act, source="act")
            return pages.shown(self._done(act))
        except DeclarationError as error:
            return pages.failed(str(error), 400)
        except Unfit:
            return pages.failed("no such choice", 400)
        except Stale:
            return pages.failed("this item was dealt with in another window", 409)
        except OSError as error:
            return pages.failed(f"not kept: {error.strerror}", 507)

    def _done(self, act: Act) -> View:
        name = fit_name(act.labeller)
        if name is None:
            raise DeclarationError("no labeller is named")
        if act.act == "choose":
            return self._desk.choose(name, act.position, act.choice, seconds=act.seconds)
        if act.act == "skip":
            return self._desk.skip(name, act.position)
        return self._desk.undo(name) if act.act == "undo" else self._desk.again(name)


def _file(name: str) -> Answer:
    async def answer(_: Request) -> Response:
        return Response(pages.source(name), media_type=_FILES[name])

    return answer
