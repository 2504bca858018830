"""What has happened so far in this execution: plain counters that a progress line reads."""

from collections import Counter, deque
from dataclasses import dataclass, field

from statera.records.scores import Outcome
from statera.records.trials import Trial


@dataclass(kw_only=True)
class Tally:
    """Counters of one execution. `total` and `resumed` are trials of the whole run;
    `begun` and `asked` are those that this execution started and finished. `widest`
    is the most requests that one of them took. Where several runs are executed one after the
    other, `passed` and `ahead` count the trials of those before and behind this one.

    `waiting` says what must be known before the first of them is asked, or is empty.

    `cost` is in US dollars and counts priced replies only; `unpriced` says how many were not.
    """

    total: int = 0
    passed: int = 0
    ahead: int = 0
    resumed: int = 0
    begun: int = 0
    asked: int = 0
    requests: int = 0
    widest: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float = 0.0
    unpriced: int = 0
    rescored: int = 0
    waiting: str = ""
    outcomes: Counter[Outcome] = field(default_factory=Counter)

    @property
    def done(self) -> int:
        """Trials that the run has, earlier executions included."""
        return self.resumed + self.asked

    def add(self, trial: Trial, outcome: Outcome) -> None:
        """Count one trial."""
        self.asked += 1
        self.outcomes[outcome] += 1
        for exchange in trial.exchanges:
            response = exchange.response
            self.requests += response.attempts - 1 + response.requests
            self.widest = max(self.widest, response.requests)
            if response.usage is not None:
                self.prompt_tokens += response.usage.prompt_tokens or 0
                self.completion_tokens += response.usage.completion_tokens or 0
            if response.cost is None:
                self.unpriced += 1
            else:
                self.cost += response.cost


class ErrorBudget:
    """Says when too many of the recent requests failed for good.

    `share` in [0, 1]: more than this share of the last `window` trials without an answer for
    reasons of plumbing exceeds the budget; fewer than `least` trials never do.
    """

    def __init__(self, share: float, *, window: int = 100, least: int = 20) -> None:
        self.share = share
        self._least = least
        self._recent: deque[bool] = deque(maxlen=window)
        self._failed = 0

    def add(self, failed: bool) -> bool:
        """Count one trial; return True when the budget is exceeded."""
        if len(self._recent) == self._recent.maxlen:
            self._failed -= self._recent[0]
        self._recent.append(failed)
        self._failed += failed
        return len(self._recent) >= self._least and self._failed > self.share * len(self._recent)

    def describe(self) -> str:
        """Return `31 of the last 100 trials got no answer`."""
        return f"{self._failed} of the last {len(self._recent)} trials got no answer"
