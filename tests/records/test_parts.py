from statera.records.parts import PARTS, Part, stored_parts
from statera.records.specs import RunInfo, RunSpec, SystemUnderTest


def info(**environment: object) -> RunInfo:
    spec = RunSpec(suite="s", system=SystemUnderTest(model="m"), tasks=(), seed=0)
    return RunInfo(
        id="a" * 32, spec=spec, status="done", created=0.0, updated=0.0, environment=environment
    )


def test_a_run_without_a_second_judge_has_no_part() -> None:
    assert stored_parts(info()) == {}


def test_a_part_is_read_as_it_was_kept() -> None:
    kept = {"of": "cheap", "share": 0.2, "items": {"open": 400}}
    assert stored_parts(info(**{PARTS: {"dear": kept}})) == {
        "dear": Part(of="cheap", share=0.2, items={"open": 400})
    }
