"""What a gate says: pass, fail or inconclusive, rule by rule, with the numbers behind it."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from statera.errors import unknown
from statera.interop import measured

Verdict = Literal["pass", "fail", "inconclusive"]
Form = Literal["baseline", "anchor", "min", "max"]
Side = Literal["above", "below"]

UNREAD = "no rule reads "
"""Begins the note on a rule whose counter-metric no other rule looks at."""

EXIT_CODES: dict[Verdict, int] = {"pass": 0, "fail": 1, "inconclusive": 3}


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """How many items would decide a rule, and what that supposes.

    `items` is None where no number would; `assuming` then says why.
    """

    items: int | None
    assuming: str
    power: float

    def __str__(self) -> str:
        """Return `2,475 items (80 % sure to pass if …)`."""
        if self.items is None:
            return f"more than can be told ({self.assuming})"
        return f"{self.items:,} items ({self.assuming})"


class Dismissal(msgspec.Struct, frozen=True, kw_only=True):
    """A person's word that an item is no failure: it counts as good.

    `certain` says that the scorer's own rules saw the failure, so that the word overrules it.
    """

    sample_id: str
    by: str
    why: str
    certain: bool


class RuleRuling(msgspec.Struct, frozen=True, kw_only=True):
    """One rule for one metric of one category (None: the whole task), and what became of it.

    The claim is that `value` lies on `side` of `limit`; `value` is candidate - base for the forms
    `baseline` and `anchor`, else the candidate's own. `lower` and `upper` are one-sided bounds,
    each at 1 - `alpha`; `alpha` is the rule's own at this `look`. Where trials failed for reasons
    of plumbing (`infra` of them), the bound of a pass counts them against the candidate and that of
    a fail counts them for it. `p_pass` and `p_fail` test the two claims; `p_fail_adjusted` counts
    how many rules there are (Holm). `failed` names the items whose critical failure is certain,
    `unconfirmed` those whose failure a person has not confirmed, `dismissed` those that a person
    said are none. `tried` says that this is the how-manieth candidate that was held to this rule on
    this set of items. `epochs` is how often the rule wants each item to be asked, None if it does
    not say.

    Of a judged metric `raw` is the judge's own number, and `value` that number as `labels` human
    labels correct it: `transported` where they are of other data or of an unknown draw and the rule
    takes that; or the same as `raw` where the policy takes an `unvalidated` judge at its word.
    """

    metric: str
    category: str | None
    rule: int
    form: Form
    side: Side
    limit: float
    verdict: Verdict
    reason: str
    value: float | None
    candidate: float | None
    base: float | None
    lower: float | None
    upper: float | None
    alpha: float
    p_pass: float | None
    p_fail: float | None
    p_fail_adjusted: float | None = None
    n: int
    clusters: int
    infra: int = 0
    missing: int = 0
    method: str
    source: str = ""
    critical: bool = False
    failed: tuple[str, ...] = ()
    unconfirmed: tuple[str, ...] = ()
    dismissed: tuple[Dismissal, ...] = ()
    need: Need | None = None
    look: int = 1
    looks: tuple[int, ...] = ()
    tried: int = 1
    raw: float | None = None
    labels: int = 0
    transported: bool = False
    unvalidated: bool = False
    epochs: int | None = None

    @property
    def name(self) -> str:
        """`task/metric`, or `task/category/metric`."""
        return measured.name(self)

    @property
    def bound_side(self) -> Literal["lower", "upper"]:
        """Which bound the verdict read: of a claim `above` the lower one, of its fail the upper."""
        return "lower" if (self.side == "above") != (self.verdict == "fail") else "upper"

    @property
    def decided_by_item(self) -> bool:
        """True when certain failures of single items decided, whatever bound and p say."""
        return self.verdict == "fail" and bool(self.failed)

    @property
    def bound(self) -> float | None:
        """The bound that the verdict read."""
        if self.decided_by_item:
            return None
        return self.lower if self.bound_side == "lower" else self.upper

    @property
    def p(self) -> float | None:
        """The p value that the verdict read: of a fail the adjusted one."""
        if self.decided_by_item:
            return None
        return self.p_fail_adjusted if self.verdict == "fail" else self.p_pass

    @property
    def claim(self) -> str:
        """What has to be shown: `difference to baseline > -0.02`, `< 0.05 in 3 epochs`."""
        sign = ">" if self.side == "above" else "<"
        often = "" if self.epochs is None else f" in {epochs_words(self.epochs)}"
        if self.form in ("min", "max"):
            return f"{sign} {self.limit:g}{often}"
        limit = f"{self.limit:+g}" if self.limit else "0"
        return f"difference to {self.form} {sign} {limit}{often}"

    @property
    def by(self) -> str:
        """How far a judge is to be believed whose number this is; nothing where none judged.

        `unvalidated judge`; `corrected from 0.700 by 120 labels`, with `, transported` where that
        they hold here is assumed.
        """
        if self.unvalidated:
            return "unvalidated judge"
        if not self.labels:
            return ""
        carried = ", transported" if self.transported else ""
        form = ".3f" if self.form in ("min", "max") else "+.3f"
        raw = "" if self.raw is None else f" from {self.raw:{form}}"
        return f"corrected{raw} by {self.labels:,} labels{carried}"

    @property
    def told(self) -> str:
        """The claim, and how far the judge is to be believed: `> 0.6 (unvalidated judge)`."""
        return f"{self.claim} ({self.by})" if self.by else self.claim

    @property
    def asked(self) -> tuple[str, str, str]:
        """The metric, the category and the form: what counts as the same question again."""
        return self.metric, self.category or "", self.form

    def __str__(self) -> str:
        """Return `pass gsm8k/accuracy: difference to baseline > -0.02: ...`."""
        return f"{self.verdict} {self.name}: {self.told}: {self.reason}"


class Override(msgspec.Struct, frozen=True, kw_only=True):
    """A person's decision in place of the gate's, with a name and a reason."""

    verdict: Verdict
    by: str
    why: str


class Ruling(msgspec.Struct, frozen=True, kw_only=True):
    """A gate's decision. It passes only if every rule passes; any rule that fails, fails it.

    `verdict` is the gate's own; `override` never changes it. `candidate`, `base` and `anchor` are
    the ids of the runs whose trials were read, several where runs of one system are pooled.
    """

    gate: str
    policy: str
    alpha: float
    verdict: Verdict
    rules: tuple[RuleRuling, ...]
    candidate: tuple[str, ...]
    base: tuple[str, ...] = ()
    anchor: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    override: Override | None = None

    @property
    def passed(self) -> bool:
        """True when the candidate may ship: the gate passes, or a person said that it does."""
        return self.final == "pass"

    @property
    def final(self) -> Verdict:
        """The verdict that counts: a person's, where there is one."""
        return self.verdict if self.override is None else self.override.verdict

    @property
    def exit_code(self) -> int:
        """0 pass, 1 fail, 3 inconclusive."""
        return EXIT_CODES[self.final]

    @property
    def look(self) -> int:
        """How often its most asked rule was asked, each time with more trials."""
        return max(rule.look for rule in self.rules)

    @property
    def tried(self) -> int:
        """How many candidates were held to its rules on this set of items, this one included."""
        return max(rule.tried for rule in self.rules)

    @property
    def heard(self) -> tuple[str, ...]:
        """How far judges are believed whose numbers it reads, one line a rule."""
        return tuple(f"{rule.name} {rule.claim}: {rule.by}" for rule in self.rules if rule.by)

    @property
    def marked(self) -> tuple[str, ...]:
        """What must be said beside any verdict that rests on a judge's word or on an assumption."""
        unvalidated = [rule.name for rule in self.rules if rule.unvalidated]
        carried = [rule.name for rule in self.rules if rule.transported]
        marks = (("unvalidated judge", unvalidated), ("transported correction", carried))
        return tuple(
            f"{what} behind {', '.join(dict.fromkeys(names))}" for what, names in marks if names
        )

    @property
    def uncountered(self) -> tuple[str, ...]:
        """The notes on rules whose counter-metric no other rule reads."""
        return tuple(note for note in self.notes if note.startswith(UNREAD))

    @property
    def dismissals(self) -> tuple[tuple[RuleRuling, Dismissal], ...]:
        """What people said is no failure, with its rule; what overrules a scorer first."""
        found = [(rule, said) for rule in self.rules for said in rule.dismissed]
        return tuple(sorted(found, key=lambda pair: not pair[1].certain))

    @property
    def overruled(self) -> bool:
        """True when a person dismissed a failure of which the scorer was certain."""
        return any(said.certain for _, said in self.dismissals)

    def having(self, verdict: Verdict) -> tuple[RuleRuling, ...]:
        """Return the rules with that verdict, in the policy's order."""
        return tuple(rule for rule in self.rules if rule.verdict == verdict)

    def __getitem__(self, name: str) -> RuleRuling:
        """Return the first rule called `task/metric` or `task/category/metric`."""
        for rule in self.rules:
            if rule.name == name:
                return rule
        raise unknown("metric in this ruling", name, {rule.name for rule in self.rules})

    def __str__(self) -> str:
        """Return the verdict, then a line for each rule that does not pass."""
        head = f"{self.gate}: {self.verdict} ({len(self.having('pass'))} of {len(self.rules)} pass)"
        open_rules = [str(rule) for rule in self.rules if rule.verdict != "pass"]
        return "\n".join([head, *open_rules])


def epochs_words(times: int) -> str:
    """Return `1 epoch`, `3 epochs`."""
    return "1 epoch" if times == 1 else f"{times} epochs"


def dismissal_words(rule: RuleRuling, said: Dismissal) -> str:
    """Return `no failure of t/critical, says Bob: t/7 (of which the scorer is certain): why`."""
    sure = " (of which the scorer is certain)" if said.certain else ""
    return f"no failure of {rule.name}, says {said.by}: {said.sample_id}{sure}: {said.why}"


def together(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the gate's verdict: any fail fails it, all pass passes it, else inconclusive."""
    if "fail" in verdicts:
        return "fail"
    return "pass" if all(verdict == "pass" for verdict in verdicts) else "inconclusive"
