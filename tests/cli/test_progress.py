import asyncio
import sys

import pytest

from statera.cli.progress import Progress, describe
from statera.models.clock import SystemClock
from statera.runner.tally import Tally


@pytest.mark.parametrize(
    ("tally", "seconds", "expected"),
    [
        (Tally(total=10), 0.0, "0/10 trials · 0.0/s · 0 failed"),
        (
            Tally(total=1000, resumed=300, asked=12, prompt_tokens=12_345, cost=0.012),
            0.25,
            "312/1000 trials · 48.0/s · 12.3k tokens · $0.0120 · 0 failed · 0:14 left",
        ),
        (
            Tally(total=9000, asked=2, cost=1.0, unpriced=1),
            1.0,
            "2/9000 trials · 2.0/s · $1.0000 + 1 unpriced · 0 failed · 1:14:59 left",
        ),
    ],
)
def test_the_line(tally: Tally, seconds: float, expected: str) -> None:
    assert describe(tally, seconds) == expected


def test_a_judge_gives_judgements_and_what_is_known_is_not_asked() -> None:
    assert describe(Tally(total=4, asked=2), 1.0, "judgements").startswith("2/4 judgements · 2.0/s")
    known = describe(Tally(total=4, resumed=4), 1.0, "judgements")
    assert known == "4/4 judgements: all known, nothing asked"


def test_plain_lines_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    async def show() -> None:
        progress = Progress(Tally(total=3, asked=3), SystemClock())
        progress.start()
        progress.stop()

    asyncio.run(show())
    err = capsys.readouterr().err
    assert err.startswith("3/3 trials")
    assert "\x1b" not in err


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(Tally(total=3), SystemClock(), quiet=True)
    progress.start()
    progress.stop()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("terminal", [True, False])
def test_what_is_waited_for_is_told_before_anything_is_counted(
    terminal: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)

    async def show(tally: Tally) -> str:
        progress = Progress(tally, SystemClock())
        progress.start()
        progress.stop()
        return capsys.readouterr().err

    waiting = asyncio.run(show(Tally(waiting="asking whether it can")))
    assert waiting.endswith("asking whether it can · 0:00\n")
    assert waiting.startswith("\r" if terminal else "asking")
    assert "asking whether" in asyncio.run(show(Tally(total=3, waiting="asking whether it can")))
    assert asyncio.run(show(Tally())) == ""
