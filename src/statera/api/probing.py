"""Running what a diagnosis suggests: what `statera diagnose --probe` does.

found = st.diagnose(st.compare(candidate, base))
print(st.probe(found.probes[0], candidate, model=model).remains)
"""

import asyncio
import secrets
from collections.abc import Iterable, Iterator
from typing import Any

from statera.api.runs import RunOptions, run_async
from statera.api.stored import Run
from statera.codec.strict import convert, from_yaml
from statera.diagnosis.commands import Changed, show_command
from statera.diagnosis.probes import Probe
from statera.diagnosis.restoration import Restoration, restoration
from statera.errors import DeclarationError
from statera.graders.catalogue import scoring_type
from statera.protocols import Model
from statera.records.scores import Outcome
from statera.records.specs import TaskSpec
from statera.store.rows import Stored
from statera.tasks.needs import reads_reference
from statera.tasks.suite import Suite

BY_HAND = ("re-judge", "repeats")
"""Probes of both runs as a whole: their commands are run, and the runs diagnosed again."""


def probe(wanted: Probe, candidate: Run, *, model: Model | None = None) -> Restoration:
    """Run a probe on its samples and return which explanation remains.

    A probe that asks takes `model`, the candidate's own, and asks each sample twice: changed, and
    as it was. Both are stored as runs of their own. A second extractor reads the stored replies and
    asks nothing. DeclarationError for a probe without samples, one that is run by its commands, and
    one that asks without a model.
    """
    return asyncio.run(probe_async(wanted, candidate, model=model))


async def probe_async(wanted: Probe, candidate: Run, *, model: Model | None = None) -> Restoration:
    """Do what `probe` does, inside an event loop."""
    if wanted.name in BY_HAND:
        steps = " && ".join(wanted.commands)
        raise DeclarationError(f"probe '{wanted.name}' is run by its commands: {steps}")
    if not wanted.samples:
        raise DeclarationError(
            f"probe '{wanted.name}': no lost sample of {wanted.task} to run it on"
        )
    if wanted.scorer is not None:
        return _reread(wanted, wanted.scorer, candidate)
    if model is None:
        raise DeclarationError(f"probe '{wanted.name}' asks the model: name it (--model)")
    changed = await _asked(wanted, candidate, wanted.changed or Changed(), model)
    before = await _asked(wanted, candidate, Changed(), model)
    right, as_before = (
        _mostly_right(_primary(run.store.trials(run.info.id, task=wanted.task)))
        for run in (changed, before)
    )
    return _restored(wanted, right, as_before, (changed.info.id, before.info.id))


def _reread(wanted: Probe, text: str, candidate: Run) -> Restoration:
    """Return what a second extractor makes of the stored replies, trial by trial."""
    scorer = convert(from_yaml(text, object, source="probe"), scoring_type(), source="probe")
    stored = list(
        candidate.store.trials(candidate.info.id, task=wanted.task, sample_ids=wanted.samples)
    )
    if reads_reference(scorer) and not all(one.sample.accepted for one in stored):
        raise DeclarationError(
            f"probe '{wanted.name}': samples of {wanted.task} have no reference to look for; "
            f"read them: {show_command(candidate.info.id, wanted.samples)}"
        )
    again = _mostly_right((s.sample.id, scorer.score(s.sample, s.trial).outcome) for s in stored)
    return _restored(wanted, again, _mostly_right(_primary(stored)))


async def _asked(wanted: Probe, candidate: Run, changed: Changed, model: Model) -> Run:
    """Ask the samples as the candidate did, but for what is changed, in a run of its own."""
    spec = next(task for task in candidate.info.spec.tasks if task.name == wanted.task)
    return await run_async(
        Suite.load(_typed(candidate).get("tasks", {}).get(wanted.task, wanted.task)),
        model,
        store=candidate.store,
        epochs=changed.epochs,
        seed=candidate.info.spec.seed,
        options=_options(wanted, candidate, spec, changed),
    )


def _typed(candidate: Run) -> dict[str, Any]:
    """Return what a person typed to make the run, as far as it is kept."""
    found: dict[str, Any] = candidate.info.environment.get("asked", {})
    return found


def _options(wanted: Probe, candidate: Run, spec: TaskSpec, changed: Changed) -> RunOptions:
    system = candidate.info.spec.system
    told = None if changed.without_system_message else system.system_message
    named = ("max_tokens", "temperature")
    extra: dict[str, Any] = {name: getattr(changed, name) for name in named}
    stated = {name: value for name, value in extra.items() if value is not None}
    return RunOptions(
        mode=spec.mode,
        api=spec.api,
        num_fewshot=spec.num_fewshot if changed.num_fewshot is None else changed.num_fewshot,
        system_message=changed.system_message or told,
        sampling=system.sampling | stated,
        sample_ids=wanted.samples,
        data=_typed(candidate).get("data"),
        nonce=secrets.token_hex(8),
    )


def _primary(trials: Iterable[Stored]) -> Iterator[tuple[str, Outcome]]:
    """Yield the sample and the primary outcome of each graded trial."""
    for stored in trials:
        if stored.scores:
            yield stored.sample.id, stored.scores[0].outcome


def _mostly_right(outcomes: Iterable[tuple[str, Outcome]]) -> dict[str, bool]:
    """Return, by sample that got through, whether at least half of its trials were right."""
    found: dict[str, list[bool]] = {}
    for name, outcome in outcomes:
        if outcome != "infra_error":
            found.setdefault(name, []).append(outcome == "right")
    return {name: 2 * sum(right) >= len(right) for name, right in found.items()}


def _restored(
    wanted: Probe, right: dict[str, bool], as_before: dict[str, bool], runs: tuple[str, ...] = ()
) -> Restoration:
    shared = [name for name in wanted.samples if name in right and name in as_before]
    now, before = ([side[name] for name in shared] for side in (right, as_before))
    return restoration(wanted, now, before, runs)
