"""The classifier at work, on a tiny model made here."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from statera.encoders.classifier import Classifier
from statera.encoders.shipped import open_classifier
from statera.errors import DeclarationError
from tests.encoders import tiny

pytest.importorskip("onnxruntime")
pytest.importorskip("onnx")


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Classifier:
    from statera.encoders.training.graph import graph  # noqa: PLC0415

    model = graph(tiny.weights(), tiny.ANATOMY).SerializeToString()
    return open_classifier(tiny.folder(tmp_path_factory.mktemp("tiny"), model), max_windows=4)


def test_scores_are_probabilities_of_the_heads(classifier: Classifier) -> None:
    reading = classifier.read("a good dog")
    assert tuple(reading.scores) == classifier.heads == ("toxicity", "harmful")
    assert all(0 < score < 1 for score in reading.scores.values())
    assert reading.spans["toxicity"] == (0, 10)
    assert not reading.beyond


def test_a_long_text_has_the_scores_of_its_worst_window(classifier: Classifier) -> None:
    words = ["good", "bad", "very", "dog", "cat", "a"] * 3
    text = " ".join(words)
    reading = classifier.read(text)
    for head in classifier.heads:
        start, end = reading.spans[head]
        alone = classifier.read(text[start:end]).scores[head]
        assert alone == pytest.approx(reading.scores[head], rel=1e-6)
    assert not reading.beyond


def test_what_lies_beyond_the_last_window_is_said(classifier: Classifier) -> None:
    assert classifier.read("good " * 100).beyond
    assert classifier.read(" " * 10_000 + "bad").beyond
    assert not classifier.read("good " * 18).beyond


def test_nothing_at_all_can_be_read(classifier: Classifier) -> None:
    for text in ("", " \n", "\u200b"):
        assert classifier.read(text).spans["harmful"] == (0, 0)
        assert np.isfinite(classifier.embed(text)).all()


def test_embeddings_have_length_one_and_one_pass_gives_both(classifier: Classifier) -> None:
    found = classifier.examine("good dog " * 10)
    assert found.embedding.shape == (tiny.WIDTH,)
    assert np.linalg.norm(found.embedding) == pytest.approx(1)
    assert found.reading == classifier.read("good dog " * 10)


def test_tokens_are_counted_without_their_frame(classifier: Classifier) -> None:
    assert classifier.token_count("good bc dog") == 4
    assert classifier.token_count("") == 0


def test_threads_do_not_disturb_each_other(classifier: Classifier) -> None:
    texts = ["good dog", "very bad cat", "a " * 30] * 10
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(classifier.read, texts))
    assert together == [classifier.read(text) for text in texts]


def test_it_warms_up(classifier: Classifier) -> None:
    classifier.warm()


def test_a_model_of_another_maker_is_refused(tmp_path: Path) -> None:
    from statera.encoders.training.graph import graph  # noqa: PLC0415

    model = graph(tiny.weights(), tiny.ANATOMY)
    del model.metadata_props[:]
    with pytest.raises(DeclarationError, match="not made by `statera guard train`"):
        open_classifier(tiny.folder(tmp_path, model.SerializeToString()))


def test_spans_lie_in_the_raw_text_and_endless_emoji_are_beyond(classifier: Classifier) -> None:
    assert classifier.read("😡").spans["toxicity"] == (0, 1)
    assert classifier.read("good 😡" * 100_000).beyond
