import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from statera.api.scoring import remember
from statera.api.stored import Run
from statera.api.traffic import Split, diagnose_runs, moment_of, read_traffic, roles_of
from statera.diagnosis.traffic import TrafficTerms
from statera.errors import DeclarationError
from statera.protocols import Tools
from statera.runner.execution import rescore
from statera.runner.grading import Grading
from statera.scorers.contains import Contains
from statera.scorers.json_valid import JsonValid
from tests.api.traffic_stored import MARCH, kept, requests


def test_a_rise_of_refusals_is_seen_before_and_after(tmp_path: Path) -> None:
    run = kept(tmp_path, requests(1200, refused_after=0.2))
    found = diagnose_runs([run], Split(before=MARCH), TrafficTerms(margin=0.05))
    assert [one.cause for one in found.findings] == ["safety over-correction"]
    assert (found.requests, found.segments, found.cells) == ((600, 600), ("country",), 2)
    same = diagnose_runs([run], Split(by=("version", "1", "2")), TrafficTerms(margin=0.05))
    assert same.findings == found.findings
    assert found.parts[-1].stage == "parsed"


def test_two_runs_are_two_sides(tmp_path: Path) -> None:
    lines = requests(1200, refused_after=0.2)
    base = kept(tmp_path, lines[:600], task="old")
    new = kept(tmp_path, lines[600:], task="new")
    found = diagnose_runs([new, base], Split(), TrafficTerms(segments=()))
    assert [one.cause for one in found.findings] == ["safety over-correction"]
    assert found.segments == ()


def test_scores_tell_what_their_metrics_are(tmp_path: Path) -> None:
    run = kept(tmp_path, requests(40))
    added = (Contains(any=("orders",)), JsonValid())
    for scorer in added:
        work = rescore(run.store, run.info.id, "traffic", Grading((scorer,), Tools()))
        asyncio.run(work)
    info = remember(run.store, run.info, {"traffic": added})
    scored = replace(run, info=info)
    assert roles_of(scored, "traffic") == {
        "answered": "lead",
        "contains": "right",
        "json_valid": "format",
    }
    assert set(read_traffic([scored]).fates) == {"answered", "contains", "json_valid"}
    found = diagnose_runs([scored], Split(after=MARCH))
    assert [one.kind for one in found.signals][-1] == "unparsed"


@pytest.mark.parametrize(
    ("split", "told"),
    [
        (Split(), "say what the two sides are"),
        (Split(before=MARCH + 5.0, after=float(MARCH)), "--before and --after overlap"),
        (Split(by=("plan", "a", "b")), "unknown field 'plan'"),
        (Split(by=("version", "1", "3")), "unknown value of version '3'"),
        (Split(by=("version", "1", "1")), "the two sides are the same"),
        (Split(before=5.0), "no request on the side 'before'"),
    ],
)
def test_sides_that_are_none(tmp_path: Path, split: Split, told: str) -> None:
    run = kept(tmp_path, requests(30))
    with pytest.raises(DeclarationError, match=told):
        diagnose_runs([run], split)


def test_unknown_segments_and_other_runs(tmp_path: Path) -> None:
    run = kept(tmp_path, requests(30))
    with pytest.raises(DeclarationError, match=r"unknown segment 'land'. Allowed: country"):
        diagnose_runs([run], Split(before=MARCH), TrafficTerms(segments=("land",)))
    info = run.store.change_environment(run.info.id, lambda old: old | {"imported": {}})
    with pytest.raises(DeclarationError, match="is no live traffic"):
        read_traffic([Run(run.store, info)])


def test_moments() -> None:
    assert moment_of("2026-03-01", "--before") == MARCH
    assert moment_of("2026-03-01T01:00+01:00", "--before") == MARCH
    with pytest.raises(DeclarationError, match="--after March: a date as 2026-03-01"):
        moment_of("March", "--after")
