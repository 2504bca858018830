import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.models.configured import stated_sampling
from statera.models.scripted import ScriptedModel
from statera.strategies.guarded import Guarded
from statera.strategies.opening import open_model
from tests.guards_made import policy_file


def guarded(folder: Path, text: str) -> str:
    path = folder / "guarded.yaml"
    path.write_text(text)
    return str(path)


def script(folder: Path) -> Path:
    path = folder / "script.yaml"
    path.write_text("replay: [Paris]\n")
    return path


def test_a_file_with_a_guard_is_a_model_behind_it_with_paths_beside_it(tmp_path: Path) -> None:
    policy_file(tmp_path)
    script(tmp_path)
    model = open_model(guarded(tmp_path, "guard: policy.yaml\nmodel: scripted:script.yaml\n"))
    assert isinstance(model, Guarded)
    assert isinstance(model.inside, ScriptedModel)
    assert " + guard:words@" in model.identity
    asyncio.run(model.close())


def test_a_model_file_is_put_behind_a_guard_by_one_line(tmp_path: Path) -> None:
    policy_file(tmp_path)
    text = "url: http://127.0.0.1:9/v1\nname: m\nsampling: {top_p: 0.5}\nguard: policy.yaml\n"
    model = open_model(guarded(tmp_path, text), environ={})
    assert model.identity.startswith("http://127.0.0.1:9/v1#m + guard:words@")
    assert stated_sampling(model) == {"top_p": 0.5}
    asyncio.run(model.close())


def test_a_policy_that_ships_goes_by_its_name_and_other_models_are_as_before(
    tmp_path: Path,
) -> None:
    said = f"scripted:{script(tmp_path)}"
    model = open_model(guarded(tmp_path, f"guard: light\nmodel: {said}\n"))
    assert " + guard:light@" in model.identity
    asyncio.run(model.close())
    assert isinstance(open_model(said), ScriptedModel)
    plain = tmp_path / "plain.yaml"
    plain.write_text("url: http://127.0.0.1:9/v1\nname: m\n")
    assert open_model(str(plain), environ={}).identity == "http://127.0.0.1:9/v1#m"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("guard: policy.yaml\n", "guarded.yaml: .*missing required field `model`"),
        ("guard: policy.yaml\nmodel: m\nmodle: x\n", "guarded.yaml: .*Did you mean 'model'"),
        ("guard: policy.yaml\nurl: http://x/v1\nnmae: m\n", "Did you mean 'name'"),
        ("guard: [a]\nurl: http://x/v1\nname: m\n", "`guard`: Expected text, got a list"),
        ("gaurd: policy.yaml\nurl: http://x/v1\nname: m\n", "unknown field 'gaurd'.*'guard'"),
        ("gurad: policy.yaml\nmodel: m\n", "Did you mean 'guard'"),
        ("guard: policy.yaml\nmodel: m\nurl: http://x/v1\n", "unknown field `url`"),
        ("guard: policy.yaml\nmodel: guarded.yaml\n", "`model` is behind a guard itself"),
        ("guard: polciy.yaml\nmodel: scripted:script.yaml\n", "polciy.yaml: no such file"),
        ("guard: lihgt\nmodel: scripted:script.yaml\n", "Did you mean 'light'"),
    ],
)
def test_mistakes_are_told_in_one_line(tmp_path: Path, text: str, told: str) -> None:
    policy_file(tmp_path)
    script(tmp_path)
    with pytest.raises(DeclarationError, match=told):
        open_model(guarded(tmp_path, text))


def test_a_run_without_a_guard_loads_none() -> None:
    code = (
        "import sys, statera.strategies.opening\n"
        "assert not any(name.startswith('statera.guard') for name in sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=600)
