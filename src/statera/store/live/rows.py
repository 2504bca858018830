"""Facts as rows: values in the order of the tables' columns."""

from collections.abc import Sequence
from hashlib import blake2b
from math import isfinite

import msgspec
from sqlalchemy import Table

from statera.records.live import (
    Answered,
    Excluded,
    Exposure,
    Fact,
    Feedback,
    Occurrence,
    OnlineScore,
)
from statera.store.live.backend import FactRefused, Row
from statera.store.live.tables import (
    answers,
    contexts,
    excluded,
    exposures,
    feedback,
    occurrences,
    scores,
)

_json = msgspec.json.Encoder(order="sorted")


def rows_of(facts: Sequence[Fact]) -> list[tuple[Table, list[Row]]]:
    """Return the rows by table; contexts come first, in an order that all processes keep.

    FactRefused for a time or value that is no number.
    """
    found: dict[str, tuple[Table, list[Row]]] = {}
    mixes: set[Row] = set()
    for fact in facts:
        table, row = _row(fact, mixes)
        found.setdefault(table.name, (table, []))[1].append(row)
    return ([(contexts, sorted(mixes))] if mixes else []) + list(found.values())


def _row(fact: Fact, mixes: set[Row]) -> tuple[Table, Row]:
    match fact:
        case Exposure():
            mix = _context(fact)
            mixes.add(mix)
            return exposures, _exposure(fact, mix[0])
        case Answered():
            return answers, _answer(fact)
        case Feedback():
            return feedback, (
                fact.id, _number(fact.at), fact.outcome, _number(fact.value), fact.decision,
                fact.response, fact.source,
            )  # fmt: skip
        case OnlineScore():
            return scores, (
                fact.decision, fact.scorer, fact.version, int(fact.shadow), _number(fact.at),
                _number(fact.value),
            )  # fmt: skip
        case Excluded():
            return excluded, (fact.id, fact.experiment, _number(fact.at), fact.reason)
        case Occurrence():
            return occurrences, (
                fact.id, fact.experiment, _number(fact.at), fact.kind, fact.detail, fact.data,
            )  # fmt: skip


def _context(fact: Exposure) -> Row:
    """Return what many exposures share, with a hash of it before."""
    segments = _json.encode(fact.segments).decode()
    mix = (fact.arm, fact.slice, fact.entry, fact.design, fact.mode, segments)
    digest = blake2b(_json.encode(mix), digest_size=8).digest()
    return (int.from_bytes(digest, "big", signed=True), *mix)


def _exposure(fact: Exposure, context: int) -> Row:
    return (
        fact.experiment, fact.decision, fact.unit, _number(fact.at), context, fact.cluster,
    )  # fmt: skip


def _answer(fact: Answered) -> Row:
    return (
        fact.decision, int(fact.shadow), _number(fact.at), fact.arm, fact.response, fact.status,
        _known(fact.seconds), _known(fact.first), fact.input_tokens, fact.output_tokens,
        _known(fact.cost), int(fact.fault), fact.guarded_input, fact.guarded_output, fact.policy,
        _known(fact.refused), fact.text_hash,
    )  # fmt: skip


def _number(value: float) -> float:
    number = float(value)
    if not isfinite(number):
        raise FactRefused(f"{number} is neither a time nor a value")
    return number


def _known(value: float | None) -> float | None:
    return None if value is None else _number(value)
