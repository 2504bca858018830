from statera.records.requests import Chat, Message
from statera.records.responses import Response, Usage
from statera.records.trials import Exchange, Trial
from statera.runner.tally import ErrorBudget, Tally


def trial(response: Response) -> Trial:
    request = Chat(messages=(Message("user", "?"),))
    return Trial(
        task="t",
        sample_id="s",
        epoch=0,
        key="k",
        exchanges=(Exchange(request, response),),
        started=0.0,
    )


def test_counts_tokens_requests_and_cost() -> None:
    tally = Tally(total=3, resumed=1)
    usage = Usage(prompt_tokens=10, completion_tokens=2)
    tally.add(trial(Response(text="a", usage=usage, attempts=3, cost=0.5)), "right")
    tally.add(trial(Response(text="a")), "wrong")
    assert (tally.done, tally.requests, tally.prompt_tokens, tally.completion_tokens) == (
        3,
        4,
        10,
        2,
    )
    assert (tally.cost, tally.unpriced) == (0.5, 1)
    assert tally.outcomes == {"right": 1, "wrong": 1}


def test_the_budget_needs_some_trials_and_forgets_old_ones() -> None:
    budget = ErrorBudget(0.5, window=40, least=20)
    assert not any(budget.add(True) for _ in range(19))
    assert budget.add(True)
    later = [budget.add(False) for _ in range(40)]
    assert not later[-1]
    assert "0 of the last 40" in budget.describe()
