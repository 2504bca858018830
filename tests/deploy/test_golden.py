"""`deploy/` is what `statera guard manifest` writes, and says what teams expect of it."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from statera.cli.guarding.manifest import command
from statera.report.kubernetes.values import Object
from tests.deploy.made import CASES, DEPLOY, made, of_kind, read

WRITTEN = {
    "plain": ["--form", "plain"],
    "sidecar": ["--form", "sidecar"],
    "kustomize": ["--as", "kustomize"],
    "helm": ["--as", "helm"],
}


def texts(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in files}


@pytest.mark.parametrize("name", WRITTEN)
def test_the_files_are_what_the_command_writes(name: str, tmp_path: Path) -> None:
    arguments = [*WRITTEN[name], "--out"]
    done = CliRunner().invoke(command, [*arguments, str(tmp_path)], standalone_mode=False)
    assert done.exception is None
    found, wanted = texts(DEPLOY / name), texts(tmp_path)
    differ = sorted(file for file in found | wanted if found.get(file) != wanted.get(file))
    told = f"statera guard manifest {' '.join(arguments)} deploy/{name}"
    assert not differ, f"deploy/{name} is old; run: {told}"


def test_the_plain_deployment_is_the_one_that_teams_know() -> None:
    body = read((DEPLOY / "plain/deployment.yaml").read_text(encoding="utf-8"))[0]
    assert body["metadata"]["namespace"] == "production"
    assert body["metadata"]["labels"]["app.kubernetes.io/name"] == "genai-backend"
    assert body["metadata"]["labels"]["app.kubernetes.io/version"] == "1.0.0"
    spec = body["spec"]
    assert (spec["replicas"], spec["strategy"]["type"]) == (3, "RollingUpdate")
    pod = spec["template"]["spec"]
    assert "initContainers" not in pod
    model, guard = pod["containers"]
    limits = model["resources"]["limits"]
    assert limits == {"memory": "32Gi", "nvidia.com/gpu": 1}
    assert guard["resources"] == {
        "requests": {"cpu": "500m", "memory": "1Gi"},
        "limits": {"cpu": "1000m", "memory": "2Gi"},
    }
    assert {one["name"]: one["value"] for one in guard["env"]} == {
        "TARGET_UPSTREAM": "http://127.0.0.1:8000",
        "TOXICITY_THRESHOLD": "0.85",
        "STATERA_POLICY": "/etc/statera/policy.yaml",
    }
    probe = guard["readinessProbe"]
    assert probe["httpGet"] == {"path": "/health/ready", "port": 8080}
    assert (probe["initialDelaySeconds"], probe["periodSeconds"]) == (10, 5)


def containers(body: Object) -> list[Any]:
    pod = body["spec"]["template"]["spec"]
    return [*pod["containers"], *pod.get("initContainers", [])]


@pytest.mark.parametrize("case", CASES)
def test_both_containers_are_confined_watched_and_drained(case: str) -> None:
    body = of_kind(made(case), "Deployment")
    pod = body["spec"]["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["terminationGracePeriodSeconds"] >= 120
    written = {"emptyDir", "configMap", "persistentVolumeClaim"}
    assert all(set(volume) - {"name"} <= written for volume in pod["volumes"])
    volumes = {volume["name"] for volume in pod["volumes"]}
    for one in containers(body):
        assert {"startupProbe", "livenessProbe"} <= set(one)
        assert one["securityContext"]["readOnlyRootFilesystem"]
        assert {"/tmp"} <= {mount["mountPath"] for mount in one["volumeMounts"]}
        assert {mount["name"] for mount in one["volumeMounts"]} <= volumes
        wait = one["lifecycle"]["preStop"]["exec"]["command"][-1]
        assert int(wait) + 15 <= pod["terminationGracePeriodSeconds"]
