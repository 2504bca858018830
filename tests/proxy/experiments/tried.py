"""A guard that serves an experiment, for tests, and what its live store holds.

with trying(upstream.url, tmp_path, arms=[...]) as tried:
    post(tried.url + CHAT, asking("hello", user="anna"))
    assert tried.exposures()[0]["arm"] == "warm"
"""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from statera.experiment.assignment import Assignment
from statera.experiment.opened import Opened, open_design
from statera.proxy.experiments.monitor import Looking
from statera.proxy.serving import guarding
from statera.proxy.terms import Terms
from tests.proxy.guards import CHAT, Answered, asking, post, tools, until_answering

KEY = "0123456789abcdef" * 2
TESTER = "tester-token"
POLICY = """
name: test
detectors:
  - name: words
    use: regex
    with: {patterns: ['forbidden']}
    sides: [input, output]
"""
_EXPOSURES = "select * from live_exposures natural join live_contexts order by at"
Row = dict[str, Any]


class Tried(NamedTuple):
    """A running guard with an experiment."""

    url: str
    opened: Opened
    live: Path
    policy: Path

    def ask(self, user: str, text: str = "hello", **more: Any) -> Answered:
        """Ask as a user."""
        return post(self.url + CHAT, asking(text, user=user, **more))

    def rows(self, query: str, least: int) -> list[Row]:
        """Return rows of the live store, once there are that many."""
        until = time.monotonic() + 10
        while True:
            with closing(sqlite3.connect(self.live)) as connection:
                connection.row_factory = sqlite3.Row
                found = [dict(row) for row in connection.execute(query)]
            if len(found) >= least:
                return found
            assert time.monotonic() < until, f"{len(found)} rows, not {least}: {found}"
            time.sleep(0.02)

    def exposures(self, least: int = 1) -> list[Row]:
        """Return exposures in the order of their time."""
        return self.rows(_EXPOSURES, least)

    def answers(self, least: int = 1) -> list[Row]:
        """Return answers in the order of their time."""
        return self.rows("select * from live_answers order by at", least)

    def excluded(self, least: int = 1) -> list[str]:
        """Return the reasons."""
        return [row["reason"] for row in self.rows("select * from live_excluded", least)]

    def user_in(self, arm: str, number: int = 0) -> str:
        """Return a user whom the design puts into an arm."""
        assignment, arms = Assignment(self.opened.design), self.opened.design.arms
        found = (
            name
            for name in (f"user-{n}" for n in range(10_000))
            if (place := assignment.place(name)) is not None and arms[place.arm].name == arm
        )
        return [next(found) for _ in range(number + 1)][-1]


def written(folder: Path, prompts: dict[str, str] | None = None, **more: Any) -> Path:
    """Write a design with its prompts; `more` replaces or adds fields."""
    for name, text in (prompts or {}).items():
        (folder / name).write_text(text, encoding="utf-8")
    told: dict[str, Any] = {
        "experiment": "tone",
        "arms": [{"name": "base", "weight": 0.5}, {"name": "warm", "weight": 0.5}],
        "primary": {"outcome": "solved", "minimum": 0.02},
        **more,
    }
    path = folder / f"{told['experiment']}.yaml"
    path.write_text(json.dumps(told), encoding="utf-8")
    return path


def terms_of(upstream: str, design: Path | str, folder: Path, **more: Any) -> Terms:
    """Return the terms of a guard that serves a design."""
    policy = folder / "policy.yaml"
    if not policy.exists():
        policy.write_text(POLICY, encoding="utf-8")
    own: dict[str, Any] = {
        "upstream": upstream,
        "policy": str(policy),
        "host": "127.0.0.1",
        "port": 0,
        "control_port": 0,
        "events": "none",
        "drain_seconds": 2.0,
        "experiment": str(design),
        "live": str(folder / "live.sqlite"),
        "spool": str(folder / "spool"),
        "unit_key": KEY,
        "tester_token": TESTER,
    }
    return Terms(**{**own, **more})


@contextmanager
def trying(
    upstream: str,
    folder: Path,
    *,
    prompts: dict[str, str] | None = None,
    terms: dict[str, Any] | None = None,
    looking: Looking | None = None,
    **more: Any,
) -> Iterator[Tried]:
    """Serve a design while the block runs; `more` are its fields."""
    design = written(folder, prompts, **more)
    own = terms_of(upstream, design, folder, **(terms or {}))
    with guarding(own, tools(folder), looking) as running:
        until_answering(running.url)
        yield Tried(running.url, open_design(design), folder / "live.sqlite", Path(own.policy))
