from dataclasses import replace

from statera.records.requests import Chat, Likelihood, Message
from statera.records.specs import SystemUnderTest
from statera.runner.forecast import forecast
from statera.runner.plan import Extent, make_plan
from tests.tasks_made import sums, task_of

SYSTEM = SystemUnderTest(model="m")


def test_tokens_are_told_before_the_first_request() -> None:
    plan = make_plan("s", [task_of(sums(10))], SYSTEM, Extent(epochs=2))
    found = forecast(plan)
    assert (found.trials, found.completion_tokens) == (20, 160)
    assert found.prompt_tokens == 20 * 14 / 4
    assert str(found) == "20 trials: about 70 prompt and at most 160 reply tokens, cost unknown"


def test_no_limit_is_said() -> None:
    task = task_of(sums(3))
    free = replace(task, render=lambda s: Chat(messages=(Message("user", "x"),)))
    assert "no limit on reply tokens" in str(forecast(make_plan("s", [free], SYSTEM, Extent())))


def test_log_likelihoods_write_no_tokens() -> None:
    task = task_of(sums(3))
    scored = Likelihood(context="c" * 20, continuations=(" A", " B"))
    bent = replace(task, render=lambda s: scored)
    found = forecast(make_plan("s", [bent], SYSTEM, Extent()))
    assert (found.prompt_tokens, found.completion_tokens) == (18, 0)


def test_what_is_kept_is_not_asked_again() -> None:
    plan = make_plan("s", [task_of(sums(10))], SYSTEM, Extent())
    assert str(forecast(plan, kept=4)).startswith("10 trials, 4 kept, 6 to ask: about 21 prompt")
    assert str(forecast(plan, kept=10)) == "all 10 trials are kept, nothing to ask"


def test_flags_bound_the_forecast() -> None:
    system = SystemUnderTest(model="m", system_message="x" * 40, sampling={"max_tokens": 5})
    found = forecast(make_plan("s", [task_of(sums(10))], system, Extent()))
    assert (found.prompt_tokens, found.completion_tokens) == (135, 50)


def test_a_conversation_counts_all_its_requests() -> None:
    task = replace(task_of(sums(10)), requests=4)
    found = forecast(make_plan("s", [task], SYSTEM, Extent(limits={task.name: 5})))
    assert (found.trials, found.requests, found.completion_tokens) == (5, 20, 160)
    assert str(found).startswith("5 trials in at most 20 requests: about 70 prompt")
