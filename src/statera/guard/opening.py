"""From a policy to a guard: every mistake is found before anything is opened.

guard = open_guard(policy, tools, source="policy.yaml", clock=clock, pool=pool)
"""

from concurrent.futures import Executor
from functools import partial
from typing import Any

import msgspec

from statera.codec.strict import convert
from statera.errors import DeclarationError
from statera.guard import kinds
from statera.guard.checking import AnyDetector, Guard, Observer, Views
from statera.guard.kinds import Kind
from statera.guard.normalisation.views import views
from statera.guard.policy import Policy
from statera.guard.tools import Tools
from statera.protocols import Clock

ENCODED = ("classifier", "topics")
"""The kinds that have the small encoder at hand, and with it a tokenizer."""


def open_guard(
    policy: Policy,
    tools: Tools,
    *,
    source: str,
    clock: Clock,
    pool: Executor,
    observer: Observer | None = None,
) -> Guard:
    """Return the guard of a policy; DeclarationError, with `source`, for whatever is wrong in it.

    Views that only a tokenizer can tell from noise are made where the policy has a classifier.
    """
    return Guard(
        policy,
        detectors_of(policy, tools, source),
        views=views_of(policy, tools),
        clock=clock,
        pool=pool,
        observer=observer,
    )


def views_of(policy: Policy, tools: Tools) -> Views:
    """Return what makes the views of a text, with the tokenizer of the policy's own classifier."""
    for entry in policy.detectors:
        if entry.use in ENCODED:
            path = entry.settings.get("path")
            encoder = tools.encoder(None if path is None else tools.folder / path)
            return partial(views, token_count=encoder.token_count)
    return views


def detectors_of(policy: Policy, tools: Tools, source: str) -> dict[str, AnyDetector]:
    """Return the policy's detectors by name; all settings are read before one is opened."""
    settings = [_settings(policy, number, source) for number in range(len(policy.detectors))]
    opened: dict[str, AnyDetector] = {}
    for number, (entry, (kind, terms)) in enumerate(zip(policy.detectors, settings, strict=True)):
        try:
            opened[entry.name] = kind.detector(terms, tools)
        except DeclarationError as error:
            raise DeclarationError(f"{_place(policy, number, source)}: {error}") from None
    return opened


def _settings(policy: Policy, number: int, source: str) -> tuple[Kind, Any]:
    entry, place = policy.detectors[number], _place(policy, number, source)
    try:
        kind = kinds.find(entry.use)
    except DeclarationError as error:
        raise DeclarationError(f"{place}.use: {error}") from None
    terms: msgspec.Struct = convert(entry.settings, kind.Settings, source=f"{place}.with")
    return kind, terms


def _place(policy: Policy, number: int, source: str) -> str:
    return f"{source}: detectors[{number}] '{policy.detectors[number].name}'"
