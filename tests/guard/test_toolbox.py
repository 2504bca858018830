import asyncio
from pathlib import Path

import numpy as np
import pytest

from statera.encoders.classifier import Examination
from statera.encoders.readings import ClassifierReading
from statera.encoders.shipped import open_classifier
from statera.errors import DeclarationError
from statera.guard.toolbox import Remembering, Toolbox


def test_the_shipped_classifier_is_opened_once_and_reads_a_text_once() -> None:
    pytest.importorskip("onnxruntime")
    tools = Toolbox(Path()).tools
    encoder = tools.encoder(None)
    assert encoder is tools.encoder(None)
    assert encoder.digest == open_classifier().digest
    first = encoder.read("Good morning.")
    assert encoder.read("Good morning.") is first
    assert set(first.scores) == set(encoder.heads)
    assert encoder.token_count("Good morning.") == 3
    assert np.linalg.norm(encoder.embed("Good morning.")) == pytest.approx(1, abs=1e-5)


def test_a_folder_that_is_none_is_an_error_each_time(tmp_path: Path) -> None:
    tools = Toolbox(tmp_path).tools
    for _ in range(2):
        with pytest.raises(DeclarationError, match="no such file"):
            tools.encoder(tmp_path / "ours")
    with pytest.raises(DeclarationError, match="no such file"):
        tools.foreign(tmp_path / "ours")


def test_a_model_is_opened_once_and_closed(tmp_path: Path) -> None:
    script = tmp_path / "replies.yaml"
    script.write_text("default: safe\n", encoding="utf-8")
    box = Toolbox(tmp_path)
    model = box.tools.model(f"scripted:{script}")
    assert box.tools.model(f"scripted:{script}") is model
    asyncio.run(box.close())
    assert box.tools.model(f"scripted:{script}") is not model
    with pytest.raises(DeclarationError, match="unknown model"):
        box.tools.model("no such model")


class Counting:
    """A classifier that counts its passes."""

    heads = ("a",)
    digest = "counting"
    count = 0

    def token_count(self, text: str) -> int:
        return len(text)

    def examine(self, text: str) -> Examination:
        self.count += 1
        return Examination(ClassifierReading({"a": 0.5}, {"a": (0, 1)}, False), np.zeros(384))


def test_scores_and_embedding_come_from_one_pass_and_the_oldest_gives_way() -> None:
    counting = Counting()
    known = Remembering(counting, size=2)  # type: ignore[arg-type]
    known.read("x")
    known.embed("x")
    assert counting.count == 1
    for text in ("y", "z", "x"):
        known.read(text)
    assert counting.count == 4
