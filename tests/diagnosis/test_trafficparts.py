from dataclasses import replace

import numpy as np
import pytest

from statera.diagnosis.trafficparts import FEW, parts_of, standing
from tests.traffic_made import CODE, Week, traffic


def test_parts_add_up_exactly_and_cover_their_truth() -> None:
    hits = 0
    for seed in range(40):
        made, after = traffic(Week(), Week(willing=0.85), users=300, seed=seed)
        parts, change = parts_of(made, after, made.facts["country"].codes)
        assert change is not None
        assert sum(part.points for part in parts) == pytest.approx(change.adjusted, abs=1e-12)
        assert [part.stage for part in parts] == ["complete", "not refused", "parsed", "right"]
        refused = parts[1]
        hits += (refused.low or 0.0) < -0.066 < (refused.high or 0.0)
    assert hits >= 33


def test_where_a_request_stands() -> None:
    made, _ = traffic(Week(), Week(), users=20)
    n = len(made)
    lead = np.resize(
        [
            CODE[one]
            for one in ("right", "right", "truncated", "refused", "unparsed", "infra_error", "")
        ],
        n,
    ).astype(np.int8)
    solved = np.where(np.arange(n) % 7 == 0, CODE["right"], CODE["wrong"]).astype(np.int8)
    made = replace(made, fates={"answered": lead, "solved": solved})
    stand = standing(made)
    assert [one[:7].astype(int).tolist() for one in stand.reached] == [
        [1, 1, 1, 1, 1, 0, 0],
        [1, 1, 0, 1, 1, 0, 0],
        [1, 1, 0, 0, 1, 0, 0],
        [1, 1, 0, 0, 0, 0, 0],
    ]
    assert stand.passed[3][:7].astype(int).tolist() == [1, 0, 0, 0, 0, 0, 0]
    assert stand.known[:7].astype(int).tolist() == [1, 1, 1, 1, 1, 1, 0]


def test_a_score_of_form_is_the_parsed_stage() -> None:
    made, after = traffic(Week(), Week(), users=200)
    shape = np.where(after & (np.arange(len(made)) % 5 == 0), CODE["wrong"], CODE["right"])
    fates = {"answered": made.fates["answered"], "json_valid": shape.astype(np.int8)}
    made = replace(made, fates=fates, roles={"answered": "lead", "json_valid": "format"})
    parts, _ = parts_of(made, after, made.facts["country"].codes)
    assert [part.metric for part in parts] == ["truncated", "refused", "json_valid"]
    assert parts[2].points < -0.1


def test_rare_losses_have_no_interval() -> None:
    made, after = traffic(Week(complete=0.999), Week(complete=0.999), users=200)
    parts, _ = parts_of(made, after, made.facts["country"].codes)
    assert (parts[0].low, parts[0].method) == (None, FEW)


def test_no_request_with_a_score() -> None:
    made, after = traffic(Week(), Week(), users=20)
    none = {name: np.zeros(len(made), np.int8) for name in made.fates}
    assert parts_of(replace(made, fates=none), after, made.facts["country"].codes) == ((), None)
