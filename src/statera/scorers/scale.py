"""The scale of a rubric: one object gives the prompt its levels and reads the grade in the reply.

>>> scale = Scale(levels={0: "omits the dose", 1: "states the dose"})
>>> print(scale.text())
[0] omits the dose
[1] states the dose
>>> scale.read("The dose is there, though late.\\n[1]").value, scale.read("A solid [7]").value
('1', None)
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from statera.records.scores import Reading
from statera.scorers.reading import figures, score
from statera.scorers.reading.final import (
    Asked,
    after_prose,
    as_json,
    called_final,
    forms,
    read_final,
)
from statera.scorers.rules import BadScorer

if TYPE_CHECKING:
    Levels = dict[int, str]
else:
    Levels = dict[int | str, str]  # stored runs are JSON, whose keys are text

_KEYS = ("score", "final_score", "overall_score", "rating", "grade", "level", "verdict", "value")
_CUES = r"(?:score|rating|grade|verdict|judge?ment|level|mark)"
_MOST = 999_999
_OUT_OF = r"(?:\s*(?:/|out\s+of\b|of\b)\s*\d{1,6})"
_NUMBER = rf"[-+]?\d{{1,6}}(?:\.\d{{1,6}})?{_OUT_OF}?"
_CLEAN = r"(?![\w%])(?![.,/]\d)(?!\s?[-–—~]\s?\d)"
_QUICK = re.compile(r"\[{1,2}([-+]?\d{1,6})\]{1,2}\.?\s*")


class Scale(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The levels of a rubric, each a whole number with the text that says when it is given.

    `passing` is the lowest level that counts as good; by default the lowest above the middle.
    """

    levels: Levels
    passing: int | None = None

    def __post_init__(self) -> None:
        levels = dict(sorted((_level(key), text) for key, text in self.levels.items()))
        if len(levels) < 2 or len(levels) < len(self.levels):
            raise BadScorer(f"a scale has at least two levels, each once, not {list(self.levels)}")
        for value, text in levels.items():
            if abs(value) > _MOST:
                raise BadScorer(f"level {value} has more than 6 digits")
            if not isinstance(text, str) or not text.strip():
                raise BadScorer(f"level {value} has no text")
        if self.passing is not None and self.passing not in levels:
            raise BadScorer(f"passing: {self.passing} is none of the levels {listed(levels)}")
        msgspec.structs.force_setattr(self, "levels", levels)

    @property
    def values(self) -> tuple[int, ...]:
        """The levels, the lowest first."""
        return tuple(self.levels)

    @property
    def low(self) -> int:
        """The lowest level."""
        return next(iter(self.levels))

    @property
    def high(self) -> int:
        """The highest level."""
        return next(reversed(self.levels))

    @property
    def good_from(self) -> int:
        """The lowest level that counts as good."""
        if self.passing is not None:
            return self.passing
        return next(value for value in self.levels if 2 * value > self.low + self.high)

    def share(self, level: int) -> float:
        """Return where a level lies between the lowest, 0, and the highest, 1."""
        return (level - self.low) / (self.high - self.low)

    def text(self) -> str:
        """Return the levels as a prompt shows them, one a line."""
        return "\n".join(
            f"[{value}] {' '.join(told.split())}" for value, told in self.levels.items()
        )

    def read(self, text: str) -> Reading:
        """Return the level that a judge's reply gives ("4"), or None and why."""
        return self.quick(text) or self.read_slowly(text)

    def quick(self, text: str) -> Reading | None:
        """Return what `read_slowly` reads, where a glance at the end of the reply tells it."""
        if text[:1] == "{":
            return as_json(text, _asked(tuple(self.levels.items())), whole=True)
        place = text.rfind("[")
        if place < 0:
            return None
        place -= text[place - 1 : place] == "["
        found = _QUICK.fullmatch(text, place)
        if (
            found is None
            or int(found[1]) not in self.levels
            or not after_prose(text[:place], numbers=False)
        ):
            return None
        return Reading(value=str(int(found[1])), span=found.span(1), why="final verdict")

    def read_slowly(self, text: str) -> Reading:
        """Return the level with all forms looked at."""
        return read_final(text, _asked(tuple(self.levels.items())))

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of a reply: first the reasons, then the level."""
        properties = {
            "reasoning": {"type": "string"},
            "score": {"type": "integer", "enum": list(self.values)},
        }
        return {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }


def listed(levels: Any) -> str:
    """Return levels as they are told in messages: `1, 2, 3`."""
    return ", ".join(str(level) for level in levels)


def _level(key: int | str) -> int:
    """Return a level's number; stored runs have it as text."""
    if isinstance(key, int) and not isinstance(key, bool):
        return key
    if isinstance(key, str) and re.fullmatch(r"-?\d{1,9}", key):
        return int(key)
    raise BadScorer(f"level {key!r} is not a whole number")


@lru_cache(maxsize=64)
def _asked(levels: tuple[tuple[int, str], ...]) -> Asked:
    values = [value for value, _ in levels]
    valid = frozenset(map(str, values))
    return Asked(
        forms=forms(_NUMBER, _NUMBER + _CLEAN, cues=_CUES),
        called=called_final(_NUMBER + _CLEAN),
        keys=_KEYS,
        value=lambda text: _valid(text, valid, values[-1]),
        member=lambda value: _member(value, valid, values[-1]),
        otherwise=lambda text: _otherwise(text, valid, values),
        told=_told(levels),
    )


def _valid(text: str, valid: frozenset[str], high: int) -> str | None:
    """Return the level that a number names, `4/5` being 4 where 5 is the highest."""
    number, _, scale = re.sub(r"\s*(?:/|out\s+of|of)\s*", "/", text.strip("[]() ")).partition("/")
    value = figures.parse(number)
    if value is None or (scale and scale != str(high)):
        return None
    shown = figures.shown(value)
    return shown if shown in valid else None


def _member(value: object, valid: frozenset[str], high: int) -> str | None:
    """Return the level that a value of JSON names."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        shown = str(int(value)) if value == value // 1 else str(value)
        return shown if shown in valid else None
    return _valid(value, valid, high) if isinstance(value, str) else None


def _otherwise(text: str, valid: frozenset[str], values: list[int]) -> Reading:
    reading = score.read(text, values[0], values[-1])
    if reading.value is None or reading.value in valid:
        return reading
    return Reading(value=None, why=f"{reading.value} is none of the levels {listed(values)}")


def _told(levels: tuple[tuple[int, str], ...]) -> re.Pattern[str]:
    """Return the pattern of a last line that repeats a level as the prompt shows it."""
    space = r"\s+"
    shown = (
        rf"{value}\s*\]{{1,2}}[^\w\n]*{space.join(map(re.escape, told.split()))}"
        for value, told in levels
    )
    return re.compile(rf"\[{{1,2}}\s*(?:{'|'.join(shown)})(?=[^\w\n]*$)", re.I | re.M)
