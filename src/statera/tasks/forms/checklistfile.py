"""Tests of behaviour as a user writes them: a YAML file with `checklist:`, or JSONL, a test a line.

    checklist: refunds
    version: "1"
    tests:
      - {name: not-refunded, capability: negation, kind: minimum, choices: ["yes", "no"],
         ask: "The fee was not refunded. Was the fee refunded?", answer: "no"}
      - name: any-name
        capability: names
        kind: invariance
        ask: "{who} has 3 stamps and buys 4. How many stamps has {who}?"
        fill: {who: [Anna, Omar, Mei]}
      - {name: more-hours, capability: arithmetic, kind: directional, expect: higher,
         ask: "A plumber charges 40 an hour. What do 2 hours cost?",
         then: ["A plumber charges 40 an hour. What do 3 hours cost?"]}

A test of `minimum` functionality has the right `answer`: one of `choices`, or a number. A test of
`invariance` asks the same in other words (`then`) or with other names (`fill`: arm k takes the k-th
of each list); the answer must stay. A `directional` test has one text in `then`, after which the
answer must be `higher`, `lower` or `different`. Lists of names may come from a lexicon, a JSON file
of lists: `fill: {who: {lexicon: names.json, list: first_name, count: 5}}`.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from statera.codec.files import YAML, read_json, read_jsonl, read_yaml
from statera.errors import DeclarationError, unknown
from statera.records.samples import Sample
from statera.scorers import number
from statera.scorers.checklist_kinds import ARMS, EXPECT, KIND

Kind = Literal["minimum", "invariance", "directional"]
Expect = Literal["higher", "lower", "different"]
MOST_ARMS = 20
_PLACE = re.compile(r"\{(\w+)\}")


class Lexicon(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first `count` entries of a list in a JSON file; the path is relative to the tests."""

    lexicon: str
    list: str
    count: Annotated[int, msgspec.Meta(ge=2, le=MOST_ARMS)] = 3


class Case(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One test as it is written."""

    name: str
    capability: str
    kind: Kind
    ask: str
    choices: tuple[str, ...] = ()
    answer: str | None = None
    then: tuple[str, ...] = ()
    fill: dict[str, tuple[str, ...] | Lexicon] = {}
    expect: Expect | None = None
    canary: str = ""


class ChecklistFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of tests as it is written in YAML."""

    checklist: str
    tests: Annotated[tuple[Case, ...], msgspec.Meta(min_length=1)]
    version: str | int = "1"
    summary: str = ""


def read_checklist(path: Path) -> ChecklistFile:
    """Return the file's tests; a JSONL file has its stem for a name. DeclarationError if bad."""
    if path.suffix in YAML:
        return read_yaml(path, ChecklistFile)
    tests = tuple(read_jsonl(path, Case))
    if not tests:
        raise DeclarationError(f"{path}: has no tests")
    return ChecklistFile(checklist=path.stem, tests=tests)


def samples(file: ChecklistFile, path: Path) -> tuple[Sample, ...]:
    """Return a sample a test, each checked; DeclarationError names the file and the test."""
    seen: set[str] = set()
    found = []
    for case in file.tests:
        where = f"{path}: test '{case.name}'"
        if case.name in seen:
            raise DeclarationError(f"{where}: another test has this name")
        seen.add(case.name)
        found.append(_sample(file, case, where, path.parent))
    return tuple(found)


def _sample(file: ChecklistFile, case: Case, where: str, folder: Path) -> Sample:
    arms = _arms(case, where, folder)
    _check(case, arms, where)
    options = arms[0].get("choices", ())
    answer = case.answer if not options else None
    return Sample(
        id=f"{file.checklist}/v{file.version}/{case.name}",
        input=arms[0]["ask"],
        reference=answer,
        choices=tuple(options),
        answer=_place(case, where) if case.answer is not None and case.choices else None,
        category=case.capability,
        fields={
            KIND: case.kind,
            ARMS: arms,
            EXPECT: case.expect,
            **({"canary": case.canary} if case.canary else {}),
        },
    )


def _arms(case: Case, where: str, folder: Path) -> list[dict[str, Any]]:
    """Return what each arm asks, with its options where it has some."""
    fills = _fills(case, where, folder)
    if not fills:
        return [_arm(case, text, {}) for text in (case.ask, *case.then)]
    return [_arm(case, case.ask, fill) for fill in fills]


def _arm(case: Case, text: str, fill: Mapping[str, str]) -> dict[str, Any]:
    arm: dict[str, Any] = {"ask": _filled(text, fill)}
    if case.choices:
        arm["choices"] = [_filled(choice, fill) for choice in case.choices]
    return arm


def _filled(text: str, fill: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda found: fill.get(found[1], found[0]), text)


def _fills(case: Case, where: str, folder: Path) -> list[dict[str, str]]:
    lists = {name: _entries(one, where, folder) for name, one in case.fill.items()}
    used = set(_PLACE.findall(" ".join((case.ask, *case.choices))))
    if missing := (sorted(used - lists.keys()) if lists else []):
        raise DeclarationError(f"{where}: fill: no list for '{{{missing[0]}}}'")
    if spare := sorted(lists.keys() - used):
        raise unknown(f"place in {where}", spare[0], used)
    lengths = {len(entries) for entries in lists.values()}
    if len(lengths) > 1:
        raise DeclarationError(f"{where}: fill: lists are of {sorted(lengths)} entries, not alike")
    rows = zip(*lists.values(), strict=True)
    return [dict(zip(lists, row, strict=True)) for row in rows]


def _entries(given: Sequence[str] | Lexicon, where: str, folder: Path) -> Sequence[str]:
    if not isinstance(given, Lexicon):
        return given
    lists = read_json(folder / given.lexicon, dict[str, list[Any]])
    if given.list not in lists:
        raise unknown(f"list of {given.lexicon}", given.list, lists)
    found = [entry for entry in lists[given.list] if isinstance(entry, str)][: given.count]
    if len(found) < given.count:
        raise DeclarationError(f"{where}: {given.lexicon}: '{given.list}' has {len(found)} texts")
    return found


def _check(case: Case, arms: Sequence[Mapping[str, Any]], where: str) -> None:
    """Raise DeclarationError where the test is not whole, or its arms are the same."""
    if wrong := _mistake(case, len(arms)):
        raise DeclarationError(f"{where}: {wrong}")
    asked = [(arm["ask"], tuple(arm.get("choices", ()))) for arm in arms]
    if len(set(asked)) < len(asked):
        raise DeclarationError(f"{where}: asks the same twice")
    for _, choices in asked:
        if len(set(choices)) < len(choices) or len(choices) == 1:
            raise DeclarationError(f"{where}: choices: two or more different ones are needed")


def _mistake(case: Case, arms: int) -> str:
    if (case.kind == "directional") != (case.expect is not None):
        return "expect: is of a directional test, which needs it. Allowed: higher, lower, different"
    if case.expect in ("higher", "lower") and case.choices:
        return f"expect: '{case.expect}' compares numbers, and the test has choices"
    if case.answer is not None and not case.choices and number.reference(case.answer) is None:
        return f"answer: '{case.answer}' is no number; name `choices`"
    if case.kind == "minimum":
        alone = arms == 1 and case.answer is not None
        return "" if alone else "a minimum test has one text and an `answer`"
    if case.kind == "directional":
        return "" if arms == 2 and not case.fill else "a directional test has one text in `then`"
    return "" if 2 <= arms <= MOST_ARMS else f"an invariance test has 2 to {MOST_ARMS} texts"


def _place(case: Case, where: str) -> int:
    if case.answer not in case.choices:
        raise unknown(f"answer of {where}", str(case.answer), case.choices)
    return case.choices.index(case.answer)
