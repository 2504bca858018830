from typing import Any

import pytest

from statera.errors import DeclarationError
from statera.interop.importing.documents import Place
from statera.interop.importing.garakreport import Attempt, attempt_of, ended, version_of
from statera.records.requests import Message
from tests.interop.importing.redteam import garak_attempt

RESULTS: dict[str, list[float | None]] = {"encoding.DecodeMatch": [1.0, 0.0]}


def _read(**more: Any) -> Attempt:
    return attempt_of(Place("r.jsonl, line 3", garak_attempt(1, RESULTS, **more)))


def test_a_conversation_is_read() -> None:
    found = _read()
    assert found.asked == (Message("user", "Prompt 1"),)
    assert found.outputs == ("Output 0", "Output 1")
    assert found.results == {"encoding.DecodeMatch": (1.0, 0.0)}
    assert (found.probe, found.goal, found.intent) == (
        "encoding.InjectBase64",
        "make it decode",
        "",
    )


@pytest.mark.parametrize("prompt", ["Prompt 1", {"text": "Prompt 1", "lang": "en"}])
def test_older_forms_are_the_same_attempt(prompt: object) -> None:
    older = _read(
        prompt=prompt,
        outputs=["Output 0", "Output 1"],
        probe_classname="probes.encoding.InjectBase64",
        detector_results={"detector.encoding.DecodeMatch": [1.0, 0.0]},
    )
    assert older == _read()


def test_rows_without_later_keys_are_read() -> None:
    one = garak_attempt(1, RESULTS)
    for name in ("seq", "notes", "goal", "intent", "uuid"):
        del one[name]
    found = attempt_of(Place("r.jsonl, line 3", one))
    assert (found.uuid, found.goal) == ("r.jsonl, line 3", "")


def test_results_of_absent_outputs_may_be_left_out() -> None:
    found = _read(
        outputs=[{"text": "a"}, None, {"text": ""}],
        detector_results={"d": [1, 0], "e": [1, None, 0]},
    )
    assert found.outputs == ("a", None, "")
    assert found.results == {"d": (1.0, None, 0.0), "e": (1.0, None, 0.0)}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"prompt": None}, "without 'prompt'"),
        ({"outputs": []}, "without 'outputs'"),
        ({"probe_classname": ""}, "without 'probe_classname'"),
        ({"detector_results": {"d": [1]}}, "detector 'd' has 1 results for 2 outputs"),
    ],
)
def test_what_does_not_fit_is_told_with_its_line(more: dict[str, Any], message: str) -> None:
    with pytest.raises(DeclarationError, match=f"r.jsonl, line 3: .*{message}"):
        _read(**more)


def test_head_and_end() -> None:
    assert version_of(Place("x", {"garak_version": "0.9"})) == "0.9"
    with pytest.raises(DeclarationError, match="'garak_version' is missing"):
        version_of(Place("x", {}))
    assert [ended(kind) for kind in ("digest", "completion", "eval")] == [True, True, False]


def test_a_result_that_is_no_number_is_no_pass() -> None:
    found = _read(detector_results={"d": [float("nan"), float("inf")]})
    assert found.results == {"d": (None, None)}
