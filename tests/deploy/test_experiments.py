"""Live experiments in a deployment: what is added, that it is valid, and that nothing is secret."""

from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from statera.experiment.opened import open_design
from statera.report.kubernetes.designs import Carried
from statera.report.kubernetes.experimentcharts import experiment_values
from statera.report.kubernetes.layouts import helm_files, kustomize_files
from statera.report.kubernetes.values import Object, read_values
from tests.deploy.graph import ways_around
from tests.deploy.made import FORMS, NAMESPACE, POLICY, by_name, made, of_kind, read, run
from tests.deploy.trials import ALONE, SQLITE, carried, tried
from tests.deploy.words import wrong_words

CHANGED = ("Deployment", "NetworkPolicy")
SAID = (
    "",
    "form: sidecar\nmodel: {listen: socket}",
    SQLITE,
    "form: sidecar\nname: chat\nexperiment: {secret: mine, spool: {size: 500Mi}, "
    "database: {to: [{ipBlock: {cidr: 10.0.0.8/32}}], port: 6432}}",
    "network: {egress: [{to: [{podSelector: {}}]}]}\n"
    "experiment: {endpoints: {'other.models.svc:9000': {ports: [{port: 1, protocol: TCP}]}}}",
)


@pytest.fixture
def trial(tmp_path: Path) -> Carried:
    return carried(tmp_path / "from")


def pod(found: list[Object]) -> Any:
    return of_kind(found, "Deployment")["spec"]["template"]["spec"]


def guard(found: list[Object]) -> Any:
    spec = pod(found)
    containers = [*spec["containers"], *spec.get("initContainers", [])]
    return next(one for one in containers if one["name"] == "guard")


@pytest.mark.parametrize("said", SAID[:3])
def test_every_document_is_valid_and_leads_nowhere_around_the_guard(
    said: str, trial: Carried
) -> None:
    found = tried(said, trial)
    assert len(found) == (10 if said == SQLITE else 11)
    assert ways_around(found) == []
    for body in found:
        assert wrong_words(body) == []
        if body["kind"] in CHANGED:
            kubernetes_validate.validate(body, "1.35", strict=True)


@pytest.mark.parametrize("form", FORMS)
def test_only_what_experiments_need_differs(form: str, trial: Carried) -> None:
    bare, found = by_name(made(f"form: {form}")), by_name(tried(f"form: {form}", trial))
    added = set(found) - set(bare)
    assert added == {("ConfigMap", "genai-backend-experiments")}
    assert {kind for kind, name in bare if bare[kind, name] != found[kind, name]} == set(CHANGED)


def test_the_pod_has_the_very_design(trial: Carried, tmp_path: Path) -> None:
    found = tried("", trial)
    spec = pod(found)
    (volume,) = [one for one in spec["volumes"] if one["name"] == "experiments"]
    (held,) = [one for one in found if one["metadata"]["name"] == volume["configMap"]["name"]]
    data = yaml.safe_load(yaml.safe_dump(held))["data"]
    for item in volume["configMap"]["items"]:
        path = tmp_path / "pod" / item["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(data[item["key"]])
    variables = {one["name"]: one.get("value", "") for one in guard(found)["env"]}
    (mount,) = [one for one in guard(found)["volumeMounts"] if one["name"] == "experiments"]
    assert mount["readOnly"]
    place = Path(variables["STATERA_GUARD_EXPERIMENT"]).relative_to(mount["mountPath"])
    there, here = open_design(tmp_path / "pod" / place), open_design(tmp_path / "from/tone.yaml")
    assert (there.digest, there.text) == (here.digest, here.text)


def test_a_changed_prompt_makes_the_pods_anew(trial: Carried) -> None:
    files = dict(trial.files) | {"tone/prompts/warm.txt": "Be warmer."}
    one, other = (
        of_kind(tried("", each), "Deployment")["spec"]["template"]["metadata"]["annotations"]
        for each in (trial, trial._replace(files=files))
    )
    assert set(one) == set(other)
    assert one != other


def test_what_is_secret_comes_from_the_secret_alone(trial: Carried) -> None:
    found = tried("", trial)
    assert "Secret" not in {body["kind"] for body in found}
    secret = {
        one["name"]: (ref["name"], ref["key"], ref.get("optional", False))
        for one in guard(found)["env"]
        if (ref := one.get("valueFrom", {}).get("secretKeyRef"))
    }
    name = "genai-backend-experiments"
    assert secret == {
        "STATERA_LIVE": (name, "live", False),
        "STATERA_GUARD_UNIT_KEY": (name, "unit_key", False),
        "STATERA_GUARD_FEEDBACK_KEY": (name, "feedback_key", False),
        "STATERA_GUARD_FEEDBACK_TOKEN": (name, "feedback_token", False),
        "STATERA_GUARD_TESTER_TOKEN": (name, "tester_token", True),
        "OTHER_KEY": (name, "OTHER_KEY", False),
    }
    model = next(one for one in pod(found)["containers"] if one["name"] == "model")
    assert not any("valueFrom" in one for one in model["env"])


def test_sqlite_is_on_a_claim_that_the_guards_user_may_write(trial: Carried) -> None:
    found = tried(SQLITE, trial)
    variables = {one["name"]: one.get("value") for one in guard(found)["env"]}
    assert variables["STATERA_LIVE"] == "/var/lib/statera/live.sqlite"
    claims = [one for one in pod(found)["volumes"] if one["name"] == "experiment-data"]
    assert claims[0]["persistentVolumeClaim"] == {"claimName": "facts"}
    assert pod(found)["securityContext"]["fsGroup"] == 2000
    assert len(of_kind(found, "NetworkPolicy")["spec"]["egress"]) == 2


@pytest.mark.parametrize("form", FORMS)
def test_kustomize_carries_them_too(
    form: str, trial: Carried, tmp_path: Path, kustomize: list[str]
) -> None:
    values = read_values(experiment=experiment_values(trial))
    for path, text in kustomize_files(values, NAMESPACE, POLICY, trial).items():
        _write(tmp_path / "k" / path, text)
    done = run(*kustomize, str(tmp_path / "k/overlays" / form))
    assert by_name(read(done.stdout)) == by_name(tried(f"form: {form}", trial))


@pytest.fixture
def chart(trial: Carried, tmp_path: Path) -> Path:
    for path, text in helm_files(POLICY, 0.85, trial).items():
        _write(tmp_path / "chart" / path, text)
    return tmp_path / "chart"


def template(helm: str, chart: Path, said: str) -> tuple[list[Object], str]:
    values = chart.parent / "mine.yaml"
    values.write_text(said or "{}")
    done = run(helm, "template", "x", str(chart), "-n", NAMESPACE, "-f", str(values))
    return read(done.stdout), done.stderr


@pytest.mark.parametrize("said", SAID)
def test_the_chart_gives_the_documents_of_the_command(
    said: str, trial: Carried, chart: Path, helm: str
) -> None:
    found, error = template(helm, chart, said)
    assert not error
    assert by_name(found) == by_name(tried(said, trial))


@pytest.mark.parametrize("form", FORMS)
def test_a_chart_that_serves_none_is_as_one_without(form: str, chart: Path, helm: str) -> None:
    said = f"form: {form}"
    found, error = template(helm, chart, f"{said}\nexperiment: {{designs: [], store: sqlite}}")
    assert not error
    assert by_name(found) == by_name(made(said))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("experiment: {store: sqlite}", "PostgreSQL is needed (store: postgresql)"),
        ("experiment: {spool: {claim: x}}", "'x' would be mounted by several pods"),
        (f"{ALONE}experiment: {{store: sqlite}}", "name a PersistentVolumeClaim"),
        ("experiment: {designs: [tone/none.yaml]}", "has no files/experiments/tone/none.yaml"),
        ("experiment: {endpoints: {'a.org:443': {}}}", "knows no names of hosts"),
        ("guard: {env: {STATERA_LIVE: x}}", "'STATERA_LIVE' in guard.env is not"),
        ("experiment: {secrets: x}", "additional properties 'secrets' not allowed"),
    ],
)
def test_what_the_command_refuses_the_chart_refuses(
    said: str, told: str, chart: Path, helm: str
) -> None:
    found, error = template(helm, chart, said)
    assert not found
    assert told in error


def test_the_chart_passes_helms_own_check(chart: Path, helm: str) -> None:
    done = run(helm, "lint", "--strict", str(chart))
    assert done.returncode == 0, done.stdout


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
