"""A ruling as workflow commands of GitHub Actions: lines that become notes beside the change.

Escaping is that of the runner's own toolkit; GitHub shows ten errors and ten warnings a step, so
that the rest is counted.
"""

from collections.abc import Iterator

from statera.gate.ruling import RuleRuling, Ruling, Verdict, dismissal_words
from statera.report.plaintext import name

SHOWN = 9
_LEVELS: dict[Verdict, str] = {"fail": "error", "inconclusive": "warning"}


def annotations(ruling: Ruling) -> Iterator[str]:
    """Yield one line for the gate, then one for each rule that does not pass."""
    title = f"{name(ruling.gate)}: {ruling.final}"
    counts = ", ".join(
        f"{len(ruling.having(verdict))} {verdict}" for verdict in ("pass", "fail", "inconclusive")
    )
    if ruling.override is not None:
        said = ruling.override
        told = f"overridden by {said.by} ({said.why}); the gate itself says {ruling.verdict}"
        yield _line("warning", title, told)
    if ruling.overruled:
        yield _line("warning", title, dismissal_words(*ruling.dismissals[0]))
    for mark in ruling.marked:
        yield _line("warning", title, mark)
    yield _line(_LEVELS.get(ruling.final, "notice"), title, counts)
    for verdict, level in _LEVELS.items():
        rules = ruling.having(verdict)
        yield from (_rule(level, rule) for rule in rules[: SHOWN - 1])
        if len(rules) >= SHOWN:
            yield _line(level, title, f"{len(rules) - SHOWN + 1} more rules are {verdict}")


def _rule(level: str, rule: RuleRuling) -> str:
    need = "" if rule.need is None else f"; needs {rule.need}"
    judged = f" ({rule.by})" if rule.by else ""
    return _line(level, f"{name(rule.name)} {rule.claim}", f"{rule.reason}{need}{judged}")


def _line(level: str, title: str, message: str) -> str:
    return f"::{level} title={_property(title)}::{_escaped(name(message))}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
