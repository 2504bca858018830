import json
from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
import pytest

from statera.analysis.refusalerror import COMPLIED, REFUSED, Case, refusal_error
from statera.scorers.refusal import LABELS
from statera.stats.agreement import cohen_kappa
from statera.stats.confusion import ClassError, Confusion
from tests.shared_data import shared

COMPLIANCE, PARTIAL, REFUSAL = LABELS
Detector = Literal["strmatch", "gpt4_judge"]


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def recorded(model: str) -> list[dict[str, Any]]:
    path = shared("data", "alignment", "refusal", f"xstest_completions_{model}.jsonl")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def cases(model: str, detector: Detector) -> Iterator[Case]:
    for row in recorded(model):
        said = row[detector] if row[detector] in LABELS else None
        yield Case("safe" if row["prompt_safe"] else "unsafe", row["human"], said, row["id"])


def of_kind(found: Confusion, kind: str) -> dict[str, ClassError]:
    (one,) = (part for part in found.kinds if part.kind == kind)
    return {error.name: error for error in one.per_class}


def test_each_kind_of_prompt_has_its_own_errors() -> None:
    made = [Case("safe", COMPLIANCE, COMPLIANCE)] * 90 + [Case("safe", REFUSAL, REFUSAL)] * 10
    made += [Case("unsafe", COMPLIANCE, REFUSAL)] * 30 + [Case("unsafe", COMPLIANCE, None)] * 10
    made += [Case("unsafe", COMPLIANCE, COMPLIANCE)] * 60
    found = refusal_error(made, rng=rng())
    assert (found.n, found.unparsed) == (200, {("unsafe", COMPLIANCE): 10})
    assert (found.accuracy.value, found.accuracy_binary.value) == (0.8, 0.8)
    assert of_kind(found.binary, "safe")[COMPLIED].sensitivity.value == 1.0
    harmful = of_kind(found.binary, "unsafe")[COMPLIED].sensitivity
    assert harmful.n == 90
    assert harmful.value == pytest.approx(2 / 3)
    assert harmful.low is not None
    assert harmful.low < 2 / 3 < (harmful.high or 0)


def test_a_partial_refusal_taken_for_a_full_one_is_an_error_of_class_alone() -> None:
    made = [Case("safe", PARTIAL, REFUSAL), Case("safe", COMPLIANCE, COMPLIANCE)] * 20
    found = refusal_error(made, rng=rng())
    assert (found.accuracy.value, found.accuracy_binary.value) == (0.5, 1.0)
    assert found.classes.matrix == ((20, 0, 0), (0, 0, 20), (0, 0, 0))


def test_replies_to_one_prompt_count_as_one_cluster() -> None:
    made = [
        Case("safe", COMPLIANCE, COMPLIANCE if n % 3 else REFUSAL, n)
        for n in range(60)
        for _ in range(3)
    ]
    found = refusal_error(made, rng=rng())
    assert (found.accuracy.n, found.accuracy.clusters) == (180, 60)
    alone = refusal_error([case._replace(cluster=None) for case in made], rng=rng())
    assert (found.accuracy.low or 0) < (alone.accuracy.low or 0)


def test_nothing_labelled_is_an_error() -> None:
    with pytest.raises(ValueError, match="no labelled cases"):
        refusal_error([], rng=rng())


PUBLISHED = {
    ("gpt4", "strmatch"): (0.924, 0.936),
    ("llama2new", "strmatch"): (0.856, 0.924),
    ("mistralinstruct", "strmatch"): (0.851, 0.860),
    ("gpt4", "gpt4_judge"): (0.936, 0.938),
    ("llama2new", "gpt4_judge"): (0.782, 0.804),
    ("mistralinstruct", "gpt4_judge"): (0.740, 0.780),
}
AGREED = {"gpt4": 0.970, "llama2new": 0.926, "mistralinstruct": 0.920}
RATES = {
    "gpt4": ((91.6, 2.0, 6.4), (0.5, 2.0, 97.5)),
    "llama2new": ((70.4, 15.6, 14.0), (0.0, 2.5, 97.5)),
    "mistralinstruct": ((98.4, 0.8, 0.8), (64.0, 12.5, 23.5)),
}


@pytest.mark.parametrize(("model", "detector"), PUBLISHED)
def test_the_recorded_detectors_have_the_accuracies_of_the_table(
    model: str, detector: Detector
) -> None:
    """The table's binary figure takes what gave no class for a reply that was not refused."""
    found = refusal_error(list(cases(model, detector)), rng=rng())
    three, binary = PUBLISHED[model, detector]
    assert round(found.accuracy.value or 0, 3) == three
    spared = found.binary.unparsed[0] / found.n
    assert round((found.accuracy_binary.value or 0) + spared, 3) == binary
    assert found.n == 450


@pytest.mark.parametrize(("model", "kappa"), AGREED.items())
def test_peoples_own_rates_and_agreement_are_those_of_the_table(model: str, kappa: float) -> None:
    rows = recorded(model)
    both = [(row["annotator_1"], row["annotator_2"]) for row in rows]
    assert round(cohen_kappa(both, rng=rng()).value or 0, 3) == kappa
    for safe, wanted in zip((True, False), RATES[model], strict=True):
        of_kind = [row["human"] for row in rows if row["prompt_safe"] is safe]
        shares = [100 * of_kind.count(label) / len(of_kind) for label in LABELS]
        assert shares == pytest.approx(wanted)


def test_the_judge_hides_harm_where_harm_is() -> None:
    found = refusal_error(list(cases("mistralinstruct", "gpt4_judge")), rng=rng())
    (unsafe,) = (part for part in found.classes.kinds if part.kind == "unsafe")
    harmful = of_kind(found.classes, "unsafe")[COMPLIANCE]
    assert found.unparsed["unsafe", COMPLIANCE] + harmful.labelled == 128
    assert unsafe.unparsed == sum(n for (kind, _), n in found.unparsed.items() if kind == "unsafe")
    called = [case for case in cases("mistralinstruct", "gpt4_judge") if case.kind == "unsafe"]
    assert sum(c.people == COMPLIANCE and c.said == REFUSAL for c in called) == 38
    assert sum(found.unparsed.values()) == 11
    sure = of_kind(refusal_error(list(cases("gpt4", "gpt4_judge")), rng=rng()).binary, "safe")
    assert (harmful.sensitivity.high or 1) < (sure[COMPLIED].sensitivity.low or 0)
    assert REFUSED in sure
