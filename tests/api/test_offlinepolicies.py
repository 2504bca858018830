import json

import numpy as np
import pytest

from statera.api.offlinepolicies import offline_of_log, offline_of_units
from statera.errors import DeclarationError
from statera.experiment.policies import read_target
from statera.interop.loggedchoices import LoggedChoice, read_choices
from tests.analysis.experiments.made import codes, design, reports, units

POLICY = read_target(
    "policy: warm_on_tv\nchoose:\n  - {when: {device: tv}, arm: warm}\n  - {arm: base}\n",
    source="p.yaml",
)
TRUTH = 0.4
"""Half of all are on a tv, where warm solves .5; base solves .3 everywhere."""


def _choices(rows: int = 3000, *, targets: bool = False) -> list[LoggedChoice]:
    draw = np.random.default_rng(5)
    lines = []
    for number in range(rows):
        device = ("tv", "web")[number % 2]
        warm = draw.random() < 0.4
        solved = draw.random() < (0.5 if warm and device == "tv" else 0.3)
        line = {
            "unit": f"u{number}", "action": "warm" if warm else "base", "reward": int(solved),
            "propensity": 0.4 if warm else 0.6, "context": {"device": device, "words": number % 9},
        }  # fmt: skip
        if targets:
            line["target"] = {"warm": 1.0} if device == "tv" else {"base": 1.0}
        lines.append(json.dumps(line))
    return read_choices(lines, source="log")


def test_a_policy_and_the_lines_own_targets_say_the_same() -> None:
    by_policy = offline_of_log(_choices(), POLICY, source="log")
    by_line = offline_of_log(_choices(targets=True), None, source="log")
    assert by_policy.values == by_line.values
    found = by_policy.values["dr"]
    assert found.low is not None
    assert found.high is not None
    assert found.low < TRUTH < found.high
    assert by_policy.warnings == ()
    assert by_policy.shares == {"base": 0.5, "warm": 0.5}


def test_what_the_log_does_not_know_is_told() -> None:
    with pytest.raises(DeclarationError, match="no `target` on its lines"):
        offline_of_log(_choices(20), None, source="log")
    other = read_target("policy: p\nchoose: [{arm: warn}]", source="p.yaml")
    with pytest.raises(DeclarationError, match="Did you mean 'warm'"):
        offline_of_log(_choices(20), other, source="p.yaml")


def test_an_experiments_units_are_a_log_too() -> None:
    draw = np.random.default_rng(2)
    count = 4000
    arm = (draw.random(count) < 0.5).astype(int)
    device = draw.integers(0, 2, count)
    solved = (draw.random(count) < np.where((arm == 1) & (device == 0), 0.5, 0.3)).astype(float)
    asked = design(segments={"device": {"header": "x-device", "values": ["tv", "web"]}})
    found = units(arm, {"solved": reports(solved, np.ones(count))})
    found = found._replace(segments={"device": codes(device, ("tv", "web"))})
    view = offline_of_units(asked, found, POLICY, now=1e12, source="p.yaml")
    dr = view.values["dr"]
    assert dr.low is not None
    assert dr.high is not None
    assert dr.low < TRUTH < dr.high
    silent = found._replace(outcomes={"solved": reports(np.zeros(count), np.zeros(count))})
    with pytest.raises(DeclarationError, match="no closed unit"):
        offline_of_units(asked, silent, POLICY, now=1e12, source="p.yaml")
    with pytest.raises(DeclarationError, match="no closed unit"):
        offline_of_units(asked, found, POLICY, now=float(found.first[0]), source="p.yaml")
