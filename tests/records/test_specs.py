import pytest

from statera.codec.canonical import digest
from statera.records.specs import RunSpec, SystemUnderTest


def spec(model: str = "m", message: str | None = None, seed: int = 0) -> RunSpec:
    system = SystemUnderTest(model=model, system_message=message)
    return RunSpec(suite="s", system=system, tasks=(), seed=seed)


@pytest.mark.parametrize("other", [spec("n"), spec(message="Be brief."), spec(seed=1)])
def test_what_makes_another_run(other: RunSpec) -> None:
    assert digest(spec()) == digest(spec())
    assert digest(other) != digest(spec())
