"""What a ranking says of each model, and of all: places, strengths, chances, what was counted."""

from typing import NamedTuple

import msgspec

from statera.stats.results import Estimate


class Record(NamedTuple):
    """What became of a model's games; a flip (orders that disagree) is one of the ties."""

    won: int = 0
    lost: int = 0
    tied: int = 0
    flips: int = 0
    unparsed: int = 0

    @property
    def share(self) -> float | None:
        """The share of games won, a tie half; None without games."""
        games = self.won + self.lost + self.tied
        return (self.won + self.tied / 2) / games if games else None

    @property
    def unparsed_share(self) -> float:
        """The share of games of which the judge gave no verdict."""
        asked = self.won + self.lost + self.tied + self.unparsed
        return self.unparsed / asked if asked else 0.0


class Ranked(msgspec.Struct, frozen=True, kw_only=True):
    """One model's place. `rank` and `value`, its log-strength, are among those ranked, 0 the mean.

    `score` is its share of all strength, `win` the probability that it beats the base (with
    Davidson's ties: where they do not tie). All are None where not known; `why` says why there is
    no strength, or no interval. `share` of its games were won, a tie counted half.
    """

    model: str
    rank: int | None
    best: int | None
    worst: int | None
    value: float | None
    low: float | None
    high: float | None
    score: float | None
    win: float | None
    win_low: float | None
    win_high: float | None
    won: int
    lost: int
    tied: int
    flips: int
    unparsed: int
    share: float | None
    why: str

    def __str__(self) -> str:
        """Return `new: rank 1 (1 to 2), strength +0.410 [+0.180, +0.640]`."""
        if self.value is None:
            return f"{self.model}: no strength ({self.why})"
        ranks = "" if self.best is None else f" ({self.best} to {self.worst})"
        bounds = "" if self.low is None else f" [{self.low:+.3f}, {self.high:+.3f}]"
        return f"{self.model}: rank {self.rank}{ranks}, strength {self.value:+.3f}{bounds}"


class Ladder(msgspec.Struct, frozen=True, kw_only=True):
    """Models from the top: those who never lost to the ranked first, those who never won last.

    `win[i][j]` is the probability that the model in line i beats that in line j, `better` the
    share of resamples in which it is the stronger. `tie` is Davidson's nu where it was asked for.
    """

    models: tuple[Ranked, ...]
    win: tuple[tuple[float | None, ...], ...]
    better: tuple[tuple[float | None, ...], ...] | None
    tie: Estimate | None
    method: str
    source: str
    games: int
    items: int
    resamples: int
    disconnected: int


class Coefficient(msgspec.Struct, frozen=True, kw_only=True):
    """What one unit of a covariate adds to the log odds of a win."""

    control: str
    unit: str
    estimate: Estimate


class Leaderboard(msgspec.Struct, frozen=True, kw_only=True):
    """A ranking as the games are (`raw`), and one at equal covariates where that was asked for.

    `same` games are of the same text on both sides: ties that no judge was asked about. `unparsed`
    of `asked` games have no verdict: above 2 % `warnings` say so, above 10 % the
    leaderboard is `void`, as it is where an audit voided the judge: a warning says why.
    """

    task: str
    criterion: str
    base: str | None
    level: float
    raw: Ladder
    controlled: Ladder | None
    coefficients: tuple[Coefficient, ...]
    asked: int
    flips: int
    unparsed: int
    same: int = 0
    void: bool
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
