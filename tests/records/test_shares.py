import msgspec
import pytest

from statera.records.shares import SHARES, Drawn, stored_shares
from statera.records.specs import RunInfo, RunSpec, SystemUnderTest

SPEC = RunSpec(suite="s", system=SystemUnderTest(model="m"), tasks=(), seed=0)


def test_shares_are_read_back() -> None:
    info = RunInfo(id="a", spec=SPEC, status="done", created=0.0, updated=0.0)
    assert stored_shares(info) == {}
    found = msgspec.structs.replace(info, environment={SHARES: {"tone": {"share": 0.1, "seed": 7}}})
    assert stored_shares(found) == {"tone": Drawn(share=0.1, seed=7)}
    wrong = msgspec.structs.replace(info, environment={SHARES: {"tone": {"share": 0}}})
    with pytest.raises(msgspec.ValidationError):
        stored_shares(wrong)
