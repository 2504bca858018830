"""Time-outs of many requests with one timer.

A timer a request costs a sixth of the request's CPU. Here each request writes down until when it
may go on, and one sweep cancels those that are late; a time-out is kept to within a twentieth of
the shortest one, and half a second at most.
"""

from asyncio import Task, TimerHandle, current_task, get_running_loop
from typing import Any

LONGEST_STEP = 0.5
SHORTEST_STEP = 0.005

Running = Task[Any]


class Deadlines:
    """Until when each task of the running event loop may wait.

    `shortest` is the least number of seconds that one is given.

        task = deadlines.begin(60.0)
        try:
            await answer                            # cancelled when it takes longer
        except asyncio.CancelledError:
            if deadlines.passed(task):              # by us, and by nobody else
                raise TimeoutError from None
            raise
        finally:
            deadlines.end(task)

    Between `begin` and `end` the task may await nothing that swallows a cancellation.
    """

    def __init__(self, shortest: float) -> None:
        self._loop = get_running_loop()
        self._step = min(LONGEST_STEP, max(SHORTEST_STEP, shortest / 20))
        self._until: dict[Running, float] = {}
        self._late: set[Running] = set()
        self._timer: TimerHandle | None = None

    def begin(self, seconds: float) -> Running:
        """Let the running task wait so long from now; return it."""
        task = current_task(self._loop)
        assert task is not None, "a deadline is for a task"
        self._until[task] = self._loop.time() + seconds
        if self._timer is None:
            self._timer = self._loop.call_later(self._step, self._sweep)
        return task

    def extend(self, task: Running, seconds: float) -> None:
        """Give the task so many seconds more than it had."""
        self._until[task] += seconds

    def end(self, task: Running) -> None:
        """Forget the task's deadline."""
        del self._until[task]
        self._late.discard(task)

    def passed(self, task: Running) -> bool:
        """Say whether the task was cancelled by its deadline alone, and take that back."""
        return task in self._late and task.uncancel() == 0

    def _sweep(self) -> None:
        now = self._loop.time()
        for task, until in self._until.items():
            if until < now and task not in self._late:
                self._late.add(task)
                task.cancel()
        self._timer = self._loop.call_later(self._step, self._sweep) if self._until else None
