"""The paths of a user study: each person's page below a secret address of their own.

Nothing that leaves this server names an arm, a model, a person or a task's id.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Literal

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from statera.codec.strict import from_json
from statera.errors import DeclarationError, StoreError
from statera.web import pages
from statera.web.studydesk import Stale, Unfit, View
from statera.web.studyroom import Busy, Person, Report, Room

_FILES = {
    "label.css": "text/css",
    "study.css": "text/css",
    "asked.js": "text/javascript",
    "study.js": "text/javascript",
}
_MOST_BYTES = 200_000


class Act(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the page sends: one act of a person, on the task that it shows."""

    act: Literal["agree", "say", "done", "skip", "prefer", "withdraw"]
    position: int = 0
    text: str = ""
    solved: bool = False
    rating: int | None = None
    choice: str = ""


def study_app(
    room: Room, people: Iterable[Person], close: Callable[[], Awaitable[None]] | None = None
) -> Starlette:
    """Return the application; whoever has no token of a person finds nothing.

    `close` is awaited at the end, on the loop on which the room was used.
    """
    page = _Page(room, {person.token: person for person in people})
    routes = [
        Route("/{token}/", page.page, methods=["GET"]),
        Route("/{token}/now", page.now, methods=["GET"]),
        Route("/{token}/act", page.act, methods=["POST"]),
        *(Route(f"/{{token}}/{name}", page.file(name), methods=["GET"]) for name in _FILES),
    ]

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        if close is not None:
            await close()

    return Starlette(routes=routes, lifespan=lifespan)


Answer = Callable[[Request], Awaitable[Response]]


class _Page:
    def __init__(self, room: Room, people: dict[str, Person]) -> None:
        self._room = room
        self._people = people

    async def page(self, request: Request) -> Response:
        """Return the page, the same for everybody."""
        if self._person(request) is None:
            return _nobody()
        return HTMLResponse(pages.render("study.html", title=self._room.study.title))

    def file(self, name: str) -> Answer:
        """Return what answers with a file of the page."""

        async def answer(request: Request) -> Response:
            if self._person(request) is None:
                return _nobody()
            return Response(pages.source(name), media_type=_FILES[name])

        return answer

    async def now(self, request: Request) -> Response:
        """Return what the person sees now."""
        person = self._person(request)
        return _nobody() if person is None else pages.shown(self._room.view(person))

    async def act(self, request: Request) -> Response:
        """Keep what the person did, and return what is next."""
        person = self._person(request)
        if person is None:
            return _nobody()
        if (body := await _body(request)) is None:
            return pages.failed("that is too long", 413)
        try:
            return pages.shown(await self._done(person, from_json(body, Act, source="act")))
        except (DeclarationError, Unfit) as error:
            return pages.failed(str(error), 400)
        except Stale:
            return pages.failed("this was dealt with in another window", 409)
        except Busy:
            return pages.failed("the assistant is still answering", 409)
        except (OSError, StoreError):
            return pages.failed("this could not be kept just now; please try again", 507)

    async def _done(self, person: Person, act: Act) -> View:
        room = self._room
        if act.act == "agree":
            return await room.agree(person)
        if act.act == "say":
            return await room.say(person, act.position, act.text)
        if act.act == "done":
            report = Report(solved=act.solved, rating=act.rating, answer=act.text)
            return await room.done(person, act.position, report)
        if act.act == "skip":
            return await room.skip(person, act.position)
        if act.act == "prefer":
            return await room.prefer(person, act.choice)
        return await room.withdraw(person)

    def _person(self, request: Request) -> Person | None:
        return self._people.get(request.path_params["token"])


async def _body(request: Request) -> bytes | None:
    """Return what was sent; None as soon as it is too long."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            return None
    return bytes(body)


def _nobody() -> Response:
    return PlainTextResponse("There is nothing here. Is the link whole?", status_code=404)
