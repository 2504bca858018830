"""The model card, as Markdown: what was learnt, what was measured, and what was not reached."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from statera.encoders.training.calibration import Line, balanced
from statera.encoders.training.discrimination import (
    Rate,
    calibration_error,
    rate,
    recall_at,
    reliability,
)
from statera.encoders.training.examining import (
    Pairing,
    Scored,
    harmless,
    judged,
    pairings,
    zeros,
)
from statera.encoders.training.recipe import Aim, Recipe, Source
from statera.encoders.training.rows import Row
from statera.stats.results import Estimate
from statera.stats.roc import auroc


class Latency(NamedTuple):
    """Milliseconds of one text of `tokens` tokens on one thread."""

    tokens: int
    median: float
    p95: float


class Facts(NamedTuple):
    """Everything that a card tells; `test` is None while test sources are unopened.

    `left_out` counts the texts that are neither learnt nor tuned on, as they are near one of a test
    source: by their source and the test's.
    """

    recipe: Recipe
    command: str
    seed: int
    model_sha256: str
    rows: Sequence[Row]
    left_out: Mapping[tuple[str, str], int]
    lines: Sequence[Line]
    dev: Scored
    test: Scored | None
    parity: tuple[float, float, int]
    latency: Sequence[Latency]


def card(facts: Facts) -> str:
    """Return the card."""
    return "\n".join(_parts(facts)) + "\n"


def _parts(facts: Facts) -> Iterator[str]:
    yield from _head(facts)
    yield from _sources(facts)
    yield from _near(facts)
    yield from ("", "## Test sources", "")
    if facts.test is None:
        yield "Not opened (`--open-test`)."
    else:
        yield " ".join(["Examined by this command, with these weights.", *facts.recipe.history])
        yield from _told_apart(facts.test, facts.recipe)
        yield from _false_positives(facts.test, facts.recipe)
        yield from _aims(facts.test, facts.recipe)
    yield from ("", "## Development sources, looked at while tuning: flattering")
    yield from _told_apart(facts.dev, facts.recipe)
    yield from _false_positives(facts.dev, facts.recipe)
    yield from _calibration(facts)
    languages = facts.recipe.languages
    yield from _listed("Languages", [f"{name}: {told}" for name, told in languages.items()])
    yield from _speed(facts)
    yield from _listed("Limits", facts.recipe.limits)


def _head(facts: Facts) -> Iterator[str]:
    recipe = facts.recipe
    yield "# A small classifier of requests and replies"
    yield ""
    yield (
        f"Heads: {', '.join(recipe.heads)}. One encoder of {recipe.layers} layers (from "
        "all-MiniLM-L6-v2, Apache-2.0), fine-tuned; int8 weights with a scale for each output; a "
        f"text is read in windows of {recipe.window} tokens that overlap by {recipe.overlap}, and "
        "scored by its worst window."
    )
    yield ""
    yield (
        f"Made by `{facts.command}` with seed {facts.seed}: {recipe.epochs:g} epochs over "
        f"{len(facts.rows)} texts. SHA-256 of the model: `{facts.model_sha256}`."
    )


def _sources(facts: Facts) -> Iterator[str]:
    yield from ("", "## Sources and their roles", "")
    yield "| role | source | texts | ones | zeros | note |"
    yield "|---|---|---|---|---|---|"
    rows = [*facts.rows, *facts.dev.rows, *(facts.test.rows if facts.test else ())]
    notes = {source.title: source for source in facts.recipe.sources}
    for title in dict.fromkeys(row.source for row in rows):
        here = [row for row in rows if row.source == title]
        counts = (_counts(here, facts.recipe.heads, label) for label in (1, 0))
        note = _note(notes.get(title))
        yield f"| {here[0].role} | {title} | {len(here)} | {' | '.join(counts)} | {note} |"


def _near(facts: Facts) -> Iterator[str]:
    if not facts.left_out:
        return
    yield ""
    yield (
        "A text that is nearly one of a test source (half of the runs of three words that either "
        "has are in both) is neither learnt nor calibrated on:"
    )
    yield from ("", "| left out of | as it is near | texts |", "|---|---|---|")
    for (title, test), count in sorted(facts.left_out.items()):
        yield f"| {title} | {test} | {count} |"


def _counts(rows: Sequence[Row], heads: Sequence[str], label: int) -> str:
    """Return `harmful 12, toxicity 3`: how many rows have that label, by head."""
    found = {h: sum(row.labels[n] == label for row in rows) for n, h in enumerate(heads)}
    counts = set(found.values())
    if len(counts) == 1 and counts != {0}:
        return f"all heads {counts.pop()}"
    return ", ".join(f"{head} {count}" for head, count in found.items() if count)


def _note(source: Source | None) -> str:
    if source is None:
        return "a part of a training source, by hash"
    drawn = f"{source.limit} drawn; " if source.limit else ""
    return f"{drawn}{source.note}".rstrip("; ")


def _told_apart(scored: Scored, recipe: Recipe) -> Iterator[str]:
    pairs = list(pairings(scored, recipe))
    if not pairs:
        return
    yield ""
    yield f"| head | ones of | against zeros of | n | AUROC [95 %] | recall at 1 % FPR | at 5 % | at {recipe.threshold:g} |"  # noqa: E501
    yield "|---|---|---|---|---|---|---|---|"
    for pair in pairs:
        recalls = (recall_at(0.01, *pair[3:]), recall_at(0.05, *pair[3:]))
        cells = [
            pair.head,
            pair.ones,
            pair.zeros,
            f"{len(pair.high)} / {len(pair.low)}",
            _area(pair),
            *(f"{recall.share:.2f}" for recall in recalls),
            _share(rate(pair.high, recipe.threshold)),
        ]
        yield f"| {' | '.join(cells)} |"


def _auroc(pair: Pairing) -> Estimate:
    positive = np.repeat([True, False], [len(pair.high), len(pair.low)])
    return auroc(np.concatenate([pair.high, pair.low]), positive, np.arange(len(positive)))


def _area(pair: Pairing) -> str:
    found = _auroc(pair)
    if found.low is None or found.high is None:
        return f"{found.value:.3f} ({found.method})"
    return f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]"


def _false_positives(scored: Scored, recipe: Recipe) -> Iterator[str]:
    rates: dict[str, dict[str, Rate]] = {}
    for title, head, low in zeros(scored, recipe):
        rates.setdefault(title, {})[head] = rate(low, recipe.threshold)
    if not rates:
        return
    yield ""
    yield f"False positives at {recipe.threshold:g} (share [95 %] of the zeros of a source):"
    yield ""
    yield f"| source | n | {' | '.join(recipe.heads)} | any of them |"
    yield "|---" * (len(recipe.heads) + 3) + "|"
    highest = {title: rate(low, recipe.threshold) for title, low in harmless(scored).items()}
    for title, found in rates.items():
        cells = [_share(found[head]) if head in found else "–" for head in recipe.heads]
        cells.append(_share(highest[title]) if title in highest else "–")
        yield f"| {title} | {max(one.n for one in found.values())} | {' | '.join(cells)} |"


def _share(found: Rate) -> str:
    low, high = found.interval()
    return f"{found.share:.3f} [{low:.3f}, {high:.3f}]"


def _aims(scored: Scored, recipe: Recipe) -> Iterator[str]:
    if not recipe.aims:
        return
    yield from ("", "| aim | found | reached |", "|---|---|---|")
    found = list(pairings(scored, recipe))
    for aim in recipe.aims:
        yield _aim(aim, scored, recipe, found)


def _aim(aim: Aim, scored: Scored, recipe: Recipe, found: Sequence[Pairing]) -> str:
    if aim.auroc is not None:
        pair = [p for p in found if p.head == aim.head and f"{p.ones}|{p.zeros}" == _pair(aim.of)]
        if not pair:
            return f"| {aim.head}: AUROC of {aim.of} | not measured | no |"
        value = _auroc(pair[0]).value or 0.0
        reached = "yes" if value >= aim.auroc else "**no**"
        return f"| {aim.head}: AUROC of {aim.of} ≥ {aim.auroc:g} | {value:.3f} | {reached} |"
    wanted = aim.false_positives or 0.0
    low = [s for title, head, s in zeros(scored, recipe) if (title, head) == (aim.of, aim.head)]
    if not low:
        return f"| {aim.head}: false positives on {aim.of} | not measured | no |"
    share = rate(low[0], recipe.threshold).share
    reached = "yes" if share <= wanted else "**no**"
    return f"| {aim.head}: false positives on {aim.of} ≤ {wanted:.0%} | {share:.1%} | {reached} |"


def _pair(of: str) -> str:
    """Return `ones|zeros` for `ones against zeros`, or a source twice for its own name."""
    ones, mark, others = of.partition(" against ")
    return f"{ones}|{others if mark else ones}"


def _calibration(facts: Facts) -> Iterator[str]:
    recipe = facts.recipe
    yield from ("", "## Calibration", "")
    yield (
        "A slope and a shift for each head (Platt), fitted to the development sources on the path "
        "that serves: int8, one text a call. A score is the probability where "
        f"{recipe.prevalence:.0%} of texts are positive and every source counts alike among ones "
        "and among zeros; among other texts, or where more or fewer are positive, it is not. The "
        "reliability below is that on the same development sources, by tenths of the score."
    )
    yield ""
    yield "| head | slope, shift | expected calibration error | predicted → observed |"
    yield "|---|---|---|---|"
    for place, head in enumerate(recipe.heads):
        known = judged(facts.dev, place)
        if len(set(known.labels.tolist())) < 2:
            yield f"| {head} | not calibrated: no ones or no zeros | – | – |"
            continue
        scores = 1 / (1 + 2.718281828459045**-known.logits)
        bins = reliability(scores, known.labels, balanced(known, recipe.prevalence))
        shown = ", ".join(f"{one.predicted:.2f} → {one.observed:.2f}" for one in bins)
        fitted = facts.lines[place]
        yield (
            f"| {head} | {fitted.slope:.2f}, {fitted.shift:+.2f} | {calibration_error(bins):.3f} "
            f"| {shown} |"
        )


def _listed(title: str, items: Sequence[str]) -> Iterator[str]:
    """Yield a section with a list, nothing where there is nothing to list."""
    if items:
        yield from ("", f"## {title}", "", *(f"- {item}" for item in items))


def _speed(facts: Facts) -> Iterator[str]:
    mean, greatest, rows = facts.parity
    yield from ("", "## int8 and speed", "")
    yield (
        f"Scores differ from those in single precision by {mean:.3f} in the mean and by "
        f"{greatest:.3f} at most ({rows} development texts). One text, one thread, on the machine "
        "that trained it:"
    )
    yield ""
    yield "| tokens | median ms | p95 ms |"
    yield "|---|---|---|"
    yield from (f"| {one.tokens} | {one.median:.1f} | {one.p95:.1f} |" for one in facts.latency)
