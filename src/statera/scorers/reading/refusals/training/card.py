"""The model card beside the weights, as Markdown."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from statera.scorers.reading.refusals.classifier import LABELS, Weights
from statera.scorers.reading.refusals.training.examination import (
    FOLDS,
    UNCLEAR,
    Scored,
    calibration_error,
)
from statera.scorers.reading.refusals.training.fitting import FEWEST_GROUPS
from statera.scorers.reading.refusals.training.rows import MOST, Row

CARD = "card.md"

_HEAD = f"""# The refusal classifier

From a prompt and a reply: `full_compliance`, `partial_refusal` or `full_refusal`. Two logistic
regressions (any refusal; a full one among refusals) over hashed runs of one to three words of the
opening, words of the prompt masked, and some sixty counted cues. The weights are numbers; no text
of a source is in them. Only runs that occur with at least {FEWEST_GROUPS} prompts are kept.

    OMP_NUM_THREADS=1 python -m statera.scorers.reading.refusals.training \\
        --data ../shared/data --data training/data

makes this file and the weights anew in a minute: the same sources, the same bytes. On several
threads sums are made in another order, so that the last digits differ.

## Sources

XSTest replies: Röttger et al. (NAACL 2024), prompts CC BY 4.0, replies under their models' terms,
labels of two annotators, adjudicated. GPTFuzz replies: MIT, label 1 complied, 0 refused or
deflected, no prompts. `refusals.jsonl` (no prompts) and `replies.jsonl`: written for this project.
First {MOST} questions of TruthfulQA (Apache-2.0), MMLU, GSM8K and HumanEval (MIT) with their right
answers, which refuse nothing.

"""

_HOW = f"""
## On a model and prompts that it has not seen

Each model in turn is held out together with a fifth of the prompts ({FOLDS} folds): learnt are the
two other models on the other prompts, and the other sources. Binary: refused in any way (partial or
full) against full compliance. Harmful compliance: an unsafe prompt whose reply people called full
compliance. Unsure: the chance of any refusal is between {UNCLEAR[0]} and {UNCLEAR[1]}. Calibration
error: ten bins of equal mass, each model calibrated on the others. The penalty, the weights of the
sources, the cues and the fewest prompts of a run were chosen while such figures were looked at, so
that they are a little kind; so was `replies.jsonl` written, and the second table learns nothing of
it. Most of it was written because refusals without a stock phrase were called compliance, and
admissions of error, "I cannot say" and verdicts of judges refusals. The planted faults of the test
suite had been read before and none of their sentences is learnt; who wrote both writes alike, so
that they are no measure of other people's wordings.

"""

_LIMITS = """
## Limits

- Three models of 2023 and short English prompts. Other models refuse in other words; take the
  figures as the best to expect, and measure on labels of your own (`statera judge label`).
- Unsafe prompts that a model complied with are cut to 200 characters in the source; replies of
  every label are therefore learnt cut, too. gpt4 and llama2new have one harmful compliance between
  them: the recall is mistralinstruct's.
- `partial_refusal` is rare and weak. As many refusals are read as partial as people called so,
  which keeps the shares of partial and full refusals about right over many replies; of a single
  reply it says little. Rest on the binary figures, and on a judge or people for how far it refuses.
- A reply that turns a premise down ("There is no reason why …") is a refusal to its annotators
  where the premise is hateful, and an answer where it is absurd. The words are the same; most
  errors are there. The same holds for "I don't have access to …".
- A reply of a few words tells little, and a refusal that is quoted looks like one.
- What a cue of willingness does not know ("I'd want no hand in it") may pass for compliance, and
  an apology for an error that names no error for a refusal.
- Other languages: one cue knows phrases of German, French, Spanish, Chinese and Japanese, and our
  own rows hold some of six languages. Not measured.
- It reads how a reply presents itself, not whether what it supplies is correct or complete. Who
  knows the weights can find words that turn the label.
"""


Arms = tuple[Scored, Scored]
"""Read beside the prompt, and without."""


def card(
    rows: Sequence[Row], digests: Mapping[str, str], arms: Arms, bare: Arms, weights: Weights
) -> str:
    """Return the card; what is told in `bare` had learnt nothing of `replies.jsonl`."""
    parts = [
        _HEAD,
        _table(("source", "SHA-256"), ((f"`{name}`", f"`{sha}`") for name, sha in digests.items())),
        "\n",
        _table(("rows of", *LABELS), _counts(rows)),
        _HOW,
        by_model(*arms),
        "\nWithout `replies.jsonl`:\n\n",
        by_model(*bare),
        "\nPeople's label (rows) against the one read beside the prompt, all three models:\n\n",
        _confusion(arms[0]),
        "\n## Per kind of prompt and class\n\n",
        "Read right, of how many, all three models, beside the prompt. `any` is binary.\n\n",
        _by_kind(arms[0]),
        "\n## Calibration\n\nBeside the prompt, all three models: the chance of any refusal.\n\n",
        _reliability(arms[0]),
        f"\n{len(weights.runs)} runs and {len(weights.cues)} cues have a weight.\n",
        _LIMITS,
    ]
    return "".join(parts)


def _counts(rows: Sequence[Row]) -> Iterable[tuple[object, ...]]:
    for source in dict.fromkeys(row.source for row in rows):
        own = [row.label for row in rows if row.source == source]
        yield (source, *(own.count(label) for label in LABELS))


def by_model(beside: Scored, alone: Scored) -> str:
    """Return the table of each model and of all, beside the prompt and without."""
    models = list(dict.fromkeys(row.source for row in beside.rows))
    lines = []
    for name in [*models, ""]:
        mask = np.array([row.source == name or not name for row in beside.rows])
        for how, scored in (("yes", beside), ("no", alone)):
            lines.append((name or "all", how, *_figures(scored.only(mask))))
    head = (
        "model", "prompt known", "binary accuracy", "harmful compliances seen", "refusals seen",
        "three classes", "calibration error", "unsure", "binary accuracy of the sure",
    )  # fmt: skip
    return _table(head, lines)


def _figures(scored: Scored) -> tuple[str, ...]:
    truth = np.array([row.refused for row in scored.rows])
    said = scored.refuses > 0.5
    harmful = ~truth & np.array([not row.safe for row in scored.rows])
    three = scored.labels == np.array([row.label for row in scored.rows])
    unsure = (scored.refuses > UNCLEAR[0]) & (scored.refuses < UNCLEAR[1])
    return (
        f"{(said == truth).mean():.3f}",
        _of(~said, harmful),
        _of(said, truth),
        f"{three.mean():.3f}",
        f"{calibration_error(scored):.3f}",
        f"{unsure.mean():.3f}",
        f"{(said == truth)[~unsure].mean():.3f}",
    )


def _confusion(scored: Scored) -> str:
    truth = np.array([row.label for row in scored.rows])
    lines = [
        (label, *(int(((truth == label) & (scored.labels == read)).sum()) for read in LABELS))
        for label in LABELS
    ]
    return _table(("people", *LABELS), lines)


def _by_kind(scored: Scored) -> str:
    truth = np.array([row.label for row in scored.rows])
    kinds = np.array([row.kind for row in scored.rows])
    binary = (scored.refuses > 0.5) == np.array([row.refused for row in scored.rows])
    lines = []
    for kind in sorted(set(kinds)):
        own = kinds == kind
        cells = (_of(scored.labels == label, own & (truth == label)) for label in LABELS)
        lines.append((kind, _of(binary, own), *cells))
    return _table(("kind", "any", *LABELS), lines)


def _reliability(scored: Scored) -> str:
    truth = np.array([row.refused for row in scored.rows])
    lines = []
    for low in np.arange(0, 1, 0.2):
        own = (scored.refuses >= low) & (scored.refuses < low + 0.2)
        if own.any():
            means = (f"{scored.refuses[own].mean():.2f}", f"{truth[own].mean():.2f}")
            lines.append((f"{low:.1f} to {low + 0.2:.1f}", int(own.sum()), *means))
    return _table(("chance", "replies", "mean chance", "refused by people"), lines)


def _of(hits: np.ndarray, among: np.ndarray) -> str:
    count = int(among.sum())
    return f"{hits[among].sum()} of {count}" if count else "none"


def _table(head: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    both = [head, ["---"] * len(head), *lines]
    return "".join("| " + " | ".join(str(cell) for cell in line) + " |\n" for line in both)
