"""How a classifier is trained, as a YAML file: its heads, its sources and the role of each.

A source is a role's alone, so that no number is told of a source that was learnt from: `train` is
learnt, `dev` calibrates and may be looked at while a recipe is tuned, `test` is opened once.
"""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from statera.codec.files import read_yaml
from statera.errors import DeclarationError, unknown

HELD = " (held)"
"""What the held part of a training source is called, after its title."""

Role = Literal["train", "dev", "test"]
Bit = Annotated[int, Meta(ge=0, le=1)]
Share = Annotated[float, Meta(ge=0, le=1)]
Positive = Annotated[float, Meta(gt=0)]
Count = Annotated[int, Meta(ge=1)]


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One set of labelled texts: a file of JSON lines or CSV, below one of the data folders.

    Its rows name their heads in `labels: {head: 0 or 1}`, or have a field `label`; then `ones` and
    `zeros` say what a label's row is for each head, a head that is not named being unknown. A row
    whose label is in neither `one` nor `zero` is left out. `held` of a training source, by hash of
    the field `group` (its text without one), is for development instead. `limit` rows are drawn by
    hash. `weight` is how often a row is learnt in an epoch.
    """

    file: str
    role: Role
    name: str = ""
    text: str = "text"
    label: str = "label"
    one: tuple[str | int | bool, ...] = (1,)
    zero: tuple[str | int | bool, ...] = (0,)
    ones: dict[str, Bit] = {}
    zeros: dict[str, Bit] = {}
    all: dict[str, Bit] = {}
    group: str = ""
    held: Share = 0.0
    limit: Count | None = None
    weight: Positive = 1.0
    note: str = ""

    @property
    def title(self) -> str:
        """What the source is called: its file's name without endings, unless it has another."""
        return self.name or Path(self.file).name.partition(".")[0]


class Comparison(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sources whose ones are told from others' zeros, as neither has both.

    A source that has ones and zeros of a head is compared with itself without being named.
    """

    head: str
    ones: str
    zeros: tuple[str, ...]


class Aim(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is wanted on test sources: `of` is a comparison's or source's title.

    Either the AUROC is at least `auroc`, or the false-positive rate at most `false_positives`.
    """

    head: str
    of: str
    auroc: Share | None = None
    false_positives: Share | None = None


class Recipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that determines a classifier beside its data and the machine.

    `window` and `overlap` in tokens; `layers` of the encoder, the lowest `frozen` of them as they
    were; `tokens` of a text are learnt at a time; `batch` texts make a step; `anchoring` keeps
    embeddings near where they were; `noise` is the share of texts that are learnt in another form;
    `buried` of them inside a longer harmless one; `veiled` of the harmless ones encoded. Scores are
    probabilities where `prevalence` of texts are positive, sources counting alike; `threshold` is
    where the card tells rates. It also tells `languages`, `limits`, and the `history` of the test
    sources: what was read of them before.
    """

    heads: tuple[str, ...]
    sources: tuple[Source, ...]
    comparisons: tuple[Comparison, ...] = ()
    aims: tuple[Aim, ...] = ()
    languages: dict[str, str] = {}
    limits: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    window: Annotated[int, Meta(ge=8, le=512)] = 128
    overlap: Annotated[int, Meta(ge=0)] = 32
    layers: Count = 6
    frozen: Annotated[int, Meta(ge=0)] = 0
    tokens: Annotated[int, Meta(ge=8, le=512)] = 96
    epochs: Positive = 2.0
    batch: Count = 64
    learning_rate: Positive = 1e-4
    head_rate: Positive = 1e-3
    decay: Annotated[float, Meta(ge=0)] = 0.01
    dropout: Share = 0.1
    anchoring: Annotated[float, Meta(ge=0)] = 0.5
    noise: Share = 0.3
    buried: Share = 0.1
    veiled: Share = 0.05
    prevalence: Annotated[float, Meta(gt=0, lt=1)] = 0.1
    threshold: Annotated[float, Meta(gt=0, lt=1)] = 0.85


def read_recipe(path: Path) -> Recipe:
    """Return the recipe; DeclarationError for a head, source or number that cannot be."""
    recipe = read_yaml(path, Recipe)
    for problem in _problems(recipe):
        raise DeclarationError(f"{path}: {problem}")
    return recipe


def _problems(recipe: Recipe) -> Iterator[str]:
    yield from _impossible(recipe)
    titles = [source.title for source in recipe.sources]
    titles += [source.title + HELD for source in recipe.sources if source.held]
    for title in sorted({title for title in titles if titles.count(title) > 1}):
        yield f"sources: two are called '{title}'; give one of them another name"
    named = (("head", _heads(recipe), recipe.heads), ("source", _titles(recipe), titles))
    for kind, names, allowed in named:
        for name in names:
            if name not in allowed:
                yield str(unknown(kind, name, allowed))


def _impossible(recipe: Recipe) -> Iterator[str]:
    """Yield what is wrong with the recipe's numbers."""
    if len(set(recipe.heads)) != len(recipe.heads) or not recipe.heads:
        yield "heads: one or more names, each once"
    if recipe.overlap >= recipe.window - 2:
        yield f"overlap: {recipe.overlap}; less than the window of {recipe.window} tokens less 2"
    if recipe.frozen > recipe.layers:
        yield f"frozen: {recipe.frozen}; there are {recipe.layers} layers"


def _heads(recipe: Recipe) -> Iterator[str]:
    """Yield every head that is named anywhere."""
    for source in recipe.sources:
        yield from chain(source.ones, source.zeros, source.all)
    yield from (comparison.head for comparison in recipe.comparisons)
    yield from (aim.head for aim in recipe.aims)


def _titles(recipe: Recipe) -> Iterator[str]:
    for comparison in recipe.comparisons:
        yield comparison.ones
        yield from comparison.zeros
