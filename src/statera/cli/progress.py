"""The live progress of a run, on standard error: a bar on a terminal, plain lines elsewhere."""

import asyncio
import sys

import click

from statera.protocols import Clock
from statera.runner.tally import Tally

_WIDTH = 24


class Progress:
    """Prints how a run is going while the event loop runs; `start`, then `stop` at the end.

    What is waited for first, if anything, is printed in the place of how much there is to do.
    """

    def __init__(
        self, tally: Tally, clock: Clock, *, quiet: bool = False, noun: str = "trials"
    ) -> None:
        self._tally, self._clock, self._quiet, self._noun = tally, clock, quiet, noun
        self._terminal = sys.stderr.isatty()
        self._period = 0.2 if self._terminal else 5.0
        self._started = clock.monotonic()
        self._timer: asyncio.TimerHandle | None = None
        self._begun = False

    def start(self) -> None:
        """Print now and then again every period (0.2 s on a terminal, 5 s elsewhere)."""
        if not self._quiet:
            self._timer = asyncio.get_running_loop().call_later(self._period, self._tick)

    def stop(self) -> None:
        """Print the last state and end the line."""
        if self._timer is not None:
            self._timer.cancel()
            self._print()
            if self._begun:
                click.echo(err=True)

    def _tick(self) -> None:
        self._print()
        self._timer = asyncio.get_running_loop().call_later(self._period, self._tick)

    def _print(self) -> None:
        seconds = self._clock.monotonic() - self._started
        if self._tally.waiting:
            self._show(f"{self._tally.waiting} · {_clock(seconds)}")
        elif self._tally.total:
            bar = _bar(self._tally.done, self._tally.total)
            self._show(describe(self._tally, seconds, self._noun), f"{bar} ")

    def _show(self, line: str, bar: str = "") -> None:
        """Print a line; on a terminal in the place of the last one, behind the bar."""
        if self._terminal:
            click.echo(f"\r\x1b[2K{bar}{line}", err=True, nl=False)
            self._begun = True
        else:
            click.echo(line, err=True)


def describe(tally: Tally, seconds: float, noun: str = "trials") -> str:
    """Return `312/1000 trials · 48.2/s · 12.3k tokens · $0.0120 · 3 failed · 0:14 left`.

    Tokens are told where any were counted: most guards read without.
    """
    if tally.done == tally.total and not tally.asked:
        return f"{tally.done}/{tally.total} {noun}: all known, nothing asked"
    rate = tally.asked / seconds if seconds > 0 else 0.0
    tokens = tally.prompt_tokens + tally.completion_tokens
    parts = [f"{tally.done}/{tally.total} {noun}", f"{rate:.1f}/s"]
    if tokens:
        parts.append(f"{_short(tokens)} tokens")
    if tally.cost:
        unknown = f" + {tally.unpriced} unpriced" if tally.unpriced else ""
        parts.append(f"${tally.cost:.4f}{unknown}")
    parts.append(f"{tally.outcomes['infra_error']} failed")
    left = tally.total - tally.done
    if left and rate:
        parts.append(f"{_clock(left / rate)} left")
    return " · ".join(parts)


def _bar(done: int, total: int) -> str:
    full = _WIDTH * done // total if total else _WIDTH
    return "━" * full + "╺" * (_WIDTH - full)


def _short(count: int) -> str:
    return f"{count / 1000:.1f}k" if count >= 1000 else str(count)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
