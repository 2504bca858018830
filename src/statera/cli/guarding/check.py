"""Check one text by a policy, or several: the decision, and what was found."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, get_args

import click
import msgspec

from statera.api.guarding import Guard, redacted
from statera.cli.controls import visible
from statera.cli.flags import STDOUT, json_flag
from statera.cli.guardflags import policy_flag, side_flag
from statera.cli.settings import Flag
from statera.codec.files import read_bytes, to_json
from statera.codec.strict import from_json
from statera.errors import DeclarationError
from statera.guard.schemas import policy_schema
from statera.records.guarding import Decision, Finding, Outcome, Passage, Role, Side

STDIN = STDOUT
_EXIT: dict[Outcome, int] = {"allow": 0, "redact": 0, "block": 1, "bypassed": 3, "unavailable": 3}
_GRAVEST = (1, 3, 0)
_AROUND = 24
_SPANS = 3


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One text of a JSONL file; `side` and `role` are those of the flags where it has none."""

    text: str
    id: str | int = ""
    side: Side | None = None
    role: Role | None = None
    before: tuple[str, ...] = ()
    guarded: tuple[str, ...] = ()


class Named(NamedTuple):
    """A passage and what its line calls it."""

    id: str | int
    passage: Passage


@click.command("check")
@policy_flag(default="default")
@side_flag
@click.option(
    "--role",
    cls=Flag,
    type=click.Choice(get_args(Role)),
    metavar="ROLE",
    default="user",
    show_default=True,
    help=f"Who says it: {', '.join(filter(None, get_args(Role)))}.",
)
@click.option(
    "--file",
    "place",
    cls=Flag,
    default=STDIN,
    metavar="FILE",
    help="Read the text from a file instead of standard input.",
)
@click.option(
    "--jsonl",
    cls=Flag,
    is_flag=True,
    help="Each line is a text of its own: {text, id, side, role, before, guarded}.",
)
@click.option("--schema", cls=Flag, is_flag=True, help="Print the JSON schema of a policy and end.")
@json_flag
def command(policy: str, schema: bool, as_json: bool, **flags: Any) -> None:
    """Say what a policy makes of a text, and why.

    \b
    statera guard check < text
    statera guard check --policy mine.yaml --side output --file reply.txt
    statera guard check --jsonl --json < texts.jsonl
    statera guard check --schema > policy.schema.json

    Exit code: 0 when the text passes, redacted or not; 1 when it is blocked; 3 when a check could
    not be made, whether the text passes then or not; 2 for what is declared wrong. Of several texts
    any that is blocked gives 1, then any that was not checked 3.
    """
    if schema:
        click.echo(to_json(policy_schema()))
        return
    named = _named(flags)
    codes = set()
    with Guard(policy) as guard:
        if not guard.policy.detectors:
            click.echo("the policy has no detectors: nothing is checked", err=True)
        for id, passage in named:
            decision = guard.check(passage)
            codes.add(_EXIT[decision.outcome])
            if as_json:
                click.echo(to_json(_record(id, decision, jsonl=flags["jsonl"])))
            else:
                click.echo("\n".join(told(id, passage, decision)))
    sys.exit(next(code for code in _GRAVEST if code in codes))


def _named(flags: dict[str, Any]) -> list[Named]:
    """Return the passages; DeclarationError for what is no text, and for none."""
    source = flags["place"]
    data = sys.stdin.buffer.read() if source == STDIN else read_bytes(Path(source))
    source = "standard input" if source == STDIN else source
    if flags["jsonl"]:
        found = list(_lines(data, source, flags))
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise DeclarationError(f"{source}: not UTF-8 at byte {error.start}") from None
        passage = Passage(text=text, side=flags["side"], role=flags["role"])
        found = [Named("", passage)] if text.strip() else []
    if not found:
        raise DeclarationError(f"{source}: there is no text in it")
    return found


def _lines(data: bytes, source: str, flags: dict[str, Any]) -> Iterator[Named]:
    for number, row in enumerate(data.splitlines(), start=1):
        if row.strip():
            line = from_json(row, Line, source=f"{source}, line {number}")
            passage = Passage(
                text=line.text,
                side=line.side or flags["side"],
                role=flags["role"] if line.role is None else line.role,
                before=line.before,
                guarded=line.guarded,
            )
            yield Named(line.id or number, passage)


def _record(id: str | int, decision: Decision, *, jsonl: bool) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(decision)
    return {"text_id": id, **found} if jsonl else found


def told(id: str | int, passage: Passage, decision: Decision) -> Iterator[str]:
    """Yield the lines that a person reads: the decision, what was found, what else looked."""
    would = "" if decision.would == decision.outcome else f"; without shadow {decision.would}"
    lead = f"{id}: " if id else ""
    yield f"{lead}{decision.outcome}{would}"
    rows = [_row(finding) for finding in decision.findings]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row, finding in zip(rows, decision.findings, strict=True):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"  {'  '.join(cells)}".rstrip()
        yield from _places(passage.text, finding)
    seen = {finding.detector for finding in decision.findings}
    rest = [f"{name} {score:.2f}" for name, score in decision.scores.items() if name not in seen]
    if rest:
        yield f"  below their thresholds: {', '.join(rest)}"
    if decision.message:
        yield f"  the client is told: {decision.message}"
    if decision.edits:
        yield f"  left: {visible(redacted(passage.text, decision).strip())}"


def _row(finding: Finding) -> Sequence[str]:
    """Return a finding's cells: who, score and threshold, what follows, what it is and where."""
    if finding.score is None:
        said = f"{finding.cause}: {finding.message}"
    else:
        said = f"{finding.score:.2f} >= {finding.threshold:g}"
    if finding.cause == "beyond":
        said = "longer than it can read"
    follows = finding.action if finding.mode == "enforce" else f"{finding.action} (shadow)"
    labels = dict.fromkeys(span.label for span in finding.spans if span.label)
    what = ", ".join(one for one in labels or (finding.category,) if one != finding.detector)
    view = "" if finding.view == "plain" else f"seen as {finding.view}"
    return finding.detector, said, follows, " ".join(filter(None, (what, view)))


def _places(text: str, finding: Finding) -> Iterator[str]:
    for start, end, _ in finding.spans[:_SPANS]:
        before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
        around = " ".join(f"{before}»{_short(text[start:end])}«{after}".split())
        yield f"      {visible(around)}"
    if len(finding.spans) > _SPANS:
        yield f"      and {len(finding.spans) - _SPANS} more places"


def _short(text: str) -> str:
    return text if len(text) <= 3 * _AROUND else f"{text[:_AROUND]} … {text[-_AROUND:]}"
