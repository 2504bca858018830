from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from statera.gate.judging import judge
from statera.gate.ruling import Ruling
from statera.gate.withholding import chose, lacking, withheld
from statera.records.scores import Outcome
from statera.records.specs import EARLY, RunInfo, RunSpec, RunStatus, SystemUnderTest
from tests.analysis.made import frame
from tests.gate.made import items, paired, rules

R: tuple[Outcome, ...] = ("right",)
IMPORTED = {"imported": {"tool": "csv"}}


def run(
    status: RunStatus = "done", environment: Mapping[str, Any] | None = None, chosen: str = ""
) -> RunInfo:
    spec = RunSpec(suite="s", system=SystemUnderTest(model="m"), tasks=(), seed=0, chosen=chosen)
    return RunInfo(
        id="0123456789",
        spec=spec,
        status=status,
        created=0.0,
        updated=0.0,
        environment=dict(environment or {}),
    )


def ruling(candidate: int = 300, base: int = 500) -> Ruling:
    """Return a ruling in which both rules pass, on fewer items than the base has."""
    evidence = paired(frame(items({"a": [(candidate, R)]})), frame(items({"a": [(base, R)]})))
    stated = {"metric": "t/accuracy", "min": 0.5}
    found = judge(
        rules({"metric": "t/accuracy", "than": "baseline", "margin": 0.02}, stated), evidence
    )
    assert [rule.verdict for rule in found.rules] == ["pass", "pass"]
    return found


@pytest.mark.parametrize(
    "candidate", [run(environment=IMPORTED), run("interrupted"), run("stopped"), run("running")]
)
def test_items_that_went_missing_pass_nothing_unless_allowed(candidate: RunInfo) -> None:
    found = withheld(ruling(), [run(), candidate], [run()])
    assert [rule.verdict for rule in found.rules] == ["inconclusive", "inconclusive"]
    assert [rule.reason for rule in found.rules] == [
        "the candidate lacks 200 items that the baseline has (--allow decides)",
        "the candidate lacks 200 items that another run has (--allow decides)",
    ]
    assert found.verdict == "inconclusive"
    allowed = withheld(ruling(), [candidate], allow=True)
    assert allowed.verdict == "pass"
    (note,) = allowed.notes
    assert note.endswith("has; nothing says why")


def test_items_that_its_own_plan_left_out_are_no_reason() -> None:
    found = withheld(ruling(), [run()], [run(environment=IMPORTED)])
    assert found.verdict == "pass"
    (note,) = found.notes
    assert note.endswith("has; its own plan did not ask them")
    assert withheld(ruling(), [run(environment={EARLY: {}})]) == ruling()
    assert withheld(ruling(500), [run(environment=IMPORTED)]) == ruling(500)


def test_samples_picked_by_hand_on_either_side_pass_nothing() -> None:
    for sides in (([run(chosen="x")], [run()]), ([run()], [run(chosen="x")])):
        found = withheld(ruling(500), *sides)
        assert {rule.verdict for rule in found.rules} == {"inconclusive"}
        assert found.notes == ("samples of run 01234567 were picked by hand",)
        assert withheld(ruling(500), *sides, allow=True).verdict == "pass"


def test_what_fails_stays_failed() -> None:
    found = ruling()
    failed = tuple(msgspec.structs.replace(rule, verdict="fail") for rule in found.rules)
    failed_ruling = msgspec.structs.replace(found, rules=failed, verdict="fail")
    assert withheld(failed_ruling, [run("stopped")]).verdict == "fail"


def test_what_is_lacking_is_said_in_words() -> None:
    one = ruling(499).rules[0]
    assert lacking(one) == "the candidate lacks 1 item that the baseline has"
    assert lacking(ruling(500).rules[0]) == ""
    assert chose(run())
    assert not chose(run(environment=IMPORTED))
