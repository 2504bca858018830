"""Does a judge prefer its own family? Only other judges of the same pairs can tell.

    [wins of the family by this judge - by the others] - [the same for other families]

over pairs that this judge and another both judged. The first bracket alone mixes preference for the
family with leniency towards every candidate; the second takes the leniency away. People count as a
judge family of their own. Where the base is of the judge's family, a pair counts with the opposite
sign: gap = sign * preference + leniency, by least squares.

| data | scale, interval |
|---|---|
| verdicts of single pairs | share of wins; cluster-robust, paired by item |
| a table of win rates, judges by candidates | log odds, residual of judge and candidate; none |
| one judge family, or no pair judged by two | no value: it cannot be told from quality |
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec
import numpy as np

from statera.stats.clusterrobust import CR2, MIN_CLUSTERS
from statera.stats.lengthslope import robust_coefficients
from statera.stats.means import mean
from statera.stats.paired import difference
from statera.stats.proportion import student_quantile, student_tail
from statera.stats.results import LEVEL, Estimate, Items, Pairs
from statera.stats.winrate import UNPARSED

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

ONE_FAMILY = "one judge family: self-preference cannot be told from quality"
FLAT = 1e-12
TWO_WAY = "Tukey, Exploratory Data Analysis, 1977, chapter 10 (two-way fit, by means)"


class FamilyVerdicts(NamedTuple):
    """Verdicts of several judges on the same pairs, one entry a verdict.

    `values` are for the candidate: 1, 0.5, 0, or a share in [0, 1]; `UNPARSED` (-1) is left out.
    `judges` names the family of the judge, `pairs` the pair (the same name from every judge),
    `families` the family of the candidate, `items` the question. `bases` names the family of what
    the candidate is compared with; None if it is never the judge's. A pair with both sides of the
    judge's family is left out.
    """

    values: "ArrayLike"
    judges: Sequence[str]
    pairs: "ArrayLike"
    families: Sequence[str]
    items: "ArrayLike"
    bases: Sequence[str] | None = None


class SelfPreference(msgspec.Struct, frozen=True, kw_only=True):
    """How much more a judge favours its own family than other judges do, net of other families.

    `own` is the gap on `own_pairs` of its family, `others` the gap on `other_pairs` of other
    families, `value` their difference; above 0 it favours its own. Where only the base is of its
    family, `own` is the gap in favour of the base. On the scale "rate" 0.1 is ten
    wins in a hundred pairs. `value` is None where it cannot be told; `method` says why, and `own`
    may still be there. `p` is that of no difference, by `test`. `n` counts pairs, `clusters` items,
    `families` names the judge families compared with.
    """

    judge: str
    value: float | None
    low: float | None
    high: float | None
    level: float
    method: str
    source: str
    scale: Literal["rate", "log odds"]
    n: int
    clusters: int
    own_pairs: int
    other_pairs: int
    own: Estimate | None = None
    others: Estimate | None = None
    p: float | None = None
    test: str = "none"
    families: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return `claude: +0.120 [+0.041, +0.199] 95 %, 120 pairs of its own, 480 of others`."""
        sizes = f"{self.own_pairs} pairs of its own family, {self.other_pairs} of others"
        if self.value is None:
            return f"{self.judge}: cannot be told ({self.method}), {sizes}"
        bounds = f"(no interval: {self.method})"
        if self.low is not None and self.high is not None:
            bounds = f"[{self.low:+.3f}, {self.high:+.3f}] {100 * self.level:g} %"
        unit = " log odds" if self.scale == "log odds" else ""
        return f"{self.judge}: {self.value:+.3f}{unit} {bounds}, {sizes}"


class _Gaps(NamedTuple):
    """Pairs judged by this judge and another: its value for the candidate less theirs.

    `sign` is 1 where the candidate is of the judge's family, -1 where the base is, else 0. `item`
    counts from 0. A pair of the judge's family on both sides is not among them.
    """

    gap: np.ndarray
    item: np.ndarray
    sign: np.ndarray

    @property
    def own(self) -> np.ndarray:
        return np.asarray(self.sign != 0)

    @property
    def favour(self) -> np.ndarray:
        """The gap in favour of the judge's family; of the candidate where neither side is."""
        return np.asarray(np.where(self.sign < 0, -self.gap, self.gap))


def self_preference(
    verdicts: FamilyVerdicts, *, judge: str, level: float = LEVEL
) -> SelfPreference:
    """Return the preference of the judge family `judge` for candidates of its own family.

    Each pair counts the same; the other judges of a pair are averaged. ValueError for parts of
    different length, values outside [0, 1], a pair with two items or families, or a level outside
    (0, 1).
    """
    if not 0 < level < 1:
        raise ValueError(f"a level lies in (0, 1), got {level}")
    families = np.asarray(verdicts.judges, dtype=object)
    rest = tuple(sorted({str(name) for name in families} - {judge}))
    gaps = _gaps(verdicts, families == judge, judge)
    own, other = (_side(gaps, kept, level) for kept in (gaps.own, ~gaps.own))
    bare = SelfPreference(
        judge=judge,
        value=None,
        low=None,
        high=None,
        level=level,
        method=_refusal(gaps, rest, any(families == judge)),
        source="",
        scale="rate",
        n=len(gaps.gap),
        clusters=len(np.unique(gaps.item)),
        own_pairs=int(gaps.own.sum()),
        other_pairs=int((~gaps.own).sum()),
        own=own if gaps.own.any() else None,
        others=None if gaps.own.all() else other,
        families=rest,
    )
    if bare.method:
        return bare
    return _by_line(bare, gaps) if np.any(gaps.sign < 0) else _net(bare, gaps)


def _gaps(verdicts: FamilyVerdicts, by_judge: np.ndarray, judge: str) -> _Gaps:
    values = np.asarray(verdicts.values, np.float64)
    candidate = np.asarray(verdicts.families, dtype=object) == judge
    base = np.zeros(len(values), bool)
    if verdicts.bases is not None:
        base = np.asarray(verdicts.bases, dtype=object) == judge
    pair = np.unique(np.asarray(verdicts.pairs), return_inverse=True)[1]
    item = np.unique(np.asarray(verdicts.items), return_inverse=True)[1]
    sizes = {len(part) for part in (values, by_judge, candidate, base, pair, item)}
    if len(sizes) > 1:
        raise ValueError(f"verdicts need parts of one length, got {sorted(sizes)}")
    if not np.all(((values >= 0) & (values <= 1)) | (values == UNPARSED)):
        raise ValueError("a value lies in [0, 1], or is -1 (unparsed)")
    first = _same_for_each(pair, item, candidate, base)
    kept = values != UNPARSED
    mine, theirs = (
        _means(values, pair, kept & which, len(first)) for which in (by_judge, ~by_judge)
    )
    gap, sign = mine - theirs, candidate[first].astype(int) - base[first].astype(int)
    left = ~np.isnan(gap) & ~(candidate[first] & base[first])
    return _Gaps(gap[left], np.unique(item[first][left], return_inverse=True)[1], sign[left])


def _same_for_each(pair: np.ndarray, *parts: np.ndarray) -> np.ndarray:
    """Return a row of each pair; ValueError if the rows of a pair differ in a part."""
    first = np.zeros(int(pair.max(initial=-1)) + 1, np.int64)
    first[pair] = np.arange(len(pair))
    if any(np.any(part[first[pair]] != part) for part in parts):
        raise ValueError("a pair has one item and two families, the same from every judge")
    return first


def _means(values: np.ndarray, pair: np.ndarray, kept: np.ndarray, count: int) -> np.ndarray:
    """Return the mean value of each pair over the kept rows, NaN without any: for here only."""
    sizes = np.bincount(pair[kept], minlength=count)
    sums = np.bincount(pair[kept], weights=values[kept], minlength=count)
    return np.where(sizes > 0, sums / np.maximum(sizes, 1), np.nan)


def _side(gaps: _Gaps, kept: np.ndarray, level: float) -> Estimate:
    """Return the mean gap of some pairs, its interval made on [0, 1] and stretched to [-1, 1]."""
    values, item, ones = (1 + gaps.favour[kept]) / 2, gaps.item[kept], np.ones(int(kept.sum()))
    told = mean(Items(values, item, 0 * ones, ones), level=level)
    if told.value is not None and told.low is None:
        even = difference(Pairs(values, 0.5 * ones, item, ones, ones), level=level)
        if even.low is not None and even.high is not None:
            told = msgspec.structs.replace(
                told,
                low=even.low + 0.5,
                high=even.high + 0.5,
                method=even.method,
                source=even.source,
            )
    parts = {"value": told.value, "low": told.low, "high": told.high}
    back = {name: None if part is None else 2 * part - 1 for name, part in parts.items()}
    return msgspec.structs.replace(told, **back)


def _refusal(gaps: _Gaps, rest: tuple[str, ...], judged: bool) -> str:
    if not judged:
        return "the judge has no verdicts"
    if not rest:
        return ONE_FAMILY
    if not len(gaps.gap):
        return "no pair was judged by this judge and by another family"
    if not gaps.own.any():
        return "no pair of the judge's own family"
    alone = len(np.unique(gaps.sign)) == 1
    return "no pair of other families to compare with" if alone else ""


def _net(bare: SelfPreference, gaps: _Gaps) -> SelfPreference:
    """Return the difference of the two mean gaps, paired by item."""
    count = int(gaps.item.max()) + 1
    sides = []
    for kept in (gaps.own, ~gaps.own):
        sizes = np.bincount(gaps.item[kept], minlength=count).astype(np.float64)
        sums = np.bincount(gaps.item[kept], (1 + gaps.gap[kept]) / 2, minlength=count)
        sides.append((np.clip(sums / np.maximum(sizes, 1), 0.0, 1.0), sizes))
    (own, own_sizes), (other, other_sizes) = sides
    pairs = Pairs(own, other, np.arange(count), own_sizes, other_sizes)
    found = difference(pairs, level=bare.level)
    return msgspec.structs.replace(
        bare,
        value=_twice(found.value),
        low=_twice(found.low),
        high=_twice(found.high),
        method=f"own less other families, {found.method}",
        source=found.source,
        p=found.p,
        test=found.test,
    )


def _by_line(bare: SelfPreference, gaps: _Gaps) -> SelfPreference:
    """Return the slope of the gaps along their signs, beside the leniency."""
    terms = np.column_stack([gaps.sign, np.ones(len(gaps.gap))])
    line = np.linalg.lstsq(terms, gaps.gap, rcond=None)[0]
    value, method, source = float(line[0]), "gap along the sign of the family", ""
    low, high, p, test = None, None, None, "none"
    robust = robust_coefficients(terms, np.ones(len(terms)), gaps.gap - terms @ line, gaps.item)
    error, freedom = float(robust.variance[0]) ** 0.5, float(robust.freedom[0])
    if bare.clusters < MIN_CLUSTERS:
        method = f"{method}, fewer than {MIN_CLUSTERS} clusters"
    elif error < FLAT:
        method = f"{method}, no spread of the gaps"
    else:
        reach = student_quantile(bare.level, freedom) * error
        low, high, source = value - reach, value + reach, CR2
        p, test = 2 * student_tail(-abs(value) / error, freedom), "cluster-robust t, CR2"
        method = f"{method}, cluster-robust t, CR2"
    return msgspec.structs.replace(
        bare, value=value, low=low, high=high, method=method, source=source, p=p, test=test
    )


def _twice(value: float | None) -> float | None:
    return None if value is None else 2 * value


def two_way_residuals(rates: "ArrayLike") -> np.ndarray:
    """Return the log odds of rates (judges, candidates) without judge and candidate effects.

    Each row and each column of the result has mean 0. ValueError for a rate outside (0, 1).
    """
    table = np.asarray(rates, np.float64)
    if table.ndim != 2 or not np.all((table > 0) & (table < 1)):
        raise ValueError("a table of rates has rows and columns, all inside (0, 1)")
    odds = np.log(table / (1 - table))
    rows, columns = odds.mean(axis=1, keepdims=True), odds.mean(axis=0, keepdims=True)
    found: np.ndarray = odds - rows - columns + odds.mean()
    return found


def table_self_preference(
    rates: "ArrayLike",
    judges: Sequence[str],
    families: Sequence[str],
    *,
    judge: str,
    level: float = LEVEL,
) -> SelfPreference:
    """Return the mean residual log odds of a judge family on its own family's candidates.

    `rates` (judges, candidates) are win rates against one base; `judges` and `families` name the
    family of each row and column. Rates without their items have no interval. A judge that prefers
    itself lifts its row and the candidate's column too, so the residual understates, the more the
    smaller the table. ValueError for names that do not fit the table.
    """
    table = np.asarray(rates, np.float64)
    if table.shape != (len(judges), len(families)):
        raise ValueError(f"{len(judges)} judges and {len(families)} candidates: {table.shape}")
    mine, own = np.array([j == judge for j in judges]), np.array([f == judge for f in families])
    why = _table_refusal(table, judges, families, judge)
    value = None if why else float(two_way_residuals(table)[np.ix_(mine, own)].mean())
    return SelfPreference(
        judge=judge,
        value=value,
        low=None,
        high=None,
        level=level,
        method=why or "two-way residual of rates without their items",
        source="" if why else TWO_WAY,
        scale="log odds",
        n=table.size,
        clusters=len(judges),
        own_pairs=int(mine.sum() * own.sum()),
        other_pairs=int(mine.sum() * (~own).sum()),
        families=tuple(sorted(set(judges) - {judge})),
    )


def _table_refusal(
    table: np.ndarray, judges: Sequence[str], families: Sequence[str], judge: str
) -> str:
    if judge not in judges:
        return "the judge has no verdicts"
    if len(set(judges)) < 2:
        return ONE_FAMILY
    if judge not in families:
        return "no candidate of the judge's own family"
    if len(set(families)) < 2:
        return "no candidate of other families to compare with"
    return "" if np.all((table > 0) & (table < 1)) else "a rate of 0 or 1 has no log odds"
