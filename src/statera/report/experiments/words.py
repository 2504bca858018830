"""What is said of an experiment in sentences, the same in the terminal and on the page."""

from collections.abc import Iterator, Mapping, Sequence

from statera.analysis.experiments.result import Bayes, Contrast, Ratio, Result
from statera.experiment.durations import dated, seconds, told
from statera.report.experiments import amounts
from statera.report.experiments.content import Shown
from statera.report.numbers import plural
from statera.report.plaintext import name

ANALYSES = {
    "confidence-sequence": "a confidence sequence: the interval holds however often one looks",
    "group-sequential": "planned looks only: between them the last look's numbers stand",
}
_ASIDE = {
    "crossed": "units shown more than one arm",
    "overridden": "exposures of testers (overrides)",
    "stopped": "exposures after a stop",
    "excluded": "requests that took no part",
    "unknown": "reports for no known answer",
    "out_of_time": "reports of units that are not counted",
    "out_of_bounds": "reports outside the outcome's bounds",
    "designs": "exposures by the design that was served",
}
_HAPPENED = {
    "started": "started",
    "edited": "design edited",
    "stopped": "stopped: traffic goes to the base",
    "resumed": "resumed",
    "ended": "ended",
    "blind": "blind: traffic goes to the base",
    "sighted": "sighted: it goes on",
}


def ratio_line(ratio: Ratio) -> str:
    """Return whether the arms have the shares that they were to have, with the counts."""
    state = "FAILED" if ratio.failed else "holds"
    p = amounts.probability(ratio.p)
    return (
        f"sample ratio {state} · {seen_line(ratio)} · p {p}{_over(ratio)}, valid at every look "
        f"(fails below {ratio.alpha:g})"
    )


def _over(ratio: Ratio) -> str:
    return f", over all and in {plural(len(ratio.by), 'part')}" if ratio.by else ""


def seen_line(ratio: Ratio) -> str:
    """Return `base 5,012 (expected 5,000.0), warm 4,988 (…)`."""
    return ", ".join(
        f"{name(arm)} {seen:,} (expected {_count(ratio.expected.get(arm))})"
        for arm, seen in ratio.seen.items()
    )


def _count(expected: float | None) -> str:
    return "none" if expected is None else f"{expected:,.0f}"


def ratio_causes(ratio: Ratio) -> list[str]:
    """Return what fits a failing ratio, and in which part it is worst."""
    found = [name(cause) for cause in ratio.causes]
    worst = sorted((p, part) for part, p in ratio.by.items() if p < ratio.alpha)
    if worst:
        parts = ", ".join(f"{name(part)} (p {amounts.probability(p)})" for p, part in worst[:5])
        found.append(f"it shows most in: {parts}")
    return found


def reasons(result: Result) -> list[str]:
    """Return why the verdict is what it is, without the causes that stand with the sample ratio."""
    return [name(reason) for reason in result.reasons if reason not in result.ratio.causes]


def size_line(result: Result) -> str:
    """Return how many units there are, how they are analysed, and what is next."""
    of = f" of {result.planned:,} planned" if result.planned else ""
    said = [
        f"{result.closed:,}{of} units closed, {result.exposed:,} exposed",
        f"{result.analysis}, alpha {result.alpha:g}",
    ]
    if result.next_look is not None:
        said.append(f"next look at {plural(result.next_look, 'unit')}")
    return " · ".join(said)


def registration(shown: Shown) -> str:
    """Return when which design was registered, and whether it was edited since."""
    edits = plural(len(shown.edits), "edit") if shown.edits else "not edited"
    return f"pre-registered {dated(shown.registered)} · design {shown.digest} · {edits} since"


def setting(shown: Shown) -> str:
    """Return what is randomised, by which shares, and how long each unit is watched."""
    design = shown.design
    arms = ", ".join(f"{name(arm.name)} {amounts.share(arm.weight)}" for arm in design.arms)
    window = told(seconds(design.window, place="window"))
    mode = "" if design.mode == "ab" else f"{design.mode} · "
    return f"{mode}by {design.units.kind} · {arms} · window {window} after the first exposure"


def happened(kind: str, detail: str) -> str:
    """Return one event as a line."""
    word = _HAPPENED.get(kind, name(kind))
    return f"{word}: {name(detail)}" if detail else word


def aside(counted: Mapping[str, Mapping[str, int]]) -> list[str]:
    """Return a line for each thing that was counted and not mixed in; what never happened, none."""
    found = []
    for what, counts in counted.items():
        lines = [f"{name(by)} {count:,}" for by, count in counts.items() if count]
        if what == "designs" and len(lines) < 2:
            continue
        if lines and what in _ASIDE:
            found.append(f"{_ASIDE[what]}: {', '.join(lines)}")
    return [*found, *_faults(counted)]


def _faults(counted: Mapping[str, Mapping[str, int]]) -> list[str]:
    faults, exposures = counted.get("faults", {}), counted.get("exposures", {})
    known = [(name(arm), faults.get(arm, 0), count) for arm, count in exposures.items() if count]
    lines = [f"{arm} {n:,} of {count:,} ({amounts.share(n / count)})" for arm, n, count in known]
    return [f"answers that failed: {', '.join(lines)}"] if any(faults.values()) else []


def responses(result: Result) -> list[str]:
    """Return, by outcome, the share of closed units that reported in each arm."""
    return [
        f"{name(outcome)}: {', '.join(f'{name(a)} {amounts.share(s)}' for a, s in shares.items())}"
        for outcome, shares in result.responses.items()
        if shares
    ]


def methods(result: Result) -> list[str]:
    """Return how the bounds were made, a line for each part with its source."""
    parts: list[tuple[str, Sequence[Contrast]]] = [
        ("primary", result.primary),
        *((f"guardrail {name(one.outcome)}", (one,)) for one in result.guardrails),
        ("segments", [part.contrast for part in result.segments]),
        ("cohorts", [part.contrast for part in result.novelty]),
        ("late reports", result.late),
        ("within users", result.within),
    ]
    by_method: dict[str, list[str]] = {}
    for what, contrasts in parts:
        for method in dict.fromkeys(_method(contrast) for contrast in contrasts):
            if method and what not in by_method.setdefault(method, []):
                by_method[method].append(what)
    lines = [f"{', '.join(whats)}: {method}" for method, whats in by_method.items()]
    if result.ratio.method:
        lines.append(_sourced(f"sample ratio: {result.ratio.method}", result.ratio.source))
    return lines


def _method(contrast: Contrast) -> str:
    return _sourced(contrast.method, contrast.source) if contrast.method else ""


def _sourced(what: str, source: str) -> str:
    return name(f"{what} ({source})" if source else what)


def bayes_lines(views: Sequence[Bayes], places: int) -> Iterator[str]:
    """Yield the Bayesian view of each arm."""
    for view in views:
        span = amounts.span(view.low, view.high, places)
        yield (
            f"{name(view.arm)}: better than the base with probability {_sure(view.better)}; "
            f"difference {amounts.change(view.mean, places)} (95 %: {span}); expected loss of "
            f"choosing it {view.loss:.2g}; prior sd {view.prior:g}"
        )


def _sure(probability: float) -> str:
    """Return a probability with four decimals, and none that is rounded to certainty."""
    if probability > 0.9999:
        return "above 0.9999"
    return "below 0.0001" if probability < 0.0001 else f"{probability:.4f}"


def homogeneity(result: Result) -> list[str]:
    """Return, for each arm and segment, whether its values differ."""
    return [
        f"{name(which)}: the same difference in all values? p {amounts.probability(p)}"
        for which, p in result.homogeneity.items()
    ]
