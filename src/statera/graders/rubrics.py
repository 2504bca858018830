"""Rubrics: what is looked at, and when each level is given. Some are ready; others are YAML files.

rubric: safety-netting
criterion: Does the reply tell when to see a doctor?
levels:
  0: does not
  1: says it in general
  2: names the signs to watch for
passing: 2
"""

from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec

from statera.codec.files import YAML, read_text, read_yaml
from statera.codec.strict import from_yaml
from statera.errors import unknown
from statera.scorers.rules import BadScorer
from statera.scorers.scale import Levels, Scale

_READY = Path(__file__).parent / "ready"

Words = Annotated[int, msgspec.Meta(ge=1)]


class Rubric(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rubric as it is written in YAML.

    `rubric` is its name. `scale`, the lowest and the highest level, may be stated beside `levels`
    and must then fit them. `passing` is the lowest level that counts as good. `needs_reference` is
    True where the reply is measured against an ideal one. `min_words` and `max_words` say how long
    a good reply is. `content` is False where form alone is looked at: a reply that says nothing of
    use may then honestly do well.
    """

    rubric: str
    version: str = "1"
    criterion: str
    levels: Levels
    scale: tuple[int, int] | None = None
    passing: int | None = None
    needs_reference: bool = False
    content: bool = True
    max_words: Words | None = None
    min_words: Words | None = None

    def __post_init__(self) -> None:
        if not self.rubric.strip() or not self.criterion.strip():
            raise BadScorer("a rubric has a name and a criterion")
        grades = self.grades
        if self.scale is not None:
            _check_fit(grades, *self.scale)
        if self.passing == grades.low:
            raise BadScorer(
                f"passing: {self.passing} is the lowest level: every reply would be good"
            )
        if self.max_words is not None and (self.min_words or 0) > self.max_words:
            raise BadScorer(f"min_words {self.min_words} is above max_words {self.max_words}")

    @property
    def grades(self) -> Scale:
        """The levels with what is read and shown of them."""
        return Scale(levels=self.levels, passing=self.passing)


def ready_rubrics() -> list[str]:
    """Return the names of the rubrics that ship, sorted."""
    return sorted(path.stem for path in _READY.glob("*.yaml"))


def ready_judges() -> list[str]:
    """Return the names of the judges of several criteria that ship, sorted."""
    return sorted(path.stem for path in (_READY / "judges").glob("*.yaml"))


def ready_judge(name: str) -> Path:
    """Return the file of a judge that ships."""
    return _READY / "judges" / f"{name}.yaml"


def read_rubric(text: str, base: Path) -> Rubric:
    """Return the rubric that `text` names: a ready one, or a YAML file beside `base`."""
    if text.endswith(YAML):
        return read_yaml(base / text, Rubric)
    if text in ready_rubrics():
        return _ready(text)
    raise unknown("rubric", text, ready_rubrics())


@cache
def _ready(name: str) -> Rubric:
    path = _READY / f"{name}.yaml"
    return from_yaml(read_text(path), Rubric, source=path.name)


def limits_text(rubric: Rubric) -> str:
    """Return the limits of length as they are told to the judge, or an empty string."""
    least, most = rubric.min_words, rubric.max_words
    if least is not None and most is not None:
        return f"A good reply has {least} to {most} words; grade it lower outside that."
    if most is not None:
        return f"A good reply has at most {most} words; grade a longer one lower."
    if least is not None:
        return f"A good reply has at least {least} words; grade a shorter one lower."
    return ""


def _check_fit(grades: Scale, low: int, high: int) -> None:
    """Raise BadScorer where the levels are not all whole numbers from `low` to `high`."""
    if low >= high:
        raise BadScorer(f"scale: the lowest level comes first, not [{low}, {high}]")
    wanted = range(low, high + 1)
    missing = [value for value in wanted if value not in grades.levels]
    beyond = [value for value in grades.values if value not in wanted]
    wrong = [f"{_told(missing)} missing"] if missing else []
    wrong += [f"{_told(beyond)} beyond it"] if beyond else []
    if wrong:
        levels = ", ".join(map(str, grades.values))
        raise BadScorer(
            f"levels {levels} do not match the scale {low} to {high}: {'; '.join(wrong)}"
        )


def _told(values: list[int]) -> str:
    """Return `4 is`, or `4, 5 are` for several; a long list is cut."""
    shown = ", ".join(map(str, values[:8])) + (", …" if len(values) > 8 else "")
    return f"{shown} {'is' if len(values) == 1 else 'are'}"
