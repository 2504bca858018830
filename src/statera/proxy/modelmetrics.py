"""The model server's own `/metrics`, shown behind ours; never at the cost of ours."""

import asyncio
import re

from statera.proxy.connection import UpstreamFault
from statera.proxy.upstream import UpstreamClient, content_type

LIMIT = 4 * 2**20
_LATE = 1.0
_OURS = re.compile(rb"^(?:# (?:HELP|TYPE) )?statera_.*\n?", re.M)
_EOF = re.compile(rb"^# EOF\n?", re.M)


async def model_metrics(upstream: UpstreamClient) -> bytes:
    """Return upstream's page, b"" when there is none in a second or it is no metrics page.

    Lines that bear our own names are left out.
    """
    try:
        async with asyncio.timeout(_LATE):
            return await _page(upstream)
    except (TimeoutError, UpstreamFault):
        return b""


async def _page(upstream: UpstreamClient) -> bytes:
    reply = await upstream.open(b"GET", b"/metrics", [(b"accept", b"text/plain")])
    try:
        if reply.status != 200 or not content_type(reply.headers).startswith(b"text/plain"):
            return b""
        page = _EOF.sub(b"", _OURS.sub(b"", await reply.read(limit=LIMIT)))
    finally:
        reply.close()
    return page if page.endswith(b"\n") or not page else page + b"\n"
