"""A user study: invited people do tasks with the model of their arm, and say how it went.

What it records are live facts, so that `statera experiment show` reads it as any other experiment.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from statera.codec.canonical import digest_bytes
from statera.codec.files import read_jsonl, read_text
from statera.errors import DeclarationError
from statera.experiment.assignment import Assignment
from statera.experiment.design import Arm, Design
from statera.experiment.opened import Opened
from statera.models.modelfile import DEFAULT_KEY
from statera.models.opening import check, open_model
from statera.protocols import Model
from statera.records.live import Excluded, Fact, identifier
from statera.records.requests import Chat, Message, Sampling
from statera.records.responses import Response
from statera.records.samples import Sample
from statera.records.trials import Exchange, Trial
from statera.scorers.contains import Contains
from statera.scorers.exact import Exact
from statera.scorers.number import Number, reference
from statera.store.live.opening import LiveStore
from statera.web.studydesk import Entry, StudyTask, Turn
from statera.web.studyjournal import Journal
from statera.web.studyroom import Person, Study, Ways

_SCORERS = {
    "exact": Exact(ignore_case=True, ignore_punctuation=True),
    "contains": Contains(),
    "number": Number(),
}
WITHDREW = "withdrew"


class Invited(NamedTuple):
    """A person by name, who is known to nothing else, and their place in the study."""

    name: str
    person: Person


class Invitations(NamedTuple):
    """Whom the hash takes into the study, and why the others are left out."""

    people: tuple[Invited, ...]
    left_out: tuple[str, ...]


class ArmModel(NamedTuple):
    """What answers in one arm."""

    model: Model
    prompt: str
    sampling: Sampling


def read_tasks(path: Path) -> list[StudyTask]:
    """Return the tasks, a line each; DeclarationError for none, a second one of an id, no text, or
    a reference that the check cannot read."""
    found: dict[str, StudyTask] = {}
    for number, task in enumerate(read_jsonl(path, StudyTask), start=1):
        if task.id in found:
            raise DeclarationError(f"{path}: task '{task.id}' is there twice")
        _check_task(task, f"{path}, task {number}")
        found[task.id] = task
    if not found:
        raise DeclarationError(f"{path}: holds no task")
    return list(found.values())


def _check_task(task: StudyTask, where: str) -> None:
    if not task.id or not task.task.strip():
        raise DeclarationError(f"{where}: 'id' and 'task' need a text")
    if task.reference is None and task.accepted:
        raise DeclarationError(f"{where}: 'accepted' goes with a 'reference'")
    if task.check == "number" and task.reference is not None and reference(task.reference) is None:
        raise DeclarationError(
            f"{where}: check number, but the reference '{task.reference}' is none"
        )


def read_people(path: Path) -> list[str]:
    """Return the people's names, a line each; empty lines and those after `#` are none."""
    lines = [line.partition("#")[0].strip() for line in read_text(path).splitlines()]
    names = [line for line in lines if line]
    twice = next((name for at, name in enumerate(names) if name in names[:at]), None)
    if twice is not None:
        raise DeclarationError(f"{path}: '{twice}' is there twice: a person is one unit")
    if not names:
        raise DeclarationError(f"{path}: names nobody")
    return names


def check_design(opened: Opened) -> None:
    """Raise DeclarationError for a design that no study of people can follow."""
    design = opened.design
    if design.units.kind != "user":
        raise DeclarationError(
            f"{opened.source}: unit: a study randomises people; '{design.units.kind}' is not user"
        )
    if design.mode != "ab":
        raise DeclarationError(f"{opened.source}: mode: a study has mode ab, not {design.mode}")
    for number, arm in enumerate(design.arms):
        if arm.policy:
            raise DeclarationError(
                f"{opened.source}: arms[{number}].policy: a study asks the model directly; serve "
                "the policy with `statera guard serve` and name that address as --model"
            )


def invitations(
    design: Design, names: Sequence[str], *, key: bytes, unit_key: bytes, now: float
) -> Invitations:
    """Return who takes part, with an address that is the same each time for the same `key`.

    `unit_key` hashes names to units, as it does for live traffic.
    """
    assignment, people, out = Assignment(design), [], []
    for name in names:
        place, arm = assignment.place(name), design.overrides.get(name)
        if arm is None and (place is None or place.since > now):
            later = "" if place is None else ", who would join with a later step of the ramp"
            out.append(f"{name}{later}")
            continue
        person = Person(
            token=digest_bytes(key + name.encode("utf-8", "surrogatepass")),
            unit=identifier(unit_key, "unit", name),
            arm=arm or design.arms[place.arm if place else 0].name,
            slice=place.slice if place and arm is None else 0,
            entry="assigned" if arm is None else "override",
        )
        people.append(Invited(name, person))
    return Invitations(tuple(people), tuple(out))


def arm_models(
    opened: Opened, model: str, environ: Mapping[str, str] | None = None
) -> dict[str, ArmModel]:
    """Return what answers in each arm: `model`, but for what the arm sets."""
    known = os.environ if environ is None else environ
    return {arm.name: _arm_model(opened, arm, model, known) for arm in opened.design.arms}


def _arm_model(opened: Opened, arm: Arm, model: str, environ: Mapping[str, str]) -> ArmModel:
    own = {name: value for name, value in environ.items() if name != DEFAULT_KEY}
    if arm.key_env and arm.key_env not in environ:
        raise DeclarationError(f"{opened.source}: arm {arm.name}: {arm.key_env} is not set")
    if arm.key_env:
        own[DEFAULT_KEY] = environ[arm.key_env]
    elsewhere = "#" in arm.model  # whose server gets its own key, and no other
    return ArmModel(
        open_model(_address(arm, model), environ=own if elsewhere else environ),
        opened.prompts.get(arm.name, ""),
        _sampling(arm),
    )


def _address(arm: Arm, model: str) -> str:
    """Return the arm's model: of the same endpoint where it is a bare name."""
    if not arm.model or "#" in arm.model:
        return arm.model or model
    return f"{model.partition('#')[0]}#{arm.model}" if "://" in model else arm.model


def _sampling(arm: Arm) -> Sampling:
    own = {k: v for k, v in arm.parameters.items() if v is not None}
    known = {k: own.pop(k) for k in ("temperature", "max_tokens", "top_p", "seed") if k in own}
    stop = own.pop("stop", ())
    return Sampling(
        **{"temperature": None, **known},
        stop=(stop,) if isinstance(stop, str) else tuple(stop),
        extra=own,
    )


async def check_models(opened: Opened, model: str) -> None:
    """Raise DeclarationError for an arm's endpoint that cannot be reached, in one line."""
    for found in arm_models(opened, model).values():
        try:
            await check(found.model)
        finally:
            await found.model.close()


async def ask(
    models: Mapping[str, ArmModel], arm: str, earlier: Sequence[Turn], text: str
) -> Response:
    """Put a message to an arm's model, after what was said before."""
    found = models[arm]
    said = [Message("system", found.prompt)] if found.prompt else []
    for turn in earlier:
        said += [Message("user", turn.said), Message("assistant", turn.reply or "")]
    messages = (*said, Message("user", text))
    return await found.model.answer(Chat(messages=messages, sampling=found.sampling))


def grade(task: StudyTask, answer: str) -> float:
    """Return 1 for a right answer, else 0."""
    sample = Sample(id=task.id, input=task.task, reference=task.reference, references=task.accepted)
    asked = Chat(messages=(Message("user", task.task),))
    exchange = Exchange(asked, Response(text=answer))
    trial = Trial(
        task="study", sample_id=task.id, epoch=0, key="", exchanges=(exchange,), started=0.0
    )
    return float(_SCORERS[task.check].score(sample, trial).outcome == "right")


def ways(study: Study, store: LiveStore, kept: Journal, models: Mapping[str, ArmModel]) -> Ways:
    """Return how the study's room reaches the models, the live store and the journal."""

    async def keep(facts: Sequence[Fact]) -> None:
        await asyncio.to_thread(store.write, facts)

    async def forget(person: Person, withdrawn: Entry) -> None:
        left = Excluded(
            id=identifier(study.key, "withdrew", str(person.unit)),
            experiment=study.experiment,
            at=withdrawn.at,
            reason=f"{WITHDREW}, {person.arm}",
        )
        await asyncio.to_thread(store.withdraw, study.experiment, person.unit, left)
        kept.forget(withdrawn)

    return Ways(ask=partial(ask, models), keep=keep, grade=grade, forget=forget)


def closing(models: Mapping[str, ArmModel]) -> Callable[[], Awaitable[None]]:
    """Return what closes the models, on the loop where they were used."""

    async def close() -> None:
        for found in models.values():
            await found.model.close()

    return close
