"""The page about an experiment: one HTML file without scripts, and without a need of the network.

page(shown)   # text
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from markupsafe import Markup

from statera.analysis.experiments.result import Contrast, Part, Path, Result
from statera.experiment.design import Design
from statera.experiment.durations import dated
from statera.report import forest
from statera.report.experiments import amounts, words
from statera.report.experiments.content import Shown
from statera.report.experiments.curves import Level, Point, sequence, stretches
from statera.report.experiments.rows import Role, Row, limit_of, part_mark, row
from statera.report.plaintext import name, passage
from statera.report.renderer import EXPERIMENT, render
from statera.report.rules import SIGNS
from statera.report.scale import Scale, scale

_ROLES: dict[Role, str] = {"primary": "primary", "guardrail": "guardrail", "view": ""}


class Line(NamedTuple):
    """A row of the forest with its drawing."""

    row: Row
    sign: str
    role: str
    drawing: Markup


class Block(NamedTuple):
    """The rows of one outcome, on one axis."""

    axis: Markup
    lines: tuple[Line, ...]


class Piece(NamedTuple):
    """The primary contrast in a segment's value, or in a stretch of time."""

    name: str
    value: str
    arm: str
    row: Row
    p: str
    drawing: Markup


class Pieces(NamedTuple):
    """Parts of the primary contrast that share an axis."""

    axis: Markup
    lines: tuple[Piece, ...]


class Curve(NamedTuple):
    """A drawing of an arm, and what it says in words."""

    arm: str
    drawing: Markup
    said: str


def page(shown: Shown) -> str:
    """Return the whole page as text."""
    result, design = shown.result, shown.design
    return render(
        EXPERIMENT,
        title=name(result.experiment),
        shown=shown,
        result=result,
        verdict=result.verdict,
        sign=SIGNS[result.verdict],
        reasons=words.reasons(result),
        size=words.size_line(result),
        setting=words.setting(shown),
        analysis=words.ANALYSES[design.analysis],
        registration=words.registration(shown),
        seen_at=dated(shown.now),
        p=amounts.probability(result.ratio.p),
        causes=words.ratio_causes(result.ratio),
        shares=_shares(result),
        warnings=[name(warning) for warning in result.warnings],
        blocks=blocks(result, design),
        curves=_curves(result, design),
        segments=_pieces(result.segments, design),
        homogeneity=words.homogeneity(result),
        novelty=_novelty(result.novelty, design),
        late=[row(contrast, design, "view") for contrast in result.late] if shown.late else [],
        within=[row(contrast, design, "view") for contrast in result.within],
        bayes=list(words.bayes_lines(result.bayes, _places(result.primary))),
        responses=words.responses(result),
        aside=words.aside(result.aside),
        edits=[(dated(edit.at), edit.digest, _diff(edit.diff)) for edit in shown.edits],
        events=[(dated(e.at), words.happened(e.kind, e.detail)) for e in shown.events],
        methods=words.methods(result),
        command=passage(shown.command),
    )


def blocks(result: Result, design: Design) -> list[Block]:
    """Return the primary contrasts, then the guardrails', outcome by outcome."""
    pairs: list[tuple[Contrast, Role]] = [(contrast, "primary") for contrast in result.primary]
    pairs += [(contrast, "guardrail") for contrast in result.guardrails]
    groups = groupby(pairs, key=lambda pair: (pair[1], pair[0].outcome))
    return [_block([row(c, design, role) for c, role in group]) for _, group in groups]


def _block(rows: Sequence[Row]) -> Block:
    axis = scale([0.0, *(number for one in rows for number in one.mark.numbers)])
    limits = [one.mark.limit.value for one in rows if one.mark.limit is not None]
    drawn = forest.axis_row(axis, title=_ends(axis), limits=limits)
    return Block(drawn, tuple(_line(one, axis) for one in rows))


def _line(one: Row, axis: Scale) -> Line:
    title = f"{one.outcome}, {one.arm}: {one.difference} ({one.bounds}); {one.limit}"
    drawn = forest.row(one.mark, axis, title=title, zero=True)
    return Line(one, SIGNS[one.verdict], _ROLES[one.role], drawn)


def _ends(axis: Scale) -> str:
    return f"axis from {axis.label(axis.low)} to {axis.label(axis.high)}"


class Share(NamedTuple):
    """An arm's units against its weight."""

    arm: str
    seen: str
    expected: str
    share: str
    wanted: str


def _shares(result: Result) -> list[Share]:
    seen, expected = result.ratio.seen, result.ratio.expected
    total, whole = sum(seen.values()), sum(expected.values())
    return [
        Share(
            arm=name(arm),
            seen=f"{count:,}",
            expected=f"{expected.get(arm, 0.0):,.0f}",
            share=amounts.share(count / total if total else None),
            wanted=amounts.share(expected.get(arm, 0.0) / whole if whole else None),
        )
        for arm, count in seen.items()
    ]


def _places(contrasts: Sequence[Contrast]) -> int:
    return max((amounts.decimals(contrast) for contrast in contrasts), default=3)


def _pieces(parts: Sequence[Part], design: Design) -> Pieces | None:
    if not parts:
        return None
    marks = [part_mark(part) for part in parts]
    axis = scale([0.0, *(number for mark in marks for number in mark.numbers)])
    lines = []
    for part, mark in zip(parts, marks, strict=True):
        one = row(part.contrast, design, "view")
        title = f"{name(part.name)} {name(part.value)}: {one.difference} ({one.bounds})"
        drawn = forest.row(mark, axis, title=title, zero=True)
        p = amounts.probability(part.p) if part.p is not None else ""
        lines.append(Piece(name(part.name), name(part.value), one.arm, one, p, drawn))
    return Pieces(forest.axis_row(axis, title=_ends(axis)), tuple(lines))


def _curves(result: Result, design: Design) -> list[Curve]:
    """Return how the primary estimate moved, an arm each; none without two looks."""
    by_arm = {contrast.arm: contrast for contrast in result.primary}
    known = [(path, by_arm[path.arm]) for path in result.path if path.arm in by_arm]
    return [_curve(path, contrast, design) for path, contrast in known if len(path.points) > 1]


def _curve(path: Path, contrast: Contrast, design: Design) -> Curve:
    points = [Point(p.units, p.value, p.low, p.high) for p in path.points if p.units > 0]
    levels = [Level(limit_of(contrast, design, "primary").value, "limit")]
    first, last, places = points[0], points[-1], amounts.decimals(contrast)
    now = f"{amounts.change(last.value, places)} ({amounts.span(last.low, last.high, places)})"
    said = f"{name(path.arm)}: from {first.at:,.0f} to {last.at:,.0f} closed units; now {now}"
    if contrast.decided_at is not None:
        said += f"; decided at {contrast.decided_at:,}"
    drawn = sequence(points, levels, title=said, decided=contrast.decided_at)
    return Curve(name(path.arm), drawn, said)


def _novelty(parts: Sequence[Part], design: Design) -> list[Curve]:
    """Return the primary contrast by stretch of time since the experiment began, an arm each."""
    arms = dict.fromkeys(part.contrast.arm for part in parts)
    return [_stretch(arm, [p for p in parts if p.contrast.arm == arm], design) for arm in arms]


def _stretch(arm: str, parts: Sequence[Part], design: Design) -> Curve:
    contrasts = [part.contrast for part in parts]
    points = [
        Point(at, c.value, c.low, c.high, _short(name(part.value)))
        for at, (part, c) in enumerate(zip(parts, contrasts, strict=True))
    ]
    rows = [row(contrast, design, "view") for contrast in contrasts]
    told = [
        f"{name(p.value)} {r.difference} ({r.bounds})" for p, r in zip(parts, rows, strict=True)
    ]
    said = f"{name(arm)}: {'; '.join(told)}"
    return Curve(name(arm), stretches(points, [], title=said), said)


def _short(stretch: str) -> str:
    """Return the first day of a stretch without its year, for a label with little room."""
    day = stretch.partition(" ")[0]
    return day.partition("-")[2] or stretch


def _diff(lines: Iterable[str]) -> list[tuple[str, str]]:
    """Return the lines of a diff, each with its class."""
    return [(_kind(line), passage(line)) for line in lines]


def _kind(line: str) -> str:
    if line.startswith(("+++", "---", "@@")):
        return "note"
    return {"+": "added", "-": "removed"}.get(line[:1], "")
