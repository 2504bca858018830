from statera.protocols import Tools
from statera.records.specs import SystemUnderTest
from statera.runner.environment import environment, renewed
from statera.runner.plan import Extent, make_plan
from tests.tasks_made import sums, task_of

PLAN = make_plan("s", [task_of(sums(3))], SystemUnderTest(model="m"), Extent())


def test_a_run_is_stored_with_its_scorers_and_metrics() -> None:
    found = environment(PLAN, Tools())
    assert found["scorers"] == {"sums": [{"type": "exact", "metric": "accuracy"}]}
    assert [m["type"] for m in found["metrics"]["sums"]] == ["accuracy", "given_answer"]
    assert found["sandbox"] is None


def test_what_was_added_later_stays_when_the_run_is_resumed() -> None:
    new = environment(PLAN, Tools())
    added = {"type": "contains", "any": ["2"]}
    stale = {"type": "exact", "metric": "accuracy", "ignore_case": True}
    old = new | {"scorers": {"sums": [stale, added]}}
    assert renewed(old, new)["scorers"]["sums"] == [*new["scorers"]["sums"], added]


def test_a_scorer_replaced_under_its_name_does_not_come_back() -> None:
    new = environment(PLAN, Tools())
    old = new | {"scorers": {"sums": [{"type": "contains", "any": ["2"], "metric": "accuracy"}]}}
    assert renewed(old, new)["scorers"] == new["scorers"]
