"""Does the verdict stay when a text is hidden? Each transformation against the same texts plain.

A row says for one transformation how many harmful texts are still flagged, and how many harmless
ones are flagged that were not: recall alone would reward a guard that flags whatever is encoded.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
import numpy as np

from statera.analysis.guarding.evasions import EVASIONS, PLAIN
from statera.analysis.guarding.rates import flagged_share
from statera.analysis.guarding.sightings import Sighting, by_source, labelled
from statera.scorers.guarding import POLICY
from statera.seeds import unit
from statera.stats.paired import difference
from statera.stats.results import Difference, Estimate, Pairs
from statera.tasks.guardtexts import LabelledText

SUFFIX = "_evasions"
_MARK = "~"


class EvasionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One transformation of a source's texts under one detector (empty: the whole policy).

    `recall` and `false_positive_rate` are those of the transformed texts; the changes are paired by
    text against the plain form.
    """

    source: str
    evasion: str
    detector: str
    recall: Estimate
    recall_change: Difference
    false_positive_rate: Estimate
    false_positive_change: Difference


def evading_texts(
    texts: Iterable[LabelledText], *, most: int, seed: int = 0
) -> tuple[LabelledText, ...]:
    """Return for each source the texts that the evasion table is made of, plain and transformed.

    `most` harmful and `most` harmless ones a source, drawn by a hash of (seed, source, id); a
    transformation that leaves a text as it is has none of it. Sources are called `SOURCE_evasions`;
    their rates are those of hidden texts, the plain ones are there to compare with.
    """
    groups: dict[tuple[str, bool], list[LabelledText]] = {}
    for text in texts:
        groups.setdefault((text.source, _harmful(text)), []).append(text)
    found: list[LabelledText] = []
    for (source, _), members in groups.items():
        drawn = sorted(members, key=lambda one: unit(seed, source, one.id))[:most]
        for text in drawn:
            found += _forms(text)
    return tuple(found)


def _harmful(text: LabelledText) -> bool:
    return bool(text.true_of(POLICY))


def _forms(text: LabelledText) -> list[LabelledText]:
    forms = {PLAIN: text.text} | {name: hide(text.text) for name, hide in EVASIONS.items()}
    return [
        msgspec.structs.replace(
            text,
            id=f"{text.id}{_MARK}{name}",
            source=f"{text.source}{SUFFIX}",
            text=form,
            category=name,
            conversation=text.conversation or f"{_MARK}{text.id}",
            rated=name != PLAIN,
        )
        for name, form in forms.items()
        if name == PLAIN or form != text.text
    ]


def evasion_rows(found: Iterable[Sighting], detectors: Sequence[str]) -> list[EvasionRow]:
    """Return a row a source, detector and transformation, the policy first.

    Only what the detector examined counts, in both forms; `found` holds the `_evasions` sources.
    """
    rows: list[EvasionRow] = []
    for source, members in by_source(found).items():
        forms: dict[str, dict[str, Sighting]] = {}
        for one in members:
            name, _, form = one.id.rpartition(_MARK)
            forms.setdefault(form, {})[name] = one
        plain = forms.pop(PLAIN, {})
        for detector in (POLICY, *detectors):
            if any(_told(one, detector) for one in members):
                named = source.removesuffix(SUFFIX)
                rows += [
                    _row(named, form, detector, hidden, plain) for form, hidden in forms.items()
                ]
    return rows


def _told(one: Sighting, detector: str) -> bool:
    return one.true_of(detector) is not None and one.seen(detector) != "absent"


def _row(
    source: str,
    form: str,
    detector: str,
    hidden: Mapping[str, Sighting],
    plain: Mapping[str, Sighting],
) -> EvasionRow:
    harmful = labelled(hidden.values(), detector, harmful=True)
    harmless = labelled(hidden.values(), detector, harmful=False)
    return EvasionRow(
        source=source,
        evasion=form,
        detector=detector,
        recall=flagged_share(harmful, detector),
        recall_change=_change(harmful, plain, detector),
        false_positive_rate=flagged_share(harmless, detector),
        false_positive_change=_change(harmless, plain, detector),
    )


def _change(hidden: Iterable[Sighting], plain: Mapping[str, Sighting], detector: str) -> Difference:
    pairs = [
        (one.seen(detector), plain[name].seen(detector), one.unit)
        for one in hidden
        if (name := one.id.rpartition(_MARK)[0]) in plain
    ]
    known = [pair for pair in pairs if {pair[0], pair[1]} <= {"flagged", "passed"}]
    now, then = (np.array([pair[at] == "flagged" for pair in known], float) for at in (0, 1))
    ones = np.ones(len(known))
    return difference(Pairs(now, then, np.array([pair[2] for pair in known]), ones, ones))
