"""Deciding on stored runs: what `st.decide` and `statera gate` do.

ruling = st.decide(st.Gate.load("gate.yaml"), candidate, baseline)
ruling.passed, ruling.exit_code, ruling["gsm8k/accuracy"].bound

How often the same was asked is read from the store's ledger, and each ruling is kept there.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from statera.analysis.instrument import Change, is_imported, touching
from statera.analysis.standing import NOBODY
from statera.api.history import History
from statera.api.instruments import changes
from statera.api.pooling import Pool, alone, paired_with, pooled
from statera.api.stored import Run
from statera.api.systems import check_system
from statera.codec.canonical import canonical, digest
from statera.errors import DeclarationError
from statera.gate.evidence import Evidence
from statera.gate.judges import Judges
from statera.gate.judging import Gate, Runs, judge
from statera.gate.looks import Asked, Glance, Look, glances, look
from statera.gate.policy import Policy
from statera.gate.release import Release, overridden, seal
from statera.gate.rules import Target, targets
from statera.gate.ruling import Override, Ruling
from statera.gate.stopping import recorded
from statera.gate.withholding import withheld
from statera.models.clock import SystemClock
from statera.protocols import Clock
from statera.records.specs import EARLY
from statera.store.ledger import LookRow
from statera.store.runstore import RunStore


class _Sides(NamedTuple):
    """The runs of a decision."""

    candidate: Pool
    base: Pool | None
    anchor: Pool | None

    @property
    def all(self) -> list[Pool]:
        return [side for side in self if side is not None]

    @property
    def others(self) -> list[Pool]:
        return [side for side in self[1:] if side is not None]


def decide(
    gate: Gate,
    candidate: Run,
    base: Run | None = None,
    *,
    allow: bool = False,
    override: Override | None = None,
    clock: Clock | None = None,
) -> Ruling:
    """Return the gate's ruling on a stored run, and keep it in the ledger of the run's store.

    The policy's anchor is found in the same store. Runs of one system that differ in their seed
    only are pooled, on either side, and the ruling says so. DeclarationError for a rule that names
    what the runs do not have, and where the instrument differs, unless `allow`, which is noted.
    """
    sides = _sides(gate.policy, candidate, base)
    evidence = _evidence(sides)
    asked = targets(gate.policy, evidence.known)
    notes = [*_pooled_notes(sides), *_instrument_notes(sides, asked, allow)]
    _check_tasks(asked, evidence)
    rows = _rows(asked, sides, glances(asked, evidence))
    looks = _looks(sides.candidate, asked, rows)
    ruling = _early(gate.policy, sides) or judge(
        gate.policy, evidence, looks=looks, runs=_runs(sides)
    )
    others = [info for side in sides.others for info in side.infos]
    ruling = msgspec.structs.replace(ruling, notes=(*ruling.notes, *notes))
    ruling = withheld(ruling, sides.candidate.infos, others, allow=allow)
    ruling = _with_history(ruling, gate.policy, candidate.store, rows)
    if override is not None:
        ruling = overridden(ruling, override)
    _keep(candidate.store, gate.policy, ruling, sides, rows, (clock or SystemClock()).now())
    return ruling


def _early(policy: Policy, sides: _Sides) -> Ruling | None:
    """Return the ruling that stopped the candidate, if it is asked again for just that."""
    candidate, base = sides.candidate, sides.base
    record = candidate.named.environment.get(EARLY)
    if not record or len(candidate.ids) > 1 or (base is not None and len(base.ids) > 1):
        return None
    scores = seal(candidate.ids, candidate.frames).scores
    return recorded(record, policy, base=base.ids[0] if base else None, scores=scores)


def _with_history(
    ruling: Ruling, policy: Policy, store: RunStore, rows: Sequence[LookRow]
) -> Ruling:
    """Return the ruling with notes on what the ledger has of the same questions."""
    if not rows:
        return ruling
    names = [rule.metric for rule in policy.rules]
    notes = History(store.ledger, rows[0].candidate).notes(ruling, rows, names)
    return msgspec.structs.replace(ruling, notes=(*ruling.notes, *notes))


def _keep(
    store: RunStore,
    policy: Policy,
    ruling: Ruling,
    sides: _Sides,
    rows: Sequence[LookRow],
    now: float,
) -> None:
    seals = tuple(seal(side.ids, side.frames) for side in sides.all)
    release = Release(ruling=ruling, policy=policy, seals=seals)
    store.ledger.record(canonical(release).decode(), rows, now=now)


def _sides(policy: Policy, candidate: Run, base: Run | None) -> _Sides:
    anchor = None
    if policy.anchor is not None:
        anchor = Run(candidate.store, candidate.store.find(policy.anchor))
    check_system(*(run.info for run in (candidate, base, anchor) if run is not None))
    if not candidate.frames:
        raise DeclarationError(f"run {candidate.info.id[:8]} has no scored trial to decide on")
    for other in (base, anchor):
        if other is not None and other.info.id == candidate.info.id:
            raise DeclarationError(f"a run is not compared with itself: {candidate.info.id[:8]}")
    others = [run for run in (base, anchor) if run is not None]
    reruns = any(run.info.spec.system == candidate.info.spec.system for run in others)
    made = alone if reruns else pooled
    return _Sides(
        made(candidate),
        None if base is None else made(base),
        None if anchor is None else made(anchor),
    )


def _evidence(sides: _Sides) -> Evidence:
    return Evidence(
        candidate={frame.task: frame for frame in sides.candidate.frames},
        base=paired_with(sides.candidate, sides.base),
        anchor=paired_with(sides.candidate, sides.anchor),
        others=tuple(frame for side in sides.others for frame in side.frames),
        declared=sides.candidate.declared,
        confirmed=sides.candidate.confirmed,
        judges=Judges(*(NOBODY if side is None else side.standings for side in sides)),
    )


def _check_tasks(asked: Sequence[Target], evidence: Evidence) -> None:
    """Raise DeclarationError for a run that has no task of those that rules compare with it."""
    for form, pairings in (("baseline", evidence.base), ("anchor", evidence.anchor)):
        tasks = dict.fromkeys(target.task for target in asked if target.form == form)
        if tasks and pairings is not None and not tasks.keys() & pairings.keys():
            raise DeclarationError(
                f"candidate and {form} have no answered task in common of those that rules "
                f"compare: {', '.join(tasks)}"
            )


def _runs(sides: _Sides) -> Runs:
    base, anchor = (() if side is None else side.ids for side in sides[1:])
    return Runs(sides.candidate.ids, base, anchor)


def _pooled_notes(sides: _Sides) -> list[str]:
    """Return which runs are pooled, which run is not done, and whose trials failed."""
    notes = []
    for what, side in zip(("candidate", "base", "anchor"), sides, strict=True):
        if side is None:
            continue
        if len(side.ids) > 1:
            ids = ", ".join(run[:8] for run in side.ids)
            notes.append(f"the {what} pools {len(side.ids)} runs that differ in seed only: {ids}")
        notes += [
            f"the {what}'s run {info.id[:8]} is {info.status}"
            for info in side.infos
            if info.status != "done"
        ]
        if failed := _failed(side):
            trials = "1 infrastructure error" if failed == 1 else f"{failed} infrastructure errors"
            notes.append(f"the {what} has {trials}, at their worst in every bound: run it again")
    return notes


def _failed(side: Pool) -> int:
    """Return how many trials of a side failed for reasons of plumbing."""
    return sum(frame.counts(frame.primary).get("infra_error", 0) for frame in side.frames)


def _instrument_notes(sides: _Sides, asked: Sequence[Target], allow: bool) -> list[str]:
    """Return what differs in the instrument of what the rules compare.

    DeclarationError for any of it, unless `allow`.
    """
    found: dict[Change, None] = {}
    for form, other in (("baseline", sides.base), ("anchor", sides.anchor)):
        if other is None:
            continue
        read = {(t.task, t.metric.score) for t in asked if t.form == form}
        for new in sides.candidate.infos:
            for old in other.infos:
                runs = Run(sides.candidate.store, new), Run(other.store, old)
                found |= dict.fromkeys(touching(changes(*runs), read))
    told = "; ".join(map(str, found))
    if found and not allow:
        raise DeclarationError(f"not the same instrument: {told}. --allow decides, marked")
    return [f"not the same instrument: {told}"] if found else []


def _rows(asked: Sequence[Target], sides: _Sides, seen: Mapping[Asked, Glance]) -> list[LookRow]:
    """Return what the ledger keeps of each question that had anything to look at."""
    specs = {
        task.name: task.template if is_imported(side.named) else task.data
        for side in reversed(sides.all)
        for task in side.named.spec.tasks
    }
    against = {
        "baseline": "" if sides.base is None else sides.base.system,
        "anchor": "" if sides.anchor is None else sides.anchor.system,
    }
    rows = {
        target.asked: LookRow(
            sides.candidate.system,
            against.get(target.form, ""),
            canonical(target.asked).decode(),
            digest([target.task, specs.get(target.task, "")]),
            digest([seen[target.asked].items, _trials_of(sides, target)]),
            seen[target.asked].trials,
        )
        for target in asked
    }
    return [row for row in rows.values() if row.trials]


def _trials_of(sides: _Sides, target: Target) -> list[list[str]]:
    """Return the runs that a target reads: other trials on the same items are another look."""
    others = {"baseline": sides.base, "anchor": sides.anchor}
    read = [sides.candidate, others.get(target.form)]
    return [sorted(side.ids) for side in read if side is not None]


def _stopped(candidate: Pool) -> list[Glance]:
    """Return the look that early stopping was, where the ledger has none of the question."""
    records = [info.environment[EARLY] for info in candidate.infos if EARLY in info.environment]
    return [Glance("early stopping", record["asked"]) for record in records]


def _looks(candidate: Pool, asked: Sequence[Target], rows: Sequence[LookRow]) -> dict[Asked, Look]:
    """Return the look that each question is on, from what the ledger holds."""
    store = candidate.store
    tried = store.ledger.candidates({row.data for row in rows})
    earlier: dict[Asked, list[Glance]] = {}
    for system, base in {(row.candidate, row.base) for row in rows}:
        for past in store.ledger.looks(system, base):
            key = (base, past.asked, past.data)
            earlier.setdefault(key, []).append(Glance(past.items, past.trials))
    stopped = _stopped(candidate)
    questions = {canonical(target.asked).decode(): target.asked for target in asked}
    found = {}
    for row in rows:
        before = earlier.get((row.base, row.asked, row.data), stopped)
        number = _number(tried[row.data], row.candidate)
        found[questions[row.asked]] = look(before, Glance(row.items, row.trials), tried=number)
    return found


def _number(candidates: Sequence[str], candidate: str) -> int:
    """Return the how-manieth candidate this is."""
    known = list(candidates)
    return (known.index(candidate) if candidate in known else len(known)) + 1
