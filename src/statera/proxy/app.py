"""The guard's paths, as an ASGI application: what is not exactly one of them is refused.

`/v1/...` of the known APIs are guarded, `/v1/models` and the policy's `routes` pass unexamined,
`/health/...` and `/metrics` tell about the guard. A path is compared byte by byte as it came: no
slash is merged, nothing is decoded, so that nobody reaches upstream by another spelling.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable

from statera.proxy.admission import Turned
from statera.proxy.answers import Answer, deliver, failure_of, json_answer
from statera.proxy.board import Board
from statera.proxy.bodies import Message, Receive, Room, Send, gathered
from statera.proxy.checks import check_litellm, check_texts
from statera.proxy.exchange import Exchange
from statera.proxy.health import Health
from statera.proxy.metrics import CONTENT_TYPE, Now
from statera.proxy.modelmetrics import model_metrics
from statera.proxy.passing import listed, passed
from statera.proxy.service import Service
from statera.proxy.wire.api import Api, Failure
from statera.proxy.wire.routes import known_apis

Handler = Callable[[Message, Receive, Send], Awaitable[None]]

MODELS = "/v1/models"
CHECK, LITELLM = "/v1/guard/check", "/beta/litellm_basic_guardrail_api"
FEEDBACK = "/v1/feedback"
LIVE = ("/health/live", "/health/startup", "/healthz", "/health")
READY = ("/health/ready", "/readyz")
_MODEL = re.compile(
    rb"/v1/models/(?=.{1,128}$)(?:[A-Za-z0-9][\w.-]*/){0,3}[A-Za-z0-9][\w.-]*"
    rb"(?::(?:latest|[0-9][\w.-]*))?",
    re.ASCII,
)
_READING = ("GET", "HEAD")
_OTHER = "other"


class App:
    """The application; `board` knows all workers, `feedback` takes reports of experiments."""

    def __init__(
        self, service: Service, health: Health, board: Board, feedback: Handler | None = None
    ) -> None:
        self._service, self._health, self._board = service, health, board
        self._room = Room(service.terms.max_inflight * service.terms.max_body)
        handlers: dict[str, Handler] = {
            path: self._guarded(api) for path, api in known_apis().items() if api.method == "POST"
        }
        handlers |= dict.fromkeys(LIVE, self._live) | dict.fromkeys(READY, self._ready)
        handlers |= {
            "/metrics": self._metrics,
            MODELS: self._admitted(MODELS, self._models, _READING),
            CHECK: self._admitted(CHECK, lambda *asgi: check_texts(service, *asgi), ("POST",)),
            LITELLM: self._admitted(
                LITELLM, lambda *asgi: check_litellm(service, *asgi), ("POST",)
            ),
        }
        if feedback is not None:
            handlers[FEEDBACK] = self._admitted(FEEDBACK, feedback)
        self._handlers = {path.encode(): handler for path, handler in handlers.items()}

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        connection = scope["state"].get("connection") if "state" in scope else None
        handler = self._handlers.get(scope["raw_path"]) or self._found(scope["raw_path"])
        if connection is None:
            await handler(scope, receive, send)
            return
        connection.running = asyncio.current_task()
        try:
            await handler(scope, receive, send)
        except asyncio.CancelledError:
            if not connection.lost:
                raise
        finally:
            connection.running = None

    def _found(self, path: bytes) -> Handler:
        if _MODEL.fullmatch(path) and b".." not in path:
            return self._admitted(MODELS, self._models, _READING)
        routes = self._service.keeper.armed.policy.routes
        if (text := path.decode("latin-1")) in routes:
            return self._admitted(text, lambda *asgi: passed(self._service, text, *asgi))
        return self._unknown

    def _guarded(self, api: Api) -> Handler:
        service = self._service

        def guarded(scope: Message, receive: Receive, send: Send) -> Awaitable[None]:
            return Exchange(service, api, scope, receive, send).run()

        return self._admitted(api.routes[0], guarded, ("POST",))

    def _admitted(self, route: str, handler: Handler, methods: tuple[str, ...] = ()) -> Handler:
        """Return the handler with a place for each request, taken once its body is there."""
        admission, service, room = self._service.admission, self._service, self._room
        limit = service.terms.max_body

        async def admitted(scope: Message, receive: Receive, send: Send) -> None:
            if methods and scope["method"] not in methods:
                await deliver(send, _not_allowed(methods))
                return
            try:
                admission.look()
                receive = await gathered(scope["headers"], receive, room, limit=limit)
                if not admission.entered():
                    await admission.enter()
            except Turned as turned:
                service.metrics.refusal(route, turned.reason)
                await deliver(send, _turned(turned, ending=self._board.ending))
                return
            try:
                await handler(scope, receive, send)
            finally:
                admission.leave()

        return admitted

    async def _models(self, scope: Message, receive: Receive, send: Send) -> None:
        await listed(self._service, MODELS, scope, receive, send)

    async def _live(self, scope: Message, receive: Receive, send: Send) -> None:
        del receive
        await deliver(send, json_answer(200, {"status": "ok"}), bare=scope["method"] == "HEAD")

    async def _ready(self, scope: Message, receive: Receive, send: Send) -> None:
        del receive
        await self._health.renew(self._board.resumes)
        reasons = self.waiting_for()
        told = {"status": "waiting" if reasons else "ready", "reasons": reasons}
        answer = json_answer(503 if reasons else 200, told)
        await deliver(send, answer, bare=scope["method"] == "HEAD")

    def waiting_for(self) -> tuple[str, ...]:
        """Return why the guard is not ready; nothing when it is."""
        draining, warm = self._board.draining, self._service.keeper.opened
        return self._health.waiting_for(warm=warm, draining=draining)

    async def _metrics(self, scope: Message, receive: Receive, send: Send) -> None:
        del receive
        busy, policy = self._board.total(), self._service.keeper.armed.policy
        now = Now(
            busy.inflight, busy.waiting, not self.waiting_for(), policy.digest, policy.version
        )
        page = self._service.metrics.page(now) + await model_metrics(self._service.upstream)
        answer = Answer(200, [(b"content-type", CONTENT_TYPE)], page)
        await deliver(send, answer, bare=scope["method"] == "HEAD")

    async def _unknown(self, scope: Message, receive: Receive, send: Send) -> None:
        del receive
        self._service.metrics.refusal(_OTHER, "route_not_allowed")
        words = "This path is not guarded and the policy does not name it in `routes`."
        if (meant := _meant(scope["raw_path"])).encode() in self._handlers:
            words += f" Did you mean '{meant}'?"
        failure = Failure(404, "route_not_allowed", words)
        await deliver(send, json_answer(404, failure_of(failure)), bare=scope["method"] == "HEAD")


def _meant(path: bytes) -> str:
    """Return the path as the APIs spell it: one `v1`, no slash twice or at the end."""
    parts = path.decode("latin-1").split("/")
    return "/".join(["", "v1", *(part for part in parts if part not in ("", "v1"))])


def _not_allowed(methods: tuple[str, ...]) -> Answer:
    allowed = ", ".join(methods)
    failure = Failure(405, "method_not_allowed", f"Allowed here: {allowed}.")
    return json_answer(405, failure_of(failure), [(b"allow", allowed.encode())])


def _turned(turned: Turned, *, ending: bool) -> Answer:
    drained = "The guard is shutting down." if ending else "The guard takes no requests now."
    words = {"draining": drained, "overloaded": "Too many requests."}
    failure = Failure(503, turned.reason, words[turned.reason])
    close = [(b"connection", b"close")] if turned.reason == "draining" else []
    return json_answer(503, failure_of(failure), close, retry_after=turned.seconds)
