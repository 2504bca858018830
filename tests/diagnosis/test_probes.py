from collections.abc import Sequence

import msgspec
import numpy as np
import pytest

from statera.diagnosis.decomposition import decompose
from statera.diagnosis.probes import Known, Probe, probes, second_extractor
from statera.diagnosis.signature import Cause, Finding
from statera.records.specs import RunInfo
from statera.scorers.catalogue import scorer_type
from tests.diagnosis.made import paired
from tests.diagnosis.regressions import run_info

OLD = "r" * 40
NEW = "t" * 5 + "f" * 5 + "u" * 5 + "w" * 5 + "r" * 20


def suggested(
    *causes: Cause,
    told: str | None = "Hi",
    mode: str = "generate",
    scorer: str = "number",
    known: Known | None = None,
) -> Sequence[Probe]:
    info = run_info("c" * 32, ["t"], told)
    task = msgspec.structs.replace(info.spec.tasks[0], mode=mode)
    spec = msgspec.structs.replace(info.spec, tasks=(task,))
    environment = {"scorers": {"t": [{"type": scorer, "form": "strict"}]}}
    info = msgspec.structs.replace(info, spec=spec, environment=environment)
    found = [
        Finding(
            cause=cause,
            task="t",
            status="named",
            between=(),
            safety=False,
            share=None,
            points=None,
            evidence=(),
            unsettled=(),
        )
        for cause in causes
    ]
    part = decompose(paired(NEW, OLD), resamples=10, rng=np.random.default_rng(1))
    assert part is not None
    known = known or Known(info, run_info("b" * 32, ["t"]), {"t": 300})
    return probes(known, found, [part])


@pytest.mark.parametrize(
    ("cause", "names"),
    [
        ("safety over-correction", ["no-system-message"]),
        ("format or extraction", ["re-extract", "answer-format", "few-shot"]),
        ("longer answers", ["longer-limit"]),
        ("capability regression", ["re-extract", "few-shot"]),
        ("reliability", ["re-extract", "repeats"]),
        ("quality regression", ["re-judge"]),
        ("overfitting", []),
        ("safety regression", []),
    ],
)
def test_each_cause_has_its_probe(cause: Cause, names: list[str]) -> None:
    assert [probe.name for probe in suggested(cause)] == names


def test_probes_without_requests_come_first_and_each_once() -> None:
    found = suggested("longer answers", "format or extraction", "reliability")
    assert [probe.name for probe in found] == [
        "re-extract",
        "longer-limit",
        "answer-format",
        "few-shot",
        "repeats",
    ]
    assert [probe.asks for probe in found] == [False, True, True, True, True]


def test_a_probe_asks_the_samples_that_were_lost_at_its_stage() -> None:
    (longer,) = suggested("longer answers")
    assert longer.samples == tuple(f"{place:05d}" for place in range(5))
    assert "--sample-id 00000,00001,00002,00003,00004" in longer.commands[0]
    (message,) = suggested("safety over-correction")
    assert message.samples == tuple(f"{place:05d}" for place in range(5, 10))


def test_a_limit_is_doubled_from_what_the_run_allowed() -> None:
    (longer,) = suggested("longer answers")
    assert "--max-tokens 600" in longer.commands[0]


def test_no_probe_that_would_change_nothing() -> None:
    assert suggested("safety over-correction", told=None) == ()
    assert suggested("longer answers", mode="loglikelihood") == ()
    assert [p.name for p in suggested("reliability", scorer="code")] == ["repeats"]


def test_repeats_ask_both_runs_and_are_diagnosed_again() -> None:
    found = suggested("reliability")[-1]
    assert [c[c.index("--tag") :] for c in found.commands[:2]] == [
        "--tag again",
        "--tag again-base",
    ]
    assert all("--temperature 0.7 --epochs 8" in command for command in found.commands[:2])
    assert found.commands[2] == "statera diagnose again again-base"


@pytest.mark.parametrize(
    "first",
    [
        {"type": "exact"},
        {"type": "choice"},
        {"type": "regex", "pattern": "x"},
        {"type": "number", "form": "strict"},
        {"type": "number", "form": "flexible"},
        {"type": "number"},
    ],
)
def test_a_second_extractor_is_another_scorer_with_a_name_of_its_own(first: dict[str, str]) -> None:
    from_text = second_extractor(_scored([first]), "t")
    assert from_text is not None
    words = dict(part.split(": ") for part in from_text.strip("{}").split(", "))
    scorer = msgspec.convert(words, scorer_type())
    assert scorer.metric == "second_look"
    assert words.items() - {("metric", "second_look")} != first.items()


def test_there_is_none_for_a_scorer_that_extracts_nothing() -> None:
    assert second_extractor(_scored([{"type": "code"}]), "t") is None
    assert second_extractor(_scored([]), "t") is None


def _scored(entries: list[dict[str, str]]) -> RunInfo:
    return msgspec.structs.replace(run_info("c", ["t"]), environment={"scorers": {"t": entries}})


@pytest.mark.parametrize("side", ["candidate", "base"])
def test_nothing_is_suggested_that_asks_an_imported_run_again(side: str) -> None:
    log = {"imported": {"tool": "csv", "files": ["new.csv"]}}
    known = Known(run_info("c" * 32, ["t"]), run_info("b" * 32, ["t"]), {})
    info = msgspec.structs.replace(getattr(known, side), environment=log)
    found = suggested("longer answers", "reliability", known=known._replace(**{side: info}))
    assert found == ()
    assert suggested("longer answers", "reliability", known=known)


def test_a_judge_is_asked_again_what_it_was_asked_before() -> None:
    judge = {"type": "judge", "judge": "acme", "run": "j", "metric": "quality"}
    info = msgspec.structs.replace(
        run_info("b" * 32, ["t"]), environment={"scorers": {"t": [judge]}}
    )
    known = Known(run_info("a" * 32, ["t"]), info, {"t": 300})
    (found,) = suggested("quality regression", known=known)
    assert found.commands == (
        "statera judge audit bbbbbbbb --judge acme",
        "statera compare aaaaaaaa bbbbbbbb",
    )
