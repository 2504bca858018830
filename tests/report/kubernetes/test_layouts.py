from pathlib import PurePosixPath

import pytest
import yaml

from statera.report.kubernetes.documents import documents
from statera.report.kubernetes.layouts import helm_files, kustomize_files, plain_files, stream
from statera.report.kubernetes.values import read_values

POLICY = "name: a\n"
WITHOUT = "autoscaling: {enabled: false}\nmonitoring: {enabled: false}"


def test_the_stream_and_the_files_say_the_same() -> None:
    values = read_values("form: sidecar")
    bodies = [one.body for one in documents(values, "production", POLICY)]
    assert list(yaml.safe_load_all(stream(values, "production", POLICY))) == bodies
    files = plain_files(values, "production", POLICY)
    assert [yaml.safe_load(text) for text in files.values()] == bodies


@pytest.mark.parametrize("text", ["", WITHOUT])
def test_every_resource_of_a_kustomization_is_there(text: str) -> None:
    files = kustomize_files(read_values(text), "production", POLICY)
    folders = [path.parent for path in files if path.name == "kustomization.yaml"]
    used: set[PurePosixPath] = set()
    for folder in folders:
        found = yaml.safe_load(files[folder / "kustomization.yaml"])
        named = [*found["resources"], *found.get("components", [])] if "resources" in found else []
        named += [one["path"] for one in found.get("patches", [])]
        used |= {_resolved(folder, name) for name in named}
    assert {path for path in files if path.name != "kustomization.yaml"} <= used
    assert used <= set(files) | set(folders)
    assert (PurePosixPath("components/metrics") in folders) is (not text)


def _resolved(folder: PurePosixPath, name: str) -> PurePosixPath:
    parts = list(folder.parts)
    for part in PurePosixPath(name).parts:
        parts = parts[:-1] if part == ".." else [*parts, part]
    return PurePosixPath(*parts)


def test_a_chart_has_its_values_their_schema_the_scripts_and_the_policy() -> None:
    files = {str(path): text for path, text in helm_files(POLICY, 0.85).items()}
    assert files["files/policy.yaml"] == POLICY
    assert {"Chart.yaml", "values.yaml", "values.schema.json", "files/drain.py"} <= set(files)
    assert sum(name.startswith("templates/") for name in files) == 13


@pytest.mark.parametrize(("threshold", "told"), [(0.3, "0.3"), (None, "null")])
def test_a_chart_has_the_threshold_of_its_policy(threshold: float | None, told: str) -> None:
    files = {str(path): text for path, text in helm_files(POLICY, threshold).items()}
    assert f"  threshold: {told}\n" in files["values.yaml"]
    assert yaml.safe_load(files["values.yaml"])["guard"]["threshold"] == threshold
