"""What an analysis found, beside what is true.

told = shown(world, played)                      # `statera experiment show NAME --json`
for found in findings(world, played, counted(world, played), told): ...
"""

import json
import subprocess
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from benchmarks.population.people import truth
from benchmarks.population.playing import Counted, Played
from benchmarks.population.scenes import Scene
from benchmarks.population.world import World
from benchmarks.process import STATERA
from statera.analysis.experiments.guardrails import breaches
from statera.api.livereading import live_units
from statera.models.clock import SystemClock
from statera.store.live.opening import open_live

_SECOND = 0.01


class Finding(NamedTuple):
    """One thing: what is true, what was found, and whether that is right."""

    what: str
    true: str
    found: str
    right: bool


class Told(NamedTuple):
    """The JSON of `experiment show`, and its exit code."""

    shown: dict[str, Any]
    code: int

    @property
    def result(self) -> dict[str, Any]:
        """The analysis."""
        result: dict[str, Any] = self.shown["result"]
        return result


class Stop(NamedTuple):
    """A canary's end, seconds since 1970: when the closed units first said enough, when `stopped`
    was written, when the last candidate's answer was asked for; how many were asked for after the
    stop, and how many base answers followed for people of the candidate.
    """

    evidence: float
    stopped: float
    last: float
    after: int
    turned: int


def shown(world: World, played: Played) -> Told:
    """Wait until all windows have closed, and ask as anybody would."""
    scene = played.scene
    last = max(one.at for one in played.diary.seen)
    time.sleep(max(0.0, last + scene.window + 0.5 - SystemClock().now()))
    command = [STATERA, "experiment", "show", scene.name, "--json", "--live", world.place]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not done.stdout:
        raise RuntimeError(f"{' '.join(command[1:5])}: {done.stderr}")
    return Told(json.loads(done.stdout), done.returncode)


def findings(world: World, played: Played, count: Counted, told: Told) -> list[Finding]:
    """Return what was found in a scene."""
    own = {
        "killed": _killed,
        "lost": _lost,
        "breach": _breach,
        "alike": _alike,
        "servile": _servile,
    }
    asked = own.get(played.scene.name, _effect)
    return [*_sent(world, played, count, told), *asked(world, played, told)]


def _sent(world: World, played: Played, count: Counted, told: Told) -> list[Finding]:
    diary, nobodys = played.diary, sum(world.nobodys)
    unknown = told.result["aside"].get("unknown", {}).get("complaint", 0)
    odd = f"{diary.twice:,} again, {diary.late:,} late, {diary.forged:,} forged"
    sent = f"{count.sent:,} requests, {count.said:,} reports ({odd})"
    kept = f"{count.exposed:,} exposures, {count.answered:,} answers, {count.kept:,} reports"
    wrong = f"; {len(diary.wrong)} went wrong: {diary.wrong[0]}" if diary.wrong else ""
    return [
        Finding("facts, each once", sent, kept + wrong, count.exact and not diary.wrong),
        Finding("on no known decision, so far", f"{nobodys:,} reports", f"{unknown:,}",
                unknown == nobodys),
    ]  # fmt: skip


def _effect(world: World, played: Played, told: Told) -> list[Finding]:
    del world
    primary, difference = told.result["primary"][0], _difference(played.scene)
    low, high = primary["low"], primary["high"]
    covers = low is not None and low <= difference <= high
    standings = {one["outcome"]: one["standing"] for one in told.result["guardrails"]}
    return [
        _verdict(told, "pass", 0),
        Finding(f"difference in {played.scene.primary}", f"{difference:+.3f}", _numbers(primary),
                covers and low > 0),
        Finding("guardrails", "not worse", _joined(standings),
                set(standings.values()) == {"not_worse"}),
    ]  # fmt: skip


def _killed(world: World, played: Played, told: Told) -> list[Finding]:
    gone, back = world.away
    served = sum(gone < one.asked and one.at < back for one in played.diary.seen)
    answers = f"{served:,} in {back - gone:.1f} s"
    return [
        Finding("answers while the database was dead", "as ever", answers, served > 0),
        *_effect(world, played, told),
    ]


def _alike(world: World, played: Played, told: Told) -> list[Finding]:
    del world
    primary, ratio = told.result["primary"][0], told.result["ratio"]
    standings = {one["outcome"]: one["standing"] for one in told.result["guardrails"]}
    alarms = {"breached", "worse"} & set(standings.values())
    covers = primary["low"] is not None and primary["low"] <= 0 <= primary["high"]
    return [
        Finding("verdict", "no pass", told.shown["verdict"], told.shown["verdict"] != "pass"),
        Finding(f"difference in {played.scene.primary}", "+0.000", _numbers(primary), covers),
        Finding("guardrails", "no alarm", _joined(standings), not alarms),
        Finding("sample ratio", "as designed", f"p {ratio['p']:.2g}", not ratio["failed"]),
    ]


def _lost(world: World, played: Played, told: Told) -> list[Finding]:
    del world
    ratio, standing = told.result["ratio"], told.result["primary"][0]["standing"]
    named = [line for line in ratio["causes"] if "device=tv" in line]
    vanished = f"{played.vanished:,} of warm on tv vanished"
    return [
        _verdict(told, "inconclusive", 3),
        Finding("sample ratio", vanished, f"p {ratio['p']:.2g}, {standing}",
                ratio["failed"] and standing == "void"),
        Finding("causes name it", "device=tv", "; ".join(named) or "; ".join(ratio["causes"]),
                bool(named)),
    ]  # fmt: skip


def _servile(world: World, played: Played, told: Told) -> list[Finding]:
    del world
    lines = [line for line in told.result["warnings"] if line.startswith("servility")]
    primary, difference = told.result["primary"][0], _difference(played.scene)
    return [
        Finding("difference in thumb", f"{difference:+.3f}", _numbers(primary),
                primary["low"] is not None and primary["low"] <= difference <= primary["high"]),
        Finding(f"warning (verdict {told.shown['verdict']})", "servility", "; ".join(lines)
                or "none", len(lines) == 1),
    ]  # fmt: skip


def _breach(world: World, played: Played, told: Told) -> list[Finding]:
    end = stop(world, played)
    [guardrail] = told.result["guardrails"]
    stops = [one["kind"] for one in told.shown["occurrences"]].count("stopped")
    state = told.shown["state"]
    seconds = (
        f"stop {end.stopped - end.evidence:.1f} s, last candidate {end.last - end.evidence:.1f} s"
    )
    return [
        _verdict(told, "fail", 1),
        Finding("guardrail", "breached", f"{guardrail['standing']}, {_numbers(guardrail)}",
                guardrail["standing"] == "breached"),
        Finding("occurrence, state", "stopped", f"{stops} stopped; {state}",
                stops == 1 and state == "stopped"),
        Finding("after the evidence", "seconds", seconds, end.last - end.evidence < 10),
        Finding("candidate's answers after the stop", "for 2 s at most",
                f"{end.after:,}, within {max(0.0, end.last - end.stopped):.1f} s",
                end.last - end.stopped < 5),
        Finding("then for people of the candidate", "the base alone",
                f"{end.turned:,} base answers", end.turned > 0),
    ]  # fmt: skip


def stop(world: World, played: Played) -> Stop:
    """Return how a canary ended."""
    stopped = world.stopped_at(played.scene.name)
    assert stopped is not None
    warm = [one.asked for one in played.diary.seen if one.arm == "warm"]
    last = max(warm)
    turned = [one for one in played.diary.seen if one.own == "warm" and one.asked > last]
    return Stop(
        _evidence(world, played.scene), stopped, last, sum(at > stopped for at in warm), len(turned)
    )


def _evidence(world: World, scene: Scene) -> float:
    """Return the first time at which the closed units say that a guardrail is breached."""
    design = world.experiments[scene.name].opened.design
    store = open_live(world.place)
    try:
        units, _ = live_units(store, design)
    finally:
        store.close()
    early, late = float(units.first[0]), float(units.first[-1]) + scene.window + 1
    return _first(lambda now: bool(breaches(design, units, now=now)), early, late)


def _first(true: Callable[[float], bool], early: float, late: float) -> float:
    """Return the first time in between at which something is so, and stays so."""
    while late - early > _SECOND:
        middle = (early + late) / 2
        early, late = (early, middle) if true(middle) else (middle, late)
    return late


def _difference(scene: Scene) -> float:
    return truth(scene.primary, scene.warm) - truth(scene.primary, scene.base)


def _verdict(told: Told, verdict: str, code: int) -> Finding:
    found = f"{told.shown['verdict']}, exit {told.code}"
    right = told.shown["verdict"] == verdict and told.code == code
    return Finding("verdict", f"{verdict}, exit {code}", found, right)


def _numbers(contrast: dict[str, Any]) -> str:
    ends = [contrast["low"], contrast["high"]]
    told = ", ".join("none" if end is None else f"{end:+.3f}" for end in ends)
    return f"{contrast['value']:+.3f} [{told}]"


def _joined(standings: dict[str, str]) -> str:
    return ", ".join(f"{name} {standing}" for name, standing in standings.items())
