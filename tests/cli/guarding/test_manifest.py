from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from statera.cli.guarding.manifest import command
from statera.errors import DeclarationError
from tests.deploy.trials import written


@pytest.fixture
def policy(tmp_path: Path) -> str:
    path = tmp_path / "policy.yaml"
    path.write_text("name: ours\n")
    return str(path)


def said(*arguments: str) -> tuple[str, str]:
    found = CliRunner().invoke(command, arguments, standalone_mode=False)
    if found.exception is not None:
        raise found.exception
    return found.stdout, found.stderr


def test_without_a_place_the_stream_can_be_piped(policy: str) -> None:
    out, err = said("--policy", policy, "--form", "sidecar", "--namespace", "elsewhere")
    found = {one["kind"]: one for one in yaml.safe_load_all(out)}
    assert found["Deployment"]["metadata"]["namespace"] == "elsewhere"
    assert "initContainers" in found["Deployment"]["spec"]["template"]["spec"]
    assert not err


def test_values_say_what_differs_and_a_flag_wins(policy: str, tmp_path: Path) -> None:
    values = tmp_path / "mine.yaml"
    values.write_text("form: sidecar\nreplicas: 5\n")
    out, _ = said("--policy", policy, "--values", str(values), "--form", "plain")
    spec = {one["kind"]: one for one in yaml.safe_load_all(out)}["Deployment"]["spec"]
    assert spec["replicas"] == 5
    assert "initContainers" not in spec["template"]["spec"]


@pytest.mark.parametrize(
    ("layout", "file", "told"),
    [
        ("yaml", "deployment.yaml", "kubectl apply -f {out}"),
        ("kustomize", "base/deployment.yaml", "kubectl apply -k {out}/overlays/plain"),
        ("helm", "templates/deployment.yaml", "helm install genai-backend {out}"),
    ],
)
def test_files_are_written_and_the_next_command_is_said(
    layout: str, file: str, told: str, policy: str, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    stdout, err = said("--policy", policy, "--as", layout, "--out", str(out))
    assert not stdout
    assert (out / file).is_file()
    assert err.startswith("wrote ")
    assert told.format(out=out) in err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--as", "helm"], "--as helm is several files: say where with --out DIR"),
        (["--as", "helm", "--form", "sidecar"], "--form is not for a chart"),
        (["--namespace", "Not_One"], "--namespace 'Not_One': lower-case letters"),
        (["--values", "none.yaml"], "none.yaml: no such file"),
        (["--out", "policy.yaml/x"], "cannot be written"),
    ],
)
def test_what_cannot_be_is_one_line(
    arguments: list[str], told: str, policy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(policy).parent)
    with pytest.raises(DeclarationError) as error:
        said("--policy", policy, *arguments)
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def variables(out: str) -> dict[str, str]:
    found = {one["kind"]: one for one in yaml.safe_load_all(out)}
    _, guard = found["Deployment"]["spec"]["template"]["spec"]["containers"]
    return {one["name"]: one["value"] for one in guard["env"]}


def test_the_threshold_is_the_policys_own(policy: str, tmp_path: Path) -> None:
    name = "TOXICITY_THRESHOLD"
    values = tmp_path / "mine.yaml"
    values.write_text("guard: {threshold: 0.7}\n")
    assert name not in variables(said("--policy", policy)[0])
    assert name not in variables(said("--policy", "light")[0])
    with pytest.raises(DeclarationError, match=r"no detector of .* is named 'toxicity'"):
        said("--policy", policy, "--values", str(values))
    Path(policy).write_text("detectors: [{name: toxicity, use: classifier, threshold: 0.3}]\n")
    assert variables(said("--policy", policy)[0])[name] == "0.3"
    assert variables(said("--policy", policy, "--values", str(values))[0])[name] == "0.7"
    assert variables(said()[0])[name] == "0.85"


def test_a_policy_that_the_guard_would_refuse_is_not_rolled_out(policy: str) -> None:
    Path(policy).write_text("detectors: [{name: toxicity, use: classifier, treshold: 1}]\n")
    with pytest.raises(DeclarationError, match="Did you mean 'threshold'"):
        said("--policy", policy)


def test_the_values_may_hold_the_policy(policy: str, tmp_path: Path) -> None:
    values = tmp_path / "mine.yaml"
    values.write_text("policy: |\n  name: theirs\n")
    out, _ = said("--values", str(values))
    held = [one for one in yaml.safe_load_all(out) if one["metadata"]["name"].endswith("-policy")]
    assert held[0]["data"] == {"policy.yaml": "name: theirs\n"}
    values.write_text("policy: |\n  nam: theirs\n")
    with pytest.raises(DeclarationError, match="Did you mean 'name'"):
        said("--values", str(values))


def test_the_values_to_start_from_are_read_as_they_are_printed(tmp_path: Path) -> None:
    values = tmp_path / "mine.yaml"
    values.write_text(said("--as", "values")[0])
    assert said("--values", str(values)) == said()


def test_experiments_are_carried_and_their_secret_is_named(policy: str, tmp_path: Path) -> None:
    design = str(written(tmp_path / "x"))
    out, err = said("--policy", policy, "--experiment", design)
    found = {one["metadata"]["name"]: one for one in yaml.safe_load_all(out)}
    assert "tone.prompts.warm.txt" in found["genai-backend-experiments"]["data"]
    assert err == (
        "before that make the Secret genai-backend-experiments, with live, unit_key, "
        "feedback_key, feedback_token, OTHER_KEY\n"
    )


def test_several_experiments_are_given_again_or_parted_by_commas(
    policy: str, tmp_path: Path
) -> None:
    one, other = (str(written(tmp_path / name, name=name, plain=True)) for name in ("tone", "calm"))
    again, _ = said("--policy", policy, "--experiment", one, "--experiment", other)
    assert said("--policy", policy, "--experiment", f"{one}, {other}")[0] == again
    assert "/etc/experiments/tone/tone.yaml,/etc/experiments/calm/calm.yaml" in again


def test_the_values_of_experiments_are_read_as_they_are_printed(
    policy: str, tmp_path: Path
) -> None:
    design, values = str(written(tmp_path / "x")), tmp_path / "mine.yaml"
    values.write_text(said("--as", "values", "--experiment", design)[0])
    given = ["--policy", "default", "--experiment", design]
    assert said(*given, "--values", str(values)) == said(*given)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("weight: 0.5}", "weight: 0.4}", "the weights add up to 0.9"),
        ("solved", "solvd", "Did you mean 'solved'"),
        ("name: warm,", "name: warm, parameters: {temprature: 1},", "Did you mean 'temperature'"),
        ("http://other.models.svc:9000", "http://localhost:8080", "the guard itself would listen"),
        ("policy: light", "policy: lite", "lite"),
    ],
)
def test_a_design_that_the_guard_would_refuse_is_not_rolled_out(
    old: str, new: str, told: str, policy: str, tmp_path: Path
) -> None:
    path = written(tmp_path / "x")
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(DeclarationError) as error:
        said("--policy", policy, "--experiment", str(path))
    assert told in str(error.value)
    with pytest.raises(DeclarationError, match="a file is named"):
        said("--policy", policy, "--experiment", f"{path},")
