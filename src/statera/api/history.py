"""What the ledger already says of the questions that a gate asks again: in words, beside a ruling.

A limit that is chosen after the look is no limit, and data that are changed after a fail are other
data. Neither changes a verdict; a reader must know of both.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from statera.codec.canonical import canonical
from statera.codec.strict import from_json
from statera.gate.release import Release
from statera.gate.ruling import RuleRuling, Ruling, Verdict, together
from statera.store.ledger import Ledger, LookRow

_SHOWN = 3


class _Before(NamedTuple):
    """A question that was asked of a rule of the policy before, and what was ruled."""

    claim: str
    number: int
    verdict: Verdict


class History:
    """The rulings that one candidate had before, read from the ledger when they are needed."""

    def __init__(self, ledger: Ledger, candidate: str) -> None:
        self._ledger, self._candidate = ledger, candidate
        self._rulings: dict[int, Ruling] = {}

    @cached_property
    def _asked(self) -> list[tuple[int, LookRow]]:
        return self._ledger.asked(self._candidate)

    def _ruling(self, number: int) -> Ruling:
        if number not in self._rulings:
            content = self._ledger.entry(number).content
            found = from_json(content, Release, source=f"ruling {number}")
            self._rulings[number] = found.ruling
        return self._rulings[number]

    def notes(
        self, ruling: Ruling, rows: Sequence[LookRow], names: Sequence[str]
    ) -> tuple[str, ...]:
        """Return what a reader of the ruling must know of those before it.

        `rows` are its questions as the ledger keeps them; `names` are the policy's rules.
        """
        return (*self._limits(ruling, rows, names), *self._data(rows))

    def _limits(self, ruling: Ruling, rows: Sequence[LookRow], names: Sequence[str]) -> list[str]:
        """Return the rules that had another limit before, on the same data set."""
        now = _by_question(ruling.rules)
        known = {(row.base, row.asked, row.data) for row in rows}
        found: dict[tuple[int, str], dict[str, list[_Before]]] = {}
        for number, row in self._asked:
            if (row.base, row.asked, row.data) not in known:
                continue
            rules = now[row.asked]
            claims = {rule.claim for rule in rules}
            for past in _by_question(self._ruling(number).rules).get(row.asked, []):
                if past.claim not in claims:
                    of_rule = found.setdefault((rules[0].rule, past.form), {})
                    before = _Before(past.claim, number, past.verdict)
                    of_rule.setdefault(past.claim, []).append(before)
        return [
            f"{names[place]} was ruled on before with another limit: {_listed(claims.values())}"
            for (place, _), claims in sorted(found.items())
        ]

    def _data(self, rows: Sequence[LookRow]) -> list[str]:
        """Return the tasks on which the candidate was ruled before with other data."""
        now: dict[str, set[str]] = {}
        for row in rows:
            now.setdefault(_task(row), set()).add(row.data)
        found: dict[str, dict[str, int]] = {}
        for number, row in self._asked:
            task = _task(row)
            if task in now and row.data not in now[task]:
                found.setdefault(task, {}).setdefault(row.data, number)
        return [
            f"task {task} was ruled on before with other data: {self._numbered(numbers)}"
            for task, numbers in found.items()
        ]

    def _numbered(self, numbers: Mapping[str, int]) -> str:
        told = [f"ruling {number}: {self._ruling(number).verdict}" for number in numbers.values()]
        return _few(told)


def _task(row: LookRow) -> str:
    """Return the task of a question, whose text is `["task/metric", "category", "form"]`."""
    metric: str = from_json(row.asked, tuple[str, str, str], source="look")[0]
    return metric.split("/", 1)[0]


def _by_question(rules: Iterable[RuleRuling]) -> dict[str, list[RuleRuling]]:
    found: dict[str, list[RuleRuling]] = {}
    for rule in rules:
        found.setdefault(canonical(rule.asked).decode(), []).append(rule)
    return found


def _listed(claims: Iterable[Sequence[_Before]]) -> str:
    """Return each claim with the first ruling on it, and the verdict of all that it named."""
    told = []
    for of_claim in claims:
        first = of_claim[0].number
        verdict = together([one.verdict for one in of_claim if one.number == first])
        told.append(f"{of_claim[0].claim} (ruling {first}: {verdict})")
    return _few(told)


def _few(told: Sequence[str]) -> str:
    more = [f"{len(told) - _SHOWN} more"] if len(told) > _SHOWN else []
    return "; ".join([*told[:_SHOWN], *more])
