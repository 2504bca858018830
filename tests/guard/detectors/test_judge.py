import asyncio
from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.guard.asking import UnreadableAnswer
from statera.models.scripted import ScriptedModel
from statera.records.guarding import Passage, Reading
from statera.records.requests import Chat
from tests.guard.tools_made import opened, says

FILE = """
judge: advice
kind: checklist
model: m
points: ["Does it name no dose?", "Is it polite?"]
"""
ENTRY = "{name: a, use: judge, with: {judge: advice.yaml}}"


def _find(folder: Path, model: ScriptedModel, text: str) -> Reading:
    (folder / "advice.yaml").write_text(FILE, encoding="utf-8")
    detector = opened(ENTRY, {"m": model}, folder=folder)
    assert detector.cost == "await"
    passage = Passage(text=text, side="output", before=("How much?",))
    return asyncio.run(detector.seek(passage, ()))


@pytest.mark.parametrize(
    ("said", "score"), [("1: yes\n2: yes", 0.0), ("1: no\n2: yes", 0.5), ("1: no\n2: no", 1.0)]
)
def test_the_score_is_what_the_verdict_lacks(tmp_path: Path, said: str, score: float) -> None:
    model = says(said)
    assert _find(tmp_path, model, "Two pills.") == Reading(score, "advice")
    (request,) = model.asked
    assert isinstance(request, Chat)
    assert "How much?" in request.messages[0].content
    assert "Two pills." in request.messages[0].content


def test_without_a_verdict_it_is_asked_once_more_and_then_the_check_failed(tmp_path: Path) -> None:
    model = says("hm", "1: yes\n2: yes")
    assert _find(tmp_path, model, "Two pills.").score == 0
    assert model.count == 2
    with pytest.raises(UnreadableAnswer):
        _find(tmp_path, says("hm", "hm", "hm"), "Two pills.")


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("{judge: pairwise, model: m}", "one of pairs"),
        ("{judge: reference, model: m}", "with a reference"),
        ("{judge: tone}", "names no model"),
        ("{judge: tome, model: m}", "Did you mean 'tone'"),
        ("{judge: gone.yaml, model: m}", "no such file"),
    ],
)
def test_what_is_declared_wrong(settings: str, told: str) -> None:
    with pytest.raises(DeclarationError, match=rf"p.yaml: detectors\[0\] 'a'.*{told}"):
        opened(f"{{name: a, use: judge, with: {settings}}}", {"m": says("safe")})
