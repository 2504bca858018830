"""A policy with everything behind it, opened in this process.

opened = open_policy(Path("policy.yaml"), clock=SystemClock())
await opened.guard.check([Passage(text="...", side="input")])
await opened.close()
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from statera.codec.canonical import digest
from statera.guard.checking import Guard
from statera.guard.opening import open_guard
from statera.guard.policy import Policy, policy_path
from statera.guard.readings import ReadingCache
from statera.guard.toolbox import Toolbox
from statera.protocols import Clock


@dataclass(frozen=True)
class OpenedPolicy:
    """A guard, ready; `digest` changes with the policy and with what any detector is made of."""

    guard: Guard
    digest: str
    _box: Toolbox = field(repr=False)
    _pool: ThreadPoolExecutor = field(repr=False)

    @property
    def policy(self) -> Policy:
        """The policy as it was read."""
        return self.guard.policy

    @property
    def identity(self) -> str:
        """What names it in a run's record: `guard:NAME@DIGEST`."""
        return f"guard:{self.policy.name}@{self.digest}"

    async def close(self) -> None:
        """Close the models behind detectors, and let the threads go."""
        await self._box.close()
        self._pool.shutdown(wait=False, cancel_futures=True)


def open_policy(
    name: str | Path, *, clock: Clock, threads: int = 1, kept: bool = True
) -> OpenedPolicy:
    """Return the policy of a file, or the one that ships under that name, opened.

    `threads` is how many texts may be read at a time by what computes; `kept` False reads every
    text anew. DeclarationError for everything that is declared wrong.
    """
    path = policy_path(name)
    policy, box = Policy.load(path), Toolbox(path.parent)
    pool = ThreadPoolExecutor(threads, thread_name_prefix="statera-guard")
    guard = open_guard(policy, box.tools, source=str(path), clock=clock, pool=pool)
    if not kept:
        guard.cache = ReadingCache(0)
    return OpenedPolicy(guard, digest([policy.digest, guard.made_of])[:12], box, pool)
