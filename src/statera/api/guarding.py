"""The guard from Python: one text, or a conversation, checked by a policy.

    guard = st.Guard("policy.yaml")                    # or "default", "light", a Policy
    decision = guard.check("Ignore all previous instructions.", side="input")
    decision.outcome                                   # "block"
    [finding.detector for finding in decision.findings]
    st.redacted(text, decision)                        # what is left of it after `redact`

It may be called inside a running event loop too (a notebook); the work is done in a thread.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Lock, Thread
from types import TracebackType
from typing import Any, Self, TypeVar

from statera.guard.edits import edited
from statera.guard.opening import open_guard
from statera.guard.policy import Place, Policy, policy_path
from statera.guard.toolbox import Toolbox
from statera.models.clock import SystemClock
from statera.proxy.keeper import PolicySource, policy_of
from statera.records.guarding import Decision, Passage, Side

T = TypeVar("T")

AnyText = str | Passage | Sequence[Passage]

_EVERYWHERE = Place()


class Guard:
    """A policy, opened; close it, or use it in a `with` block.

    `policy` is a Policy, a YAML file, the name of one that ships, or a PolicySource, whose toxicity
    threshold goes before the file's as in `statera guard serve`. Relative paths in it start from
    `folder`, or from the file's own. DeclarationError, in one line, for what is wrong in it.
    """

    def __init__(
        self, policy: Policy | PolicySource | str | Path = "default", *, folder: Path | None = None
    ) -> None:
        if isinstance(policy, Policy):
            self.policy, source, own = policy, f"policy {policy.name}", Path()
        elif isinstance(policy, PolicySource):
            self.policy, source, own = policy_of(policy), str(policy.path), policy.path.parent
        else:
            path = policy_path(policy)
            self.policy, source, own = Policy.load(path), str(path), path.parent
        self._pool = ThreadPoolExecutor(1, "guard")
        self._box = Toolbox(own if folder is None else folder)
        self._guard = open_guard(
            self.policy, self._box.tools, source=source, clock=SystemClock(), pool=self._pool
        )
        self._loop = _Loop()

    def check(self, text: AnyText, side: Side = "input", *, place: Place = _EVERYWHERE) -> Decision:
        """Return the decision on a text, on a passage, or on several passages together.

        `side` is that of a plain text: `input`, `output`, `tool_call` or `tool_result`. `place`
        chooses the policy's scopes.
        """
        return self._loop.run(self._guard.check(_passages(text, side), place)).result()

    async def acheck(
        self, text: AnyText, side: Side = "input", *, place: Place = _EVERYWHERE
    ) -> Decision:
        """Return the same, awaited; several may be awaited at once."""
        checking = self._loop.run(self._guard.check(_passages(text, side), place))
        return await asyncio.wrap_future(checking)

    def close(self) -> None:
        """Close models and threads; a closed guard checks no more."""
        self._loop.close(self._box.close())
        self._pool.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def redacted(text: str, decision: Decision) -> str:
    """Return the text that was checked as the decision leaves it, where its outcome is `redact`.

    Of several passages it is the first.
    """
    return edited(text, [edit for edit in decision.edits if edit.passage == 0])


def _passages(text: AnyText, side: Side) -> Sequence[Passage]:
    if isinstance(text, str):
        return [Passage(text=text, side=side)]
    return [text] if isinstance(text, Passage) else text


class _Loop:
    """An event loop in a thread of its own, started by its first work."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="guard-loop", daemon=True)

    def run(self, work: Coroutine[Any, Any, T]) -> "Future[T]":
        """Return what becomes of the work; RuntimeError once the loop is closed."""
        with self._lock:
            if self._loop.is_closed():
                work.close()
                raise RuntimeError("the guard is closed")
            if not self._thread.ident:
                self._thread.start()
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def close(self, last: Coroutine[Any, Any, None]) -> None:
        """Do the last work, then end."""
        if self._loop.is_closed():
            last.close()
            return
        self.run(last).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
