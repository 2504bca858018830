import json
from dataclasses import replace

import numpy as np
import pytest

from statera.analysis.traffic import Coded
from statera.cli.trafficdiagnosis import document, print_traffic
from statera.codec.files import to_json
from statera.diagnosis.traffic import TrafficDiagnosis, TrafficTerms, diagnose_traffic
from tests.traffic_made import Week, traffic

NAMES = ("until \x1b[2J", "from 2026-03-01 on")


def _found(after: Week, *, users: int = 1500) -> TrafficDiagnosis:
    return diagnose_traffic(*traffic(Week(), after, users=users), TrafficTerms(margin=0.05))


def test_causes_come_first_then_parts_and_signals(capsys: pytest.CaptureFixture[str]) -> None:
    print_traffic(_found(Week(willing=0.88)), NAMES)
    text = capsys.readouterr().out
    order = [
        "before until \\x1b[2J: 3,",
        "adjusted for country: 2 parts of the mix",
        "worse: something surely got worse",
        "1. safety over-correction · refused +7.",
        "right answers, at one mix",
        "  not refused",
        "the mix alone",
        "right answers, as seen",
        "signal",
        "failed",
        "same within 5",
        "right, if readable (solved)",
        "harmful or flagged (flagged)",
    ]
    places = [text.index(line) for line in order]
    assert places == sorted(places)
    assert "\x1b" not in text


def test_a_mix_and_what_is_left_out_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    made, after = traffic(Week(), Week(hard=0.6))
    codes = np.where(after & (np.arange(len(made)) % 20 == 0), 2, made.facts["country"].codes)
    facts = {**made.facts, "country": Coded(codes, ("easy", "hard", "[new]"))}
    found = diagnose_traffic(replace(made, facts=facts), after, TrafficTerms(margin=0.05))
    print_traffic(found, NAMES)
    text = capsys.readouterr().out
    assert "mix: nothing surely got worse at one mix: other requests came" in text
    assert "left out, as one side lacks it: country [new] (0 before, " in text


def test_few_users(capsys: pytest.CaptureFixture[str]) -> None:
    made, after = traffic(Week(), Week(), users=6)
    bare = replace(made, segments=(), facts={})
    print_traffic(diagnose_traffic(bare, after, TrafficTerms()), NAMES)
    text = capsys.readouterr().out
    assert "no segments: the mix is not adjusted for" in text
    assert "inconclusive" in text
    assert "too few users" in text
    assert "the mix alone" not in text


def test_the_document() -> None:
    found = json.loads(to_json(document(_found(Week(right=0.7)), NAMES)))
    assert (found["schema"], found["kind"], found["answer"]) == (1, "traffic", "worse")
    assert found["findings"][0]["cause"] == "capability regression"
    states = {one["kind"]: one["state"] for one in found["signals"]}
    assert (states["right"], states["failed"]) == ("down", "same")
    assert sum(part["points"] for part in found["parts"]) == pytest.approx(found["adjusted"])
