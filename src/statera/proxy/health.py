"""Is the guard alive, is it ready: what probes ask, answered at once from what is known.

    health = Health(upstream, path=b"/health")
    await health.look()                       # once a second, by who serves
    await health.renew(board.resumes)         # by who asks: looks again after a resume
    health.waiting_for(warm=True, draining=False)          # () when ready

Upstream answers when it gives any HTTP answer below 500: `/health` where there is one, and a 404
where there is none.
"""

import asyncio

from statera.proxy.connection import UpstreamFault
from statera.proxy.upstream import UpstreamClient

PATH = b"/health"
_LATE = 2.0


class Health:
    """What is known of upstream."""

    def __init__(self, upstream: UpstreamClient, *, path: bytes = PATH) -> None:
        self._upstream = upstream
        self._path = path
        self.upstream = "upstream was not asked yet"
        self._resumes = 0
        self._looks = self._told = 0

    async def look(self) -> None:
        """Ask upstream, for two seconds at most; `upstream` is then what is wrong, or empty.

        Of two looks at a time the one counts that began later.
        """
        self._looks = number = self._looks + 1
        found = await self._found()
        if number > self._told:
            self._told, self.upstream = number, found

    async def renew(self, resumes: int) -> None:
        """Ask upstream at once where the guard was resumed since: `resumes` says how often it was.

        What was known before says nothing of an upstream that was exchanged while it drained.
        """
        if resumes != self._resumes:
            await self.look()
            self._resumes = resumes

    def waiting_for(self, *, warm: bool, draining: bool) -> tuple[str, ...]:
        """Return why the guard is not ready; nothing when it is."""
        reasons = [
            "" if warm else "the classifier is not warmed up",
            "draining" if draining else "",
            self.upstream,
        ]
        return tuple(reason for reason in reasons if reason)

    async def _found(self) -> str:
        try:
            async with asyncio.timeout(_LATE):
                return await self._asked()
        except TimeoutError:
            return f"upstream does not answer in {_LATE:g} s"
        except UpstreamFault as fault:
            return fault.message

    async def _asked(self) -> str:
        reply = await self._upstream.open(b"GET", self._path, [])
        try:
            await reply.read(limit=2**16)
            return "" if reply.status < 500 else f"upstream answers {reply.status}"
        finally:
            reply.close()
