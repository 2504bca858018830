"""Routes that pass unexamined: the list of models, and what the policy names in `routes`."""

from statera.proxy.answers import deliver, failure_of, json_answer
from statera.proxy.bodies import Gone, Message, Receive, Send, TooLarge, read_body
from statera.proxy.connection import UpstreamFault
from statera.proxy.headers import BadHeader, check, returned, sent, value_of
from statera.proxy.service import Service
from statera.proxy.upstream import Reply
from statera.proxy.wire.api import Failure
from statera.proxy.wire.queries import speaking


async def listed(
    service: Service, route: str, scope: Message, receive: Receive, send: Send
) -> None:
    """Pass a question on that has no body, as one for the list of models; refuse one that has.

    Nobody reads it, so that its query may not speak either (`wire.queries`).
    """
    headers = scope["headers"]
    if value_of(headers, b"content-length").strip(b"0") or value_of(headers, b"transfer-encoding"):
        words = "A request with this method has no body here."
        await _failed(send, Failure(400, "body_not_allowed", words))
        return
    for one in speaking(scope["query_string"]):
        why = one.refusal
        await _failed(send, Failure(400, why.code, str(why), why.param))
        return
    await passed(service, route, scope, receive, send)


async def passed(
    service: Service, route: str, scope: Message, receive: Receive, send: Send
) -> None:
    """Pass a request on and its reply back as they are, and count them as unexamined."""
    headers = scope["headers"]
    service.metrics.request(route, "", "request", "unexamined")
    try:
        check(headers)
        data = await read_body(headers, receive, limit=service.terms.max_body)
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        reply = await service.upstream.open(method.encode(), target(scope), sent(headers), data)
    except Gone:
        return
    except TooLarge as error:
        await _failed(send, Failure(413, "request_too_large", str(error)))
        return
    except BadHeader as error:
        await _failed(send, Failure(400, "invalid_header", str(error)))
        return
    except UpstreamFault as fault:
        service.metrics.fault(fault.kind)
        await _failed(send, upstream_failure(fault))
        return
    try:
        await _returned(reply, send, bare=scope["method"] == "HEAD")
    except UpstreamFault as fault:
        service.metrics.fault(fault.kind)
    finally:
        reply.close()


async def _returned(reply: Reply, send: Send, *, bare: bool) -> None:
    """Send the reply as it comes. UpstreamFault when it is cut: it is not ended then either."""
    head = {"type": "http.response.start", "status": reply.status}
    await send({**head, "headers": returned(reply.headers)})
    while part := await reply.part():
        if not bare:
            await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _failed(send: Send, failure: Failure) -> None:
    await deliver(send, json_answer(failure.status, failure_of(failure)))


def upstream_failure(fault: UpstreamFault) -> Failure:
    """Return what a client is told of an upstream that did not answer as HTTP has it."""
    words = f"The model server failed: {fault.message}."
    if fault.kind == "draining":
        return Failure(503, "draining", "The guard is shutting down.")
    if fault.kind == "silent":
        return Failure(504, "upstream_timeout", words)
    return Failure(502, "upstream_error", words)


def target(scope: Message) -> bytes:
    """Return path and query as they came."""
    query: bytes = scope["query_string"]
    path: bytes = scope["raw_path"]
    return path + b"?" + query if query else path
